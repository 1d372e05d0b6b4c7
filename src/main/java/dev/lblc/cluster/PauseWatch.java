package dev.lblc.cluster;

import java.util.function.LongConsumer;

/**
 * Notices that this node did not run for a while, be it for its machine or its process: it did not tick, and what it
 * knows of the others is history.
 *
 * <p>Ticks come from one thread. Any may ask, and whichever finds it first comes back, under this object's monitor; those
 * that ask meanwhile wait until that is done.
 */
final class PauseWatch {
  private final ClusterTime time;
  private final long longMillis;
  private final LongConsumer comeBack;
  private volatile long lastTickMillis;

  /**
   * From now on.
   *
   * @param longMillis how long a pause is too long
   * @param comeBack is told how long the pause was; must not wait
   */
  PauseWatch(ClusterTime time, long longMillis, LongConsumer comeBack) {
    this.time = time;
    this.longMillis = longMillis;
    this.comeBack = comeBack;
    this.lastTickMillis = time.nowMillis();
  }

  /** Comes back if this node was away before. */
  synchronized void tick(long nowMillis) {
    check(nowMillis);
    if (nowMillis - lastTickMillis > 0) { // else another thread came back later than that
      lastTickMillis = nowMillis;
    }
  }

  /** Comes back if this node was away. */
  void check() {
    check(time.nowMillis());
  }

  private void check(long nowMillis) {
    if (wasAway(nowMillis)) {
      comeBack(nowMillis);
    }
  }

  private boolean wasAway(long nowMillis) {
    return nowMillis - lastTickMillis >= longMillis;
  }

  private synchronized void comeBack(long nowMillis) {
    if (wasAway(nowMillis)) { // else another thread was here first
      comeBack.accept(nowMillis - lastTickMillis);
      lastTickMillis = nowMillis;
    }
  }
}
