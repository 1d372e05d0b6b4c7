package dev.lblc.cluster;

import dev.lblc.scheduler.Clock;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What came from the cluster and was dropped, because no node of any release writes such a thing. Each is counted; one line per kind
 * and minute is logged, the rest at DEBUG.
 *
 * <p>Guarded by itself. May be used from any thread.
 */
final class Dropped {
  private static final System.Logger LOG = System.getLogger(Dropped.class.getName());
  private static final long QUIET_MILLIS = 60_000;

  private final Clock clock;
  private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);

  /** What was dropped. */
  enum Kind {
    /** A record in a map of homes. */
    HOMES("a record of homes"),
    /** A record in a map of edited servers. */
    EDITS("a record of an edited server"),
    /** A message to the address of the reports. */
    COUNTS("a report of connections");

    private final String what;

    Kind(String what) {
      this.what = what;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Counts nothing yet. */
  Dropped(Clock clock) {
    this.clock = clock;
  }

  /**
   * Notes that something was dropped.
   *
   * @param where the map or the address
   * @param from who sent it; null: not known
   * @param why what was wrong
   */
  void dropped(Kind kind, String where, @Nullable String from, String why) {
    Level level = level(kind);
    if (LOG.isLoggable(level)) {
      LOG.log(
          level,
          "dropped what is not " + kind.what + " in " + where + ", from "
              + (from == null ? "an unknown sender" : from) + ": " + why
              + ". Nothing of this node does that: look for a foreign program, or a node of another release, among the members."
              + " More of this kind are logged at DEBUG for a minute and counted in lblc_cluster_dropped_total");
    }
  }

  /** Returns how many were dropped so far, by {@link Kind#label}, those of which there were none included. */
  synchronized Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    for (Kind kind : Kind.values()) {
      Tally tally = tallies.get(kind);
      counts.put(kind.label(), tally == null ? 0 : tally.count);
    }
    return counts;
  }

  private synchronized Level level(Kind kind) {
    Tally tally = tallies.computeIfAbsent(kind, first -> new Tally());
    long now = clock.millis();
    boolean isFirst = tally.count++ == 0;
    if (!isFirst && now - tally.saidMillis < QUIET_MILLIS) {
      return Level.DEBUG;
    }
    tally.saidMillis = now;
    return Level.WARNING;
  }

  private static final class Tally {
    private long count;
    private long saidMillis;
  }
}
