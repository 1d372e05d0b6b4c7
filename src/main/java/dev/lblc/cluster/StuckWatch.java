package dev.lblc.cluster;

/**
 * Decides when this node leaves the cluster and joins it again, because its maps do not work although nobody came or went: after a
 * fault of the network a part of a map may stay on its way from one member to another.
 *
 * <pre>
 * something has waited for a map for the limit, in which nobody came or went and all were heard: the member that joined last does it
 * some member is not heard: the fault is still there; waits for {@link #PATIENCE} times the limit at most
 * each one before it waits for a quarter of the limit longer: often one is enough, and all at once would have nobody to join
 * one that merges already does nothing: it cannot leave before that is done, which may be what does not work
 * again only after twice the time, four times and so on, at most {@link #MOST_MILLIS}; anew when all has worked for that long
 * </pre>
 *
 * <p>Guarded by itself. Times are on this node's clock.
 */
final class StuckWatch {
  /** How long a map may not answer where Hazelcast ends sooner what does not move, and so helps itself. */
  static final long LIMIT_MILLIS = 20_000;

  /** The same where it would wait for longer than that. */
  static final long UNAIDED_MILLIS = 10_000;

  /** The longest time between two. */
  static final long MOST_MILLIS = 600_000;

  private static final int PATIENCE = 3;

  private final long limitMillis;
  private long stableSinceMillis;
  private long workingSinceMillis;
  private int rejoins;
  private int attempts;

  /** From now on. */
  StuckWatch(long limitMillis, long nowMillis) {
    this.limitMillis = limitMillis;
    this.stableSinceMillis = nowMillis;
    this.workingSinceMillis = nowMillis;
  }

  /**
   * Returns how long a map may not answer.
   *
   * @param migrationMillis after which Hazelcast ends the move of a part of a map of which it hears nothing
   */
  static long limitMillis(long migrationMillis) {
    return migrationMillis < LIMIT_MILLIS ? LIMIT_MILLIS : UNAIDED_MILLIS;
  }

  /** Notes that a member came or went. */
  synchronized void membershipChanged(long nowMillis) {
    stableSinceMillis = nowMillis;
  }

  /**
   * Returns whether it is to leave and join again now, and counts that.
   *
   * @param stuckMillis how long something has waited for a map; 0: nothing waits
   * @param joinedAfter how many members joined after this one
   * @param hearsAll whether all members are heard
   */
  synchronized boolean isDue(long nowMillis, long stuckMillis, int joinedAfter, boolean hearsAll) {
    if (!hearsAll && stuckMillis < PATIENCE * limitMillis) {
      stableSinceMillis = nowMillis;
    }
    if (stuckMillis < limitMillis) {
      if (nowMillis - workingSinceMillis >= waitMillis(0)) {
        attempts = 0;
      }
      return false;
    }
    workingSinceMillis = nowMillis;
    long waitMillis = waitMillis(joinedAfter);
    if (stuckMillis < waitMillis || nowMillis - stableSinceMillis < waitMillis) {
      return false;
    }
    attempts++;
    rejoins++;
    stableSinceMillis = nowMillis;
    return true;
  }

  /** Returns how often it was due. */
  synchronized int rejoins() {
    return rejoins;
  }

  private long waitMillis(int joinedAfter) {
    long first = limitMillis + joinedAfter * limitMillis / 4;
    return Math.min(first << Math.min(attempts, 10), Math.max(MOST_MILLIS, limitMillis));
  }
}
