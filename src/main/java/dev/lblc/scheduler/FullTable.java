package dev.lblc.scheduler;

import dev.lblc.scheduler.SchedulerOptions.WhenFull;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a table does with a newcomer when it is full.
 *
 * <pre>
 * refuse:   it is not remembered
 * replace:  victim = of {@value #SAMPLE} entries drawn at random, the first that applies
 *             of those that were idle for 6 minutes (or the expiration, if that is shorter): the idlest
 *             of those that were not used since they were placed: the idlest
 *             the idlest
 *           the table is hot if the victim was used within these 6 minutes
 *           if it is hot, and the newcomer was not asked for lately (see {@link Doorkeeper}): it is not remembered
 *           else it takes the victim's place
 * </pre>
 *
 * <p>Confined to the monitor of the table. Its answers cost the same whatever the table holds, and allocate nothing, but for a
 * doorkeeper when the table is full for the first time.
 */
final class FullTable {
  /*
   * Why: a table that gives up the idlest for every newcomer is emptied by keys that are asked for once; one that takes no newcomer
   * while everything is in use leaves real ones without a home for minutes. So a newcomer has to come twice, as with the doorkeeper
   * of TinyLFU. Sampling stands for an order by last use, which every hit would have to write (Psounis and Prabhakar: A Randomized
   * Web-Cache Replacement Scheme, 2001; Redis evicts so). What was used again goes after what was not, as in segmented LRU (Karedla,
   * Love, Wherry: Caching Strategies to Improve Disk System Performance, 1994): keys that filled the table before it was full, and
   * never come back, make the room.
   */
  static final int SAMPLE = 16;
  private static final int FIRST_CAPACITY = 64;

  /** All entries of the table, in no order: what samples are drawn from. */
  private @Nullable Entry[] slots = new @Nullable Entry[FIRST_CAPACITY];

  private int used;
  private @Nullable Doorkeeper doorkeeper;

  /** What the doorkeeper was made for. */
  private int doorkeeperLimit;

  /** Adds an entry that is not there. */
  void add(Entry entry) {
    if (used == slots.length) {
      slots = Arrays.copyOf(slots, used + (used >> 1));
    }
    entry.slot = used;
    slots[used++] = entry;
  }

  /** Removes an entry that is there: the last one takes its slot. */
  void remove(Entry entry) {
    Entry last = slots[--used];
    slots[used] = null;
    if (last != null && last != entry) {
      last.slot = entry.slot;
      slots[entry.slot] = last;
    }
  }

  /** Returns the entry that makes room for a newcomer; null: the newcomer is not to be remembered. */
  @Nullable
  Entry victimFor(
      String newcomer, long nowMillis, SchedulerOptions options, RandomGenerator random) {
    if (options.whenFull() == WhenFull.REFUSE) {
      return null;
    }
    boolean wasSeen = doorkeeper(options.hardLimit()).wasSeen(newcomer);
    long unusedSince = nowMillis - options.idleMillis();
    Entry victim = draw(random, unusedSince);
    boolean isHot = victim != null && victim.lastUse() > unusedSince;
    return isHot && !wasSeen ? null : victim;
  }

  private @Nullable Entry draw(RandomGenerator random, long unusedSinceMillis) {
    Entry victim = null;
    for (int i = 0; i < SAMPLE && used > 0; i++) {
      Entry drawn = slots[random.nextInt(used)];
      if (drawn != null && (victim == null || goesBefore(drawn, victim, unusedSinceMillis))) {
        victim = drawn;
      }
    }
    return victim;
  }

  private static boolean goesBefore(Entry one, Entry other, long unusedSinceMillis) {
    boolean areInUse = Math.min(one.lastUse(), other.lastUse()) > unusedSinceMillis;
    if (areInUse && one.usedAgain() != other.usedAgain()) {
      return other.usedAgain();
    }
    return one.lastUse() < other.lastUse();
  }

  private Doorkeeper doorkeeper(int limit) {
    Doorkeeper known = doorkeeper;
    if (known == null || doorkeeperLimit != limit) {
      known = new Doorkeeper(limit);
      doorkeeper = known;
      doorkeeperLimit = limit;
    }
    return known;
  }
}
