package dev.lblc.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Service;
import dev.lblc.scheduler.WeightedLeastConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log says of drained servers. */
final class DrainWatchTest {
  private static final String NAME = "server a of service images ";

  private final AtomicLong now = new AtomicLong(1_000);
  private final Service service = new Service(
      "images",
      WeightedLeastConnection::new,
      SchedulerOptions.DEFAULTS,
      now::get,
      false,
      RandomGenerator::getDefault);
  private final List<String> lines = new ArrayList<>();
  private final DrainWatch watch = new DrainWatch(lines::add);

  @BeforeEach
  void configure() {
    service.membership().configure(List.of(new ServerSpec("a", "192.0.2.1", 80, 5, 0, 0)));
  }

  @Test
  void drain_withConnectionsAtItsDeadline_isToldOnceEach() {
    Server server = Objects.requireNonNull(service.servers().find("a"));
    service.bind(server);
    service.bind(server);
    edit(new ServerEdit.Drain("a", Duration.ofSeconds(30)));
    check(NAME + "is drained: no new connections; it has 2 connections, deadline in 30 s");
    check();
    service.release(server);
    now.addAndGet(30_000);
    check(NAME + "has 1 connection left at the deadline of its drain, 1 through this node;"
        + " they go on until they end by themselves");
    check();
    service.release(server);
    check(NAME + "has no connection left");
    check();
    edit(new ServerEdit.EndDrain("a"));
    check(NAME + "is no longer drained");
    check();
  }

  @Test
  void drain_ofAnIdleServer_isOverAtOnce() {
    edit(new ServerEdit.Drain("a", null));
    check(
        NAME + "is drained: no new connections; it has 0 connections",
        NAME + "has no connection left");
    now.addAndGet(100_000);
    check();
  }

  private void edit(ServerEdit edit) {
    service.membership().edit(edit, null).join();
  }

  private void check(String... expected) {
    lines.clear();
    watch.check(List.of(service));
    assertThat(lines).containsExactly(expected);
  }
}
