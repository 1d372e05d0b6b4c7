package dev.lblc.gateway.net;

/**
 * The limit on how often lines of one kind are logged: a few in each window, and the next one after them says how many were left
 * out. May be used from any thread.
 */
final class LogThrottle {
  private final int most;
  private final long windowNanos;
  private boolean isBegun; // guarded by this, as what follows
  private long windowStartNanos;
  private int logged;
  private long leftOut;

  /** Creates a limit of so many lines in each window. */
  LogThrottle(int most, long windowNanos) {
    this.most = most;
    this.windowNanos = windowNanos;
  }

  /**
   * Asks for a line. Returns how many were left out since the last one that was logged, 0 or more; -1: this one is to be left
   * out, too.
   *
   * @param nowNanos monotonic time
   */
  synchronized long enter(long nowNanos) {
    if (!isBegun || nowNanos - windowStartNanos >= windowNanos) {
      isBegun = true;
      windowStartNanos = nowNanos;
      logged = 0;
    }
    if (logged >= most) {
      leftOut++;
      return -1;
    }
    logged++;
    long before = leftOut;
    leftOut = 0;
    return before;
  }
}
