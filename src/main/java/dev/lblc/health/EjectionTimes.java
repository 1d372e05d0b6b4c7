package dev.lblc.health;

import java.time.Duration;

/**
 * How long one server is ejected: the first time for {@code eject}, and each time in a row for {@code eject} longer, up to a
 * limit. Each {@code eject} of good time between two ejections makes the next one that much shorter again.
 *
 * <p>Not thread-safe.
 */
final class EjectionTimes {
  private final long ejectNanos;
  private final long mostNanos;
  private final long longestRow;
  private long row;
  private long goodSinceNanos;

  /** Of a server that was never ejected; {@code most} is at least {@code eject}. */
  EjectionTimes(Duration eject, Duration most) {
    ejectNanos = eject.toNanos();
    mostNanos = most.toNanos();
    // A longer row would change no time, and take as much longer to be forgotten.
    longestRow = (mostNanos + ejectNanos - 1) / ejectNanos;
  }

  /** Returns how long the server is ejected now, in nanoseconds. */
  long next(long nowNanos) {
    if (row > 0) {
      row = Math.max(0, row - Math.max(0, nowNanos - goodSinceNanos) / ejectNanos);
    }
    row = Math.min(row + 1, longestRow);
    goodSinceNanos = nowNanos;
    return Math.min(row * ejectNanos, mostNanos);
  }

  /** Notes that the server gets requests again: its good time begins. */
  void back(long nowNanos) {
    goodSinceNanos = nowNanos;
  }
}
