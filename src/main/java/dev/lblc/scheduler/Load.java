package dev.lblc.scheduler;

import dev.lblc.scheduler.SchedulerOptions.Ties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The two questions that every strategy asks of the servers' loads: who is least loaded, and is this one overloaded.
 *
 * <p>Loads per weight are compared by cross-multiplication in {@code long}: exact where a quotient would round, and a
 * weight of 0 needs no case of its own. A weight is at most 10^6 and an overhead below 2^39, so no product overflows.
 */
final class Load {
  /** Nobody is left out. */
  static final Set<String> NOBODY = Set.of();

  /** What an active connection adds to an overhead. */
  private static final long ACTIVE = 256;

  private Load() {}

  /**
   * The fresh pass, weighted least-connection:
   *
   * <pre>
   * best = none
   * for d in list order: skip d if saturated, full, failing its health checks, left out, or of weight 0
   *   if best is none, or overhead(best) * weight(d) > overhead(d) * weight(best): best = d
   * </pre>
   */
  static @Nullable Server least(Server[] servers, Ties ties, Set<String> except) {
    Server best = null;
    long bestOverhead = 0;
    long bestWeight = 0;
    for (Server server : servers) {
      long weight = server.weight();
      if (weight == 0
          || server.saturated()
          || server.full()
          || !server.healthy()
          || isLeftOut(server, except)) {
        continue;
      }
      long overhead = server.overhead();
      long ofBest = bestOverhead * weight;
      long ofThis = overhead * bestWeight;
      if (best == null
          || ofBest > ofThis
          || (ofBest == ofThis
              && ties == Ties.SPREAD
              && spreadsBetter(server, weight, best, bestWeight))) {
        best = server;
        bestOverhead = overhead;
        bestWeight = weight;
      }
    }
    return best;
  }

  /** More active connections than its weight, while another server has less than half of its own. */
  static boolean isOverloaded(Server server, Server[] servers, Set<String> except) {
    if (server.active() <= server.weight()) {
      return false;
    }
    for (Server other : servers) {
      if (other.healthy() && other.active() * 2L < other.weight() && !isLeftOut(other, except)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a server may get a destination that it did not have. */
  static boolean takesNew(Server server, Set<String> except) {
    return server.weight() > 0
        && !server.saturated()
        && !server.full()
        && server.available()
        && !isLeftOut(server, except);
  }

  /** Whether one server would have less load per weight than another, if either had one active connection more. */
  static boolean isLessLoaded(Server one, Server other) {
    return (one.overhead() + ACTIVE) * other.weight() < (other.overhead() + ACTIVE) * one.weight();
  }

  static boolean isLeftOut(Server server, Set<String> except) {
    return !except.isEmpty() && except.contains(server.id());
  }

  /** Fewer homes per weight; with equally many, chosen longer ago. */
  private static boolean spreadsBetter(Server server, long weight, Server best, long bestWeight) {
    long ofBest = best.homes() * weight;
    long ofThis = server.homes() * bestWeight;
    return ofBest > ofThis || (ofBest == ofThis && server.lastChosen() < best.lastChosen());
  }
}
