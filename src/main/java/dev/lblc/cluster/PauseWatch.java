package dev.lblc.cluster;

import java.util.function.LongConsumer;

/**
 * A watch for pauses of this node, of its machine or its process: it did not tick for too long, so what it knows of the others
 * is history.
 *
 * <p>Ticks come from one thread; any thread may check. The first that finds a pause runs what follows, under this object's
 * monitor; others that check meanwhile wait until that is done.
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
   * @param comeBack is called with the length of the pause; must not wait
   */
  PauseWatch(ClusterTime time, long longMillis, LongConsumer comeBack) {
    this.time = time;
    this.longMillis = longMillis;
    this.comeBack = comeBack;
    this.lastTickMillis = time.nowMillis();
  }

  /** Notes that this node runs, after a check. */
  synchronized void tick(long nowMillis) {
    check(nowMillis);
    if (nowMillis - lastTickMillis > 0) { // else another thread came back later than that
      lastTickMillis = nowMillis;
    }
  }

  /** Runs what follows a pause if there was one. */
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
