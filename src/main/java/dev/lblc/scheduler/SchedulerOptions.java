package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.time.Duration;

/**
 * The options that all strategies share.
 *
 * @param expiration how long a destination may go unused before a full check removes it; zero: any full check does
 * @param maxEntries number of destinations above which a partial check makes room, 1 or more
 * @param hardLimit the most destinations that are remembered, at least {@code maxEntries}
 * @param ties who wins among equally loaded servers
 * @param checkInterval period of the expiry check; the kernel's is meant to be 60 s and is 61.44 s
 * @param entryCounter how the number of destinations is counted
 * @param whenFull what becomes of a new destination at {@code hardLimit}
 */
@PublicApi
public record SchedulerOptions(
    Duration expiration,
    int maxEntries,
    int hardLimit,
    Ties ties,
    Duration checkInterval,
    EntryCounter entryCounter,
    WhenFull whenFull) {

  /** Who wins a fresh pass among servers with equal load per weight. */
  public enum Ties {
    /** The server that is home to the fewest destinations per weight, then the one chosen longest ago. */
    SPREAD,
    /** The first in list order, as the kernel has it. */
    KERNEL
  }

  /** How the table's size, which starts partial checks, is counted. */
  public enum EntryCounter {
    /** The true number of destinations. */
    EXACT,
    /** Linux 6.1.176: replacing a home adds one and subtracts none, so that the counter drifts upwards. */
    DRIFTING
  }

  /** What becomes of a new destination when the table holds {@code hardLimit} of them. */
  public enum WhenFull {
    /** It is served and not remembered, as in the kernel. */
    REFUSE,
    /**
     * It takes the place of one that was idle for longer than others; while all are in use, not before it is asked for
     * a second time. In a table that the nodes of a cluster share one of them makes room for all.
     */
    REPLACE
  }

  /** For how long a destination is unused before a partial check may take it. */
  public static final Duration IDLE = Duration.ofMinutes(6);

  /** 24 h, 100,000 entries, at most 150,000, {@code spread}, checked every 60 s, counted exactly, {@code replace}. */
  public static final SchedulerOptions DEFAULTS = new SchedulerOptions(
      Duration.ofHours(24),
      100_000,
      150_000,
      Ties.SPREAD,
      Duration.ofSeconds(60),
      EntryCounter.EXACT,
      WhenFull.REPLACE);

  /** What Linux 6.1.176 does, accidents included, without the limit that newer kernels set. */
  public static final SchedulerOptions KERNEL = new SchedulerOptions(
      Duration.ofHours(24),
      16_384,
      Integer.MAX_VALUE,
      Ties.KERNEL,
      Duration.ofMillis(61_440),
      EntryCounter.DRIFTING,
      WhenFull.REFUSE);

  /** Throws {@link IllegalArgumentException} for a value out of its range. */
  public SchedulerOptions {
    require(!expiration.isNegative(), "expiration", expiration, "not negative");
    require(maxEntries >= 1, "maxEntries", maxEntries, "1 or more");
    require(hardLimit >= maxEntries, "hardLimit", hardLimit, "at least maxEntries, " + maxEntries);
    require(checkInterval.toMillis() >= 1, "checkInterval", checkInterval, "1 ms or more");
  }

  /** Options with {@link WhenFull#REPLACE}. */
  public SchedulerOptions(
      Duration expiration,
      int maxEntries,
      int hardLimit,
      Ties ties,
      Duration checkInterval,
      EntryCounter entryCounter) {
    this(expiration, maxEntries, hardLimit, ties, checkInterval, entryCounter, WhenFull.REPLACE);
  }

  /** These options with another expiration. */
  public SchedulerOptions withExpiration(Duration other) {
    return new SchedulerOptions(
        other, maxEntries, hardLimit, ties, checkInterval, entryCounter, whenFull);
  }

  /** These options with another way of a full table. */
  public SchedulerOptions withWhenFull(WhenFull other) {
    return new SchedulerOptions(
        expiration, maxEntries, hardLimit, ties, checkInterval, entryCounter, other);
  }

  /** Returns for how long a destination has to be unused before a full table gives it up without a second thought. */
  long idleMillis() {
    return Math.min(IDLE.toMillis(), expiration.toMillis());
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }
}
