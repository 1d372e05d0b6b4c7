package dev.lblc.scheduler;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many homes a destination gets that is asked for so often that it would fill a server, and which.
 *
 * <pre>
 * share   of the destination in all requests, multiplied by the number of servers: 1 is what a server gets on average
 * wanted  share / hot, rounded up; 1 to replicas
 * grow    with fewer homes than wanted, while the least loaded of them has more than floor active connections, or all are full:
 *         the next server of the destination's order (see Rendezvous)
 * shrink  with a share below 0.7 * hot * (homes - 1), and no change for the time of shrink:
 *         a home that is not available leaves, else the most loaded one
 * </pre>
 *
 * <p>A destination of which a fifth of all requests is cannot be moved out of trouble: its next home is overloaded as well. The gap
 * between growing and shrinking is there because a share is estimated; the floor, because a server that has hardly anything to do needs
 * no help, and another one would have to fetch what it has. A home that is full stays one: it has room again soon, and knows the
 * destination.
 */
final class HotHomes {
  private static final double LEEWAY = 0.7;

  /** A quotient that is a whole number but for rounding errors is that number. */
  private static final double ROUNDING = 1e-9;

  private HotHomes() {}

  /** Whether a destination may have too few homes, or too many. Cheap: most have one, and shall. */
  static boolean mayChange(Entry entry, double share, AdaptiveOptions options) {
    return share > options.hot() || entry.homes().length > 1;
  }

  /** Whether a destination has too few homes, or too many for too long. */
  static boolean isDue(
      Entry entry, double share, long nowMillis, Set<String> unreachable, AdaptiveOptions options) {
    return isDueToGrow(entry, share, unreachable, options)
        || isDueToShrink(entry, share, nowMillis, options);
  }

  /**
   * Gives a destination a home more or less, if it is to have one. The caller holds the table's monitor.
   *
   * @param share see above
   */
  static void settle(
      DestinationTable table,
      Entry entry,
      Server[] servers,
      double share,
      long nowMillis,
      Set<String> unreachable,
      AdaptiveOptions options) {
    if (isDueToGrow(entry, share, unreachable, options)) {
      grow(table, entry, servers, nowMillis, unreachable, options);
    } else if (isDueToShrink(entry, share, nowMillis, options)) {
      table.leaveHomes(entry, firstToLeave(entry.homes()), nowMillis);
    }
  }

  private static boolean isDueToGrow(
      Entry entry, double share, Set<String> unreachable, AdaptiveOptions options) {
    Server[] homes = entry.homes();
    if (serving(homes, unreachable) >= wanted(share, options)) {
      return false;
    }
    Server least = least(homes, unreachable);
    return least == null ? isAnyFull(homes, unreachable) : least.active() > options.floor();
  }

  /** Returns the home that a destination would get beside those that it has; null: it has enough, or there is none. */
  static @Nullable Server next(
      Entry entry, Server[] servers, double share, AdaptiveOptions options) {
    return isDueToGrow(entry, share, Load.NOBODY, options)
        ? Rendezvous.firstBeyond(entry.destination, servers, entry.homes(), Load.NOBODY)
        : null;
  }

  /** Whether some home could be used, were it not full. */
  static boolean isAnyFull(Server[] homes, Set<String> unreachable) {
    for (Server home : homes) {
      if (isServing(home, unreachable) && home.full()) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many homes a share is worth. */
  static int wanted(double share, AdaptiveOptions options) {
    double parts = Math.ceil(share / options.hot() - ROUNDING);
    return (int) Math.max(1, Math.min(options.replicas(), parts));
  }

  private static boolean isDueToShrink(
      Entry entry, double share, long nowMillis, AdaptiveOptions options) {
    int count = entry.homes().length;
    return count > 1
        && nowMillis - entry.lastChange() > options.shrink().toMillis()
        && share < LEEWAY * options.hot() * (count - 1);
  }

  /** The least loaded of those that may be used, a saturated one only if all are; null: none may. */
  static @Nullable Server least(Server[] homes, Set<String> unreachable) {
    Server least = null;
    for (Server home : homes) {
      if (!isUsable(home, unreachable)) {
        continue;
      }
      if (least == null
          || (least.saturated() && !home.saturated())
          || (least.saturated() == home.saturated()
              && least.overhead() * home.weight() > home.overhead() * least.weight())) {
        least = home;
      }
    }
    return least;
  }

  private static void grow(
      DestinationTable table,
      Entry entry,
      Server[] servers,
      long nowMillis,
      Set<String> unreachable,
      AdaptiveOptions options) {
    Server[] homes = entry.homes();
    Server next = Rendezvous.firstBeyond(entry.destination, servers, homes, unreachable);
    if (next == null) {
      return;
    }
    if (homes.length >= options.replicas()) {
      table.leaveHomes(entry, firstToLeave(homes), nowMillis);
    }
    table.joinHomes(entry, next, nowMillis);
  }

  private static Server firstToLeave(Server[] homes) {
    Server most = homes[0];
    for (Server home : homes) {
      if (!home.available() || home.weight() == 0) {
        return home;
      }
      if (most.overhead() * home.weight() < home.overhead() * most.weight()) {
        most = home;
      }
    }
    return most;
  }

  private static int serving(Server[] homes, Set<String> unreachable) {
    int count = 0;
    for (Server home : homes) {
      count += isServing(home, unreachable) ? 1 : 0;
    }
    return count;
  }

  private static boolean isUsable(Server home, Set<String> unreachable) {
    return isServing(home, unreachable) && !home.full();
  }

  private static boolean isServing(Server home, Set<String> unreachable) {
    return home.available() && home.weight() > 0 && !Load.isLeftOut(home, unreachable);
  }
}
