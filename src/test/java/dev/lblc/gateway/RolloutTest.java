package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.log.AccessLog;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is left of the listeners when a change fails, and undoing it fails, too. */
final class RolloutTest {
  private final List<String> events = new ArrayList<>();

  @Test
  void change_thatFails_leavesTheListenersOfBefore() {
    Fake a = new Fake("a", 1, 9);
    Fake b = new Fake("b", 1, 9);
    Fake c = new Fake("c", 1, 0);
    Rollout rollout = rollout(List.of(a), List.of(b, c));
    assertThat(rollout.run().cause()).hasMessage("listener c: cannot be opened");
    assertThat(events).containsExactly("a closes", "b opens", "c fails", "b closes", "a opens");
    assertThat(rollout.restored()).containsOnlyKeys("a");
  }

  @Test
  @ExpectedLog("ERROR Rollout: listener a was closed .* could not be opened again")
  void listener_thatCannotBeOpenedAgain_isOpenedByTheNextChange() {
    Fake a = new Fake("a", 1, 0);
    Fake kept = new Fake("kept", 2, 0);
    Rollout failed = rollout(List.of(a, kept), List.of(kept, new Fake("b", 1, 0)));
    assertThat(failed.run().failed()).isTrue();
    assertThat(events).containsExactly("a closes", "b fails", "a fails");
    assertThat(failed.restored()).containsOnlyKeys("kept");

    events.clear();
    Rollout next = new Rollout(
        List.of(), failed.restored(), List.of(kept, new Fake("a", 1, 9)), Duration.ZERO);
    assertThat(next.run().succeeded()).isTrue();
    assertThat(events).containsExactly("a opens", "kept updates");
    assertThat(next.result()).containsOnlyKeys("kept", "a");
  }

  private static Rollout rollout(List<Fake> open, List<Fake> wanted) {
    Map<String, Listener> byName = new LinkedHashMap<>();
    open.forEach(each -> byName.put(each.name(), each));
    return new Rollout(List.of(), byName, wanted, Duration.ZERO);
  }

  /** A listener that can be opened so many times. */
  private final class Fake implements Listener {
    private final String name;
    private final int port;
    private int openings;

    Fake(String name, int port, int openings) {
      this.name = name;
      this.port = port;
      this.openings = openings;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Map<String, Instant> certificates() {
      return Map.of();
    }

    @Override
    public int connections() {
      return 0;
    }

    @Override
    public @Nullable AccessLog accessLog() {
      return null;
    }

    @Override
    public int port() {
      return port;
    }

    @Override
    public Set<Integer> ports() {
      return Set.of(port);
    }

    @Override
    public boolean hasSocketsFor(Listener wanted) {
      return wanted.name().equals(name);
    }

    @Override
    public boolean isConfiguredAs(Listener wanted) {
      return true;
    }

    @Override
    public boolean hasTlsFilesOf(Listener wanted) {
      return true;
    }

    @Override
    public Listener asConfigured() {
      return new Fake(name, port, openings);
    }

    @Override
    public Future<Void> open(List<Worker> workers) {
      if (openings-- > 0) {
        events.add(name + " opens");
        return Future.succeededFuture();
      }
      events.add(name + " fails");
      return Future.failedFuture("cannot be opened");
    }

    @Override
    public Future<Void> update(Listener wanted) {
      events.add(name + " updates");
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> close(Duration drain) {
      events.add(name + " closes");
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> drained() {
      return Future.succeededFuture();
    }
  }
}
