package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a service does around its strategy. */
final class ServiceTest {
  private final Random random = new Random(1);

  @Test
  void acquire_withMax_isNeverBeyondIt_andGoesOnAfterARelease() {
    Service service = service(LocalityBased::new);
    Server first = Objects.requireNonNull(service.acquire("x", Set.of()).server());
    for (int i = 0; i < 3; i++) {
      assertThat(service.acquire("x", Set.of()).server()).isNotNull();
    }
    assertThat(service.acquire("x", Set.of())).isEqualTo(Choice.NONE);
    assertThat(service.acquire(null, Set.of())).isEqualTo(Choice.NONE);
    assertThat(service.hasRoom(Set.of())).isFalse();
    assertThat(service.canServe(Set.of())).isTrue();
    assertThat(service.canServe(Set.of("a", "b"))).isFalse();
    service.release(first);
    assertThat(service.acquire("y", Set.of()).server()).isEqualTo(first);
  }

  @Test
  void canServe_ofServersThatGetNothingAnyway_isFalse() {
    Service service = service(LocalityBased::new);
    for (int i = 0; i < 4; i++) {
      assertThat(service.acquire("x", Set.of()).server()).isNotNull();
    }
    service.servers().editWeight("a", 0);
    service.servers().setHealthy(Objects.requireNonNull(service.servers().find("b")), false);
    assertThat(service.canServe(Set.of())).isFalse();
  }

  /** As one of a plugin may, and any whose server gets its last connection from another thread meanwhile. */
  @Test
  void acquire_ofAStrategyThatChoosesAFullServer_getsAnother() {
    Service service = service(Stubborn::new);
    for (String server : new String[] {"b", "b", "a", "a"}) {
      assertThat(service.acquire("x", Set.of()).server()).hasToString(server);
    }
    assertThat(service.acquire("x", Set.of())).isEqualTo(Choice.NONE);
    assertThat(service.decisions().get(Reason.NONE)).isOne();
  }

  private Service service(Strategy.Factory factory) {
    Service service =
        new Service("s", factory, SchedulerOptions.DEFAULTS, () -> 0, false, () -> random);
    service.servers().add(new ServerSpec("a", "192.0.2.1", 80, 100, 0, 0, 2));
    service.servers().add(new ServerSpec("b", "192.0.2.1", 81, 100, 0, 0, 2));
    return service;
  }

  /** Knows no limit. */
  private record Stubborn(Context context) implements Strategy {
    @Override
    public Choice choose(@Nullable String destination) {
      return explain(destination);
    }

    @Override
    public Choice explain(@Nullable String destination) {
      return chooseOther(Set.of());
    }

    @Override
    public Choice chooseOther(Set<String> except) {
      return Choice.of(
          context.servers().list().stream()
              .filter(server -> !except.contains(server.id()))
              .findFirst()
              .orElse(null),
          Reason.HIT);
    }
  }
}
