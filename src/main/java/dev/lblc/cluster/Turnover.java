package dev.lblc.cluster;

import dev.lblc.scheduler.Clock;

/**
 * For how long destinations were unused when they had to make room for others: the shortest time of the last 10 to 20 seconds.
 *
 * <p>May be used from any thread.
 */
final class Turnover {
  /** Nothing makes room. */
  static final long NONE = Long.MAX_VALUE;

  /** What goes sooner was removed by people, or from a table that turns over faster than its uses can be told. */
  private static final long SHORTEST_MILLIS = 1_000;

  private static final long WINDOW_MILLIS = 10_000;

  private final Clock clock;
  private long current = NONE;
  private long before = NONE;
  private long sinceMillis;

  Turnover(Clock clock) {
    this.clock = clock;
    this.sinceMillis = clock.millis();
  }

  /** Notes that a destination is gone, which was unused for so long. */
  synchronized void gone(long idleMillis) {
    pass();
    if (idleMillis >= SHORTEST_MILLIS) {
      current = Math.min(current, idleMillis);
    }
  }

  /** Returns for how long it was unused, in milliseconds; {@link #NONE}. */
  synchronized long shortestIdleMillis() {
    pass();
    return Math.min(current, before);
  }

  private void pass() {
    long passed = clock.millis() - sinceMillis;
    if (passed >= WINDOW_MILLIS || passed < 0) {
      before = passed < 2 * WINDOW_MILLIS ? current : NONE;
      current = NONE;
      sinceMillis = clock.millis();
    }
  }
}
