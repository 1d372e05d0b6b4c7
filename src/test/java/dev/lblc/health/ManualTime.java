package dev.lblc.health;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Clocks and a timer of a test, which moves the time. Confined to the test's thread. */
final class ManualTime implements ServiceHealth.Timer {
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::order));

  private long nowNanos = -3;
  private long order;

  private record Due(long nanos, long order, Runnable task) {}

  /** Returns the clocks; the wall clock begins with 1970. */
  HealthTime clocks() {
    return new HealthTime(() -> nowNanos, () -> nowNanos / 1_000_000);
  }

  @Override
  public void after(long nanos, Runnable task) {
    due.add(new Due(nowNanos + nanos, order++, task));
  }

  /** Lets the time pass, and runs what is due meanwhile. */
  void pass(Duration time) {
    long end = nowNanos + time.toNanos();
    while (!due.isEmpty() && due.peek().nanos <= end) {
      Due next = due.remove();
      nowNanos = next.nanos;
      next.task.run();
    }
    nowNanos = end;
  }
}
