package dev.lblc.health;

import java.time.Duration;

/**
 * How much of its weight a server has that returned or was added: a part that grows evenly over the time, from next to nothing
 * to all of it.
 */
final class SlowStart {
  static final int FULL = 1_000;

  /** Steps of 2 %: a server with a weight of 100 gets two connections more at a time. */
  private static final int STEPS = 50;

  private static final long SHORTEST_STEP_NANOS = 10_000_000;

  private final long totalNanos;

  SlowStart(Duration total) {
    totalNanos = total.toNanos();
  }

  /** Returns the part after that time, 1 to {@link #FULL}. */
  int permille(long elapsedNanos) {
    return elapsedNanos >= totalNanos
        ? FULL
        : (int) Math.max(1, (double) elapsedNanos / totalNanos * FULL);
  }

  /** Returns the time between two steps, in nanoseconds. */
  long stepNanos() {
    return Math.max(SHORTEST_STEP_NANOS, totalNanos / STEPS);
  }
}
