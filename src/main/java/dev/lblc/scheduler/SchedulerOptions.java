package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.time.Duration;

/**
 * The options that all strategies share.
 *
 * @param expiration how long a destination may go unused before a full check removes it; zero: any full check does
 * @param maxEntries number of destinations above which a partial check makes room, 1 or more
 * @param hardLimit number of destinations at which new ones are no longer remembered, at least {@code maxEntries}
 * @param ties who wins among equally loaded servers
 * @param checkInterval period of the expiry check; the kernel's is meant to be 60 s and is 61.44 s
 * @param entryCounter how the number of destinations is counted
 */
@PublicApi
public record SchedulerOptions(
    Duration expiration,
    int maxEntries,
    int hardLimit,
    Ties ties,
    Duration checkInterval,
    EntryCounter entryCounter) {

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

  /** For how long a destination is unused before a partial check may take it. */
  public static final Duration IDLE = Duration.ofMinutes(6);

  /** 24 h, 16,384 entries, at most 24,576, {@code spread}, checked every 60 s, counted exactly. */
  public static final SchedulerOptions DEFAULTS = new SchedulerOptions(
      Duration.ofHours(24),
      16_384,
      24_576,
      Ties.SPREAD,
      Duration.ofSeconds(60),
      EntryCounter.EXACT);

  /** What Linux 6.1.176 does, accidents included, without the limit that newer kernels set. */
  public static final SchedulerOptions KERNEL = new SchedulerOptions(
      Duration.ofHours(24),
      16_384,
      Integer.MAX_VALUE,
      Ties.KERNEL,
      Duration.ofMillis(61_440),
      EntryCounter.DRIFTING);

  /** Throws {@link IllegalArgumentException} for a value out of its range. */
  public SchedulerOptions {
    require(!expiration.isNegative(), "expiration", expiration, "not negative");
    require(maxEntries >= 1, "maxEntries", maxEntries, "1 or more");
    require(hardLimit >= maxEntries, "hardLimit", hardLimit, "at least maxEntries, " + maxEntries);
    require(checkInterval.toMillis() >= 1, "checkInterval", checkInterval, "1 ms or more");
  }

  /** These options with another expiration. */
  public SchedulerOptions withExpiration(Duration other) {
    return new SchedulerOptions(other, maxEntries, hardLimit, ties, checkInterval, entryCounter);
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }
}
