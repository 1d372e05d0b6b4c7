package dev.lblc.health;

/**
 * The state up or down that follows from single checks: {@code fall} failures in a row take a server down, {@code rise}
 * passes in a row bring the server back.
 *
 * <p>Not thread-safe.
 */
final class RiseFall {
  private final int rise;
  private final int fall;
  private boolean up;
  private int against;

  RiseFall(int rise, int fall, boolean up) {
    this.rise = rise;
    this.fall = fall;
    this.up = up;
  }

  boolean up() {
    return up;
  }

  /** Records the result of one check; returns whether {@link #up()} changed. */
  boolean record(boolean passed) {
    if (passed == up) {
      against = 0;
      return false;
    }
    against++;
    if (against < (up ? fall : rise)) {
      return false;
    }
    up = passed;
    against = 0;
    return true;
  }
}
