package dev.lblc.health;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The failures of one kind that a server had in a row, counted up to a limit.
 *
 * <p>May be used from any thread.
 */
final class FailureRun {
  private final int limit;
  private final String what;
  private final AtomicInteger length = new AtomicInteger();

  /** Of a server without a failure; {@code what} names the failures in messages. */
  FailureRun(int limit, String what) {
    this.limit = limit;
    this.what = what;
  }

  /** Ends the run. Costs one volatile read if there is none. */
  void end() {
    if (length.get() != 0) {
      length.set(0);
    }
  }

  /** Adds a failure; returns whether the run has reached its limit, with this failure or before. */
  boolean add() {
    return length.updateAndGet(before -> Math.min(before + 1, limit)) == limit;
  }

  @Override
  public String toString() {
    return limit + " " + what + " in a row";
  }
}
