package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PauseWatchTest {
  private static final long LONG = 3_000;

  private final AtomicLong nowMillis = new AtomicLong(-5_000);
  private final ClusterTime time = new ClusterTime(nowMillis::get, nowMillis::get);
  private final List<Long> pauses = new ArrayList<>();
  private final PauseWatch watch = new PauseWatch(time, LONG, pauses::add);

  @Test
  void node_thatTicks_wasNotAway() {
    for (int i = 0; i < 5; i++) {
      nowMillis.addAndGet(LONG - 1);
      watch.check();
      watch.tick(nowMillis.get());
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void node_thatTicksAfterAPause_comesBackOnce() {
    watch.check();
    nowMillis.addAndGet(LONG);
    watch.tick(nowMillis.get());
    assertThat(pauses).containsExactly(LONG);
    watch.check();
    assertThat(pauses).hasSize(1);
  }

  @Test
  void node_awayDuringATick_comesBackOnceWhoeverNoticesIt() {
    long beforeMillis = nowMillis.get();
    nowMillis.addAndGet(LONG);
    watch.tick(beforeMillis);
    assertThat(pauses).isEmpty();
    watch.check();
    watch.tick(beforeMillis);
    watch.check();
    assertThat(pauses).containsExactly(LONG);
  }

  @Test
  void node_thatDidNotTick_comesBackOnce() {
    nowMillis.addAndGet(LONG);
    watch.check();
    watch.check();
    assertThat(pauses).containsExactly(LONG);
    nowMillis.addAndGet(2 * LONG);
    watch.check();
    assertThat(pauses).containsExactly(LONG, 2 * LONG);
  }

  @Test
  void node_thatComesBackOnSeveralThreads_doesItOnceBeforeAnyGoesOn() throws Exception {
    int threads = 4;
    CountDownLatch asking = new CountDownLatch(threads);
    AtomicInteger done = new AtomicInteger();
    AtomicInteger wentOnBefore = new AtomicInteger();
    PauseWatch slow = new PauseWatch(time, LONG, pause -> {
      try {
        assertThat(asking.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      done.incrementAndGet();
    });
    nowMillis.addAndGet(LONG);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> asked = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        asked.add(executor.submit(() -> {
          asking.countDown();
          slow.check();
          if (done.get() == 0) {
            wentOnBefore.incrementAndGet();
          }
        }));
      }
      for (Future<?> future : asked) {
        future.get(20, TimeUnit.SECONDS);
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(done).hasValue(1);
    assertThat(wentOnBefore).hasValue(0);
  }
}
