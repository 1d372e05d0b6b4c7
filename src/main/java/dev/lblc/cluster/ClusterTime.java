package dev.lblc.cluster;

import dev.lblc.scheduler.Clock;
import java.util.function.LongSupplier;

/**
 * Translates between this node's monotonic clock and the time that all members share.
 *
 * <p>The difference is taken when the node joins or its cluster merges with another, and at no other time: a wall clock
 * that jumps meanwhile moves nothing.
 */
final class ClusterTime {
  private final Clock clock;
  private final LongSupplier shared;
  private volatile long offsetMillis;

  /**
   * Takes the difference.
   *
   * @param clock this node's
   * @param shared the cluster's time in milliseconds
   */
  ClusterTime(Clock clock, LongSupplier shared) {
    this.clock = clock;
    this.shared = shared;
    adjust();
  }

  void adjust() {
    offsetMillis = shared.getAsLong() - clock.millis();
  }

  long nowMillis() {
    return clock.millis();
  }

  /** Returns the time now as all members have it. */
  long nowShared() {
    return toShared(nowMillis());
  }

  long toShared(long localMillis) {
    return localMillis + offsetMillis;
  }

  /** Never later than now: another node's idea of now may be ahead of ours. */
  long toLocal(long sharedMillis) {
    return Math.min(sharedMillis - offsetMillis, clock.millis());
  }
}
