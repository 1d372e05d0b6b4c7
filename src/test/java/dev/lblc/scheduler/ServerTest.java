package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class ServerTest {
  private final TestService service = new TestService().with("a");
  private final Server server = service.server("a");

  @Test
  void bind_reachesUpper_saturatesUntilThreeQuarters() {
    service.servers.editThresholds("a", 8, 0);
    service.load("a", 8);
    assertThat(server.saturated()).isTrue();
    service.servers.unbindActive(server);
    service.servers.unbindActive(server);
    assertThat(server.saturated()).isTrue();
    service.servers.unbindActive(server);
    assertThat(server.saturated()).isFalse();
  }

  @Test
  void deactivate_movesAConnection_totalStays() {
    service.load("a", 3);
    service.servers.deactivate(server);
    assertThat(server.active()).isEqualTo(2);
    assertThat(server.inactive()).isEqualTo(1);
    assertThat(server.overhead()).isEqualTo(2 * 256 + 1);
    service.servers.unbindInactive(server);
    assertThat(server.inactive()).isZero();
  }

  @Test
  void counts_manyThreads_endAtZeroAndUnsaturated() throws InterruptedException {
    long seed = new Random().nextLong();
    service.servers.editThresholds("a", 5, 2);
    int threads = 8;
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Random random = new Random(seed + t);
      Thread thread = new Thread(() -> {
        await(start);
        for (int i = 0; i < 20_000; i++) {
          service.servers.bind(server);
          if (random.nextInt(50) == 0) {
            service.servers.editThresholds("a", random.nextInt(6), random.nextInt(3));
          }
          if (random.nextBoolean()) {
            service.servers.deactivate(server);
            service.servers.unbindInactive(server);
          } else {
            service.servers.unbindActive(server);
          }
        }
      });
      thread.start();
      running.add(thread);
    }
    start.countDown();
    for (Thread thread : running) {
      thread.join();
    }
    assertThat(server.active()).as("seed %d", seed).isZero();
    assertThat(server.inactive()).isZero();
    assertThat(server.saturated()).isFalse();
  }

  @Test
  void servers_unknownOrDuplicateId_refused() {
    assertThatThrownBy(() -> service.servers.remove("z"))
        .hasMessage("server z (expected: one of [a])");
    assertThatThrownBy(() -> service.servers.editWeight("z", 1)).hasMessageContaining("server z");
    assertThatThrownBy(() -> service.add("a", 1)).hasMessage("server a is there already");
    assertThatThrownBy(() -> service.servers.editWeight("a", -1))
        .hasMessageContaining("expected: 0 to");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
