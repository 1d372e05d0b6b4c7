package dev.lblc.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.HealthConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PassiveEjectionTest {
  private static final Duration EJECT = Duration.ofSeconds(10);

  private final List<Boolean> heard = new ArrayList<>();
  private final Deque<Runnable> due = new ArrayDeque<>();
  private final List<Duration> delays = new ArrayList<>();
  private final PassiveEjection ejection = new PassiveEjection(
      new HealthConfig.Passive(3, EJECT),
      (delay, task) -> {
        delays.add(delay);
        due.add(task);
      },
      (ejected, why) -> heard.add(ejected));

  @Test
  void connectFailed_lessThanTheLimit_ejectsNothing() {
    fail(2);
    assertThat(heard).isEmpty();
  }

  @Test
  void connectFailed_limitInARow_ejectsForTheConfiguredTime() {
    fail(3);
    assertThat(heard).containsExactly(true);
    assertThat(delays).containsExactly(EJECT);
  }

  @Test
  void connected_betweenFailures_startsCountingAgain() {
    fail(2);
    ejection.connected();
    fail(2);
    assertThat(heard).isEmpty();
    fail(1);
    assertThat(heard).containsExactly(true);
  }

  @Test
  void ejected_hearsMore_ignoresIt() {
    fail(3);
    ejection.connected();
    fail(7);
    assertThat(heard).containsExactly(true);
    assertThat(due).hasSize(1);
  }

  @Test
  void readmitted_failsAgain_countsFromZero() {
    fail(4);
    due.remove().run();
    assertThat(heard).containsExactly(true, false);
    fail(2);
    assertThat(heard).hasSize(2);
    fail(1);
    assertThat(heard).containsExactly(true, false, true);
  }

  @Test
  void oneFailure_asLimit_ejectsAtOnce() {
    PassiveEjection strict = new PassiveEjection(
        new HealthConfig.Passive(1, EJECT),
        (delay, task) -> due.add(task),
        (ejected, why) -> heard.add(ejected));
    strict.connectFailed();
    assertThat(heard).containsExactly(true);
  }

  @Test
  void failures_fromManyThreads_ejectOnce() throws InterruptedException {
    int rounds = 200;
    int threads = 4;
    List<Boolean> all = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int round = 0; round < rounds; round++) {
      PassiveEjection shared = new PassiveEjection(
          new HealthConfig.Passive(threads, EJECT),
          (delay, task) -> {},
          (ejected, why) -> all.add(ejected));
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Thread thread = new Thread(() -> {
          await(start);
          shared.connectFailed();
        });
        thread.start();
        running.add(thread);
      }
      start.countDown();
      for (Thread thread : running) {
        thread.join();
      }
    }
    assertThat(all).hasSize(rounds).containsOnly(true);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      ejection.connectFailed();
    }
  }
}
