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
 * A table that nodes share gives nothing up when a newcomer comes: what one node thinks idle may be in use on another, and each
 * would give up something else. One node keeps room for newcomers instead, and the others hear what went (see
 * {@link TableReplica#victims}):
 *
 * <pre>
 * hardLimit:               no more than that on any node
 * hardLimit - 1/2 reserve: this node places no newcomers; what others have placed still has room
 * hardLimit - reserve:     a newcomer has to pass as above; what is beyond is given up, soon
 * reserve = a {@value #RESERVE}th of hardLimit, at least 1; a table of one destination has none, and keeps it until it expires
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
  private static final int RESERVE = 16;
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

  /** Returns how many destinations nodes that share a table keep, with {@code replace}: what is left is for newcomers. */
  static int goal(SchedulerOptions options) {
    return options.hardLimit() - reserve(options);
  }

  /** Returns at how many destinations a node places no newcomers in a table that it shares. */
  static int mostForNewcomers(SchedulerOptions options) {
    return options.hardLimit() - reserve(options) / 2;
  }

  private static int reserve(SchedulerOptions options) {
    int limit = options.hardLimit();
    boolean isKept = options.whenFull() == WhenFull.REPLACE && limit > 1;
    return isKept ? Math.max(1, limit / RESERVE) : 0;
  }

  /** Returns whether a newcomer gets into a table that nodes share and that holds so many. */
  boolean admits(
      String newcomer, int size, long nowMillis, SchedulerOptions options, RandomGenerator random) {
    if (size >= mostForNewcomers(options)) {
      return false;
    }
    return size < goal(options) || victimFor(newcomer, nowMillis, options, random) != null;
  }

  /** Returns one of those that are to go first: the first of a sample; null: the table is empty. */
  @Nullable
  Entry victim(long nowMillis, SchedulerOptions options, RandomGenerator random) {
    return draw(random, nowMillis - options.idleMillis());
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
