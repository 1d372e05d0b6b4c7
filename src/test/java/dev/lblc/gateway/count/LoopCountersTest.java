package dev.lblc.gateway.count;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class LoopCountersTest {
  private static final int LOOPS = 3;
  private static final int ROUNDS = 100_000;

  @Test
  void sum_ofNothing_isZero() {
    assertThat(new LoopCounters(LOOPS, 2).sum(1)).isZero();
  }

  @Test
  void sum_addsUpLoopsAndEverybodyElse() {
    LoopCounters counters = new LoopCounters(LOOPS, 2);
    counters.add(0, 1, 1);
    counters.add(2, 1, 10);
    counters.add(2, 0, 1_000);
    counters.addFromAnywhere(1, 100);
    assertThat(counters.sum(1)).isEqualTo(111);
    assertThat(counters.sum(0)).isEqualTo(1_000);
  }

  /** Each loop by a thread of its own, two threads that are none, and a reader meanwhile. */
  @Test
  void counters_underWay_loseNothingAndNeverFall() throws Exception {
    LoopCounters counters = new LoopCounters(LOOPS, 2);
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < LOOPS; i++) {
      int loop = i;
      writers.add(new Thread(() -> repeat(() -> counters.add(loop, 1, 1))));
    }
    for (int i = 0; i < 2; i++) {
      writers.add(new Thread(() -> repeat(() -> counters.addFromAnywhere(1, 1))));
    }
    AtomicBoolean hasFallen = new AtomicBoolean();
    AtomicBoolean isOver = new AtomicBoolean();
    Thread reader = new Thread(() -> {
      long before = 0;
      while (!isOver.get()) {
        long now = counters.sum(1);
        if (now < before) {
          hasFallen.set(true);
        }
        before = now;
      }
    });
    reader.start();
    writers.forEach(Thread::start);
    for (Thread writer : writers) {
      writer.join();
    }
    isOver.set(true);
    reader.join();
    assertThat(counters.sum(1)).isEqualTo((long) writers.size() * ROUNDS);
    assertThat(counters.sum(0)).isZero();
    assertThat(hasFallen).isFalse();
  }

  private static void repeat(Runnable action) {
    for (int i = 0; i < ROUNDS; i++) {
      action.run();
    }
  }
}
