package dev.lblc.scheduler;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often this node is asked: in all, and for one destination. Both are counts of which what is a second ago counts for a third
 * (1/e), so that their quotient is the destination's share of the requests.
 *
 * <p>A share that one node sees is that of all nodes, as long as they get alike requests; so nothing is shared for it. The count of a
 * destination stands in its entry, and its last use says by how much it is to decay: a use costs a look into a table. Uses that meet on
 * two threads may be lost; a hot destination has many.
 *
 * <p>May be used from any thread; allocates nothing.
 */
final class Rate {
  private static final int SECOND_MILLIS = 1_000;
  private static final int KNOWN_MILLIS = 8 * SECOND_MILLIS;
  private static final float[] KEPT = new float[KNOWN_MILLIS];

  /** So long decisions are counted before they are added to those of before, in milliseconds. */
  private static final int STRETCH_MILLIS = 50;

  static {
    for (int millis = 0; millis < KNOWN_MILLIS; millis++) {
      KEPT[millis] = (float) Math.exp(-(double) millis / SECOND_MILLIS);
    }
  }

  private final LongAdder stretch = new LongAdder();
  private final AtomicLong since;
  private volatile double total;

  Rate(long nowMillis) {
    since = new AtomicLong(nowMillis);
  }

  /** Counts a decision. */
  void note(long nowMillis) {
    stretch.increment();
    long from = since.get();
    if (nowMillis - from >= STRETCH_MILLIS && since.compareAndSet(from, nowMillis)) {
      // The decisions of the stretch are as old as its middle on average.
      total =
          total * kept(nowMillis - from) + stretch.sumThenReset() * kept((nowMillis - from) / 2);
    }
  }

  /** Counts a use of a destination, before it is noted as its last one. */
  static void use(Entry entry, long nowMillis) {
    entry.rate = entry.rate * kept(nowMillis - entry.lastUse()) + 1;
  }

  /** Has a destination's count decay, before a use that is not counted is noted as its last one. */
  static void pass(Entry entry, long useMillis) {
    entry.rate *= kept(useMillis - entry.lastUse());
  }

  /** Returns which part of all decisions were for a destination; 0: there were too few to tell. */
  double share(Entry entry) {
    double all = total;
    return all < 1 ? 0 : entry.rate / all;
  }

  /** Returns what {@link #share} is of a destination that is not asked for just now. */
  double shareAt(Entry entry, long nowMillis) {
    return share(entry) * kept(nowMillis - entry.lastUse());
  }

  private static float kept(long millis) {
    return millis <= 0 ? 1 : millis < KNOWN_MILLIS ? KEPT[(int) millis] : 0;
  }
}
