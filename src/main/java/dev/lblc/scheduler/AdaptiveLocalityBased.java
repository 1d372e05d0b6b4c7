package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code lblc-adaptive}: locality-based least-connection that needs no weight near the load, and neither thrashes nor stays uneven.
 *
 * <pre>
 * entry = table[destination]
 * if entry, and it was used within the time of forget, or its home has at most floor active connections:
 *   entry.lastUse = now; a hot destination gets or loses a home         (HotHomes)
 *   home = least loaded of its homes that are available, of weight > 0 and not full
 *   if there is one: use it; an only one that is overloaded is left with some probability (EffectiveWeight, BreakOut)
 * server = first in the destination's order if idle, else the less loaded of the first two, without the home that is left  (Rendezvous)
 * if none: no server available, or the overloaded home
 * table[destination] = server (in a full table as options.whenFull says), unless several homes are full
 * use server
 * </pre>
 *
 * <p>An entry that was unused for longer than {@code forget} at a busy home costs nothing to move, for no server has its content any more:
 * this is what evens a service out after servers came. Servers with hardly anything to do need no evening out, and caches with so few
 * requests may remember for long.
 *
 * <p>May be used from any thread. A hit takes no lock and allocates nothing.
 */
@PublicApi
public final class AdaptiveLocalityBased extends TableStrategy {
  private final Context context;
  private final Rate rate;
  private final BreakOut breakOut;

  /** With an empty table; its own options are {@link AdaptiveOptions}. */
  public AdaptiveLocalityBased(Context context) {
    super(context);
    this.context = context;
    this.rate = new Rate(context.clock().millis());
    this.breakOut = new BreakOut(context.random());
  }

  @Override
  Choice decide(String destination, Set<String> unreachable, long now) {
    AdaptiveOptions own = own();
    rate.note(now);
    Entry entry = table.find(destination);
    Server left = null;
    if (entry != null && !isStale(entry, now, own)) {
      Rate.use(entry, now);
      entry.use(now);
      Server[] all = servers.snapshot();
      double share = rate.share(entry) * all.length;
      if (HotHomes.mayChange(entry, share, own)) {
        settle(entry, all, share, now, unreachable, own);
      }
      Server[] homes = entry.homes();
      Server home = HotHomes.least(homes, unreachable);
      if (home != null) {
        if (homes.length > 1 || !breakOut.leaves(home, all, unreachable, own)) {
          return home.chosenFor(Reason.HIT);
        }
        left = home;
      }
    }
    return place(destination, left, unreachable, now);
  }

  @Override
  Choice foretell(String destination, long now) {
    AdaptiveOptions own = own();
    Server[] all = servers.snapshot();
    Entry entry = table.find(destination);
    boolean isStale = entry != null && isStale(entry, now, own);
    if (entry != null && !isStale) {
      Server home = HotHomes.least(entry.homes(), Load.NOBODY);
      if (home == null) {
        home = HotHomes.next(entry, all, rate.shareAt(entry, now) * all.length, own);
      }
      if (home != null) {
        return home.chosenFor(Reason.HIT); // also if it is overloaded: most requests stay
      }
    }
    Server server = Rendezvous.lessLoadedOfTwo(destination, all, null, Load.NOBODY);
    return Choice.of(server, verdict(entry, isStale));
  }

  @Override
  String foretold(String destination, long now) {
    AdaptiveOptions own = own();
    Server[] all = servers.snapshot();
    Entry entry = table.find(destination);
    Server home = entry == null ? null : HotHomes.least(entry.homes(), Load.NOBODY);
    if (entry == null || home == null || isStale(entry, now, own)) {
      return AdaptiveGrounds.ofPlacement(destination, entry, all, now, own);
    }
    double share = rate.shareAt(entry, now) * all.length;
    return AdaptiveGrounds.ofHome(entry, home, all, share, now, own);
  }

  private void settle(
      Entry entry,
      Server[] all,
      double share,
      long now,
      Set<String> unreachable,
      AdaptiveOptions own) {
    if (!HotHomes.isDue(entry, share, now, unreachable, own)) {
      return;
    }
    synchronized (table) {
      // The expiry check may have removed the entry meanwhile: its homes are counted no more.
      if (table.find(entry.destination) == entry) {
        HotHomes.settle(table, entry, all, share, now, unreachable, own);
      }
    }
  }

  private Choice place(
      String destination, @Nullable Server left, Set<String> unreachable, long now) {
    synchronized (table) {
      Entry entry = table.find(destination);
      Reason verdict = Reason.OVERLOADED;
      if (left == null || entry == null || entry.home() != left) {
        boolean isStale = entry != null && isStale(entry, now, own());
        Server home = entry == null || isStale ? null : HotHomes.least(entry.homes(), unreachable);
        if (entry != null && home != null) { // meanwhile
          Rate.use(entry, now);
          entry.use(now);
          return home.chosenFor(Reason.HIT);
        }
        verdict = verdict(entry, isStale);
      }
      Server server = Rendezvous.lessLoadedOfTwo(
          destination, servers.snapshot(), verdict == Reason.OVERLOADED ? left : null, unreachable);
      if (server == null) {
        return Choice.of(left, Reason.HIT);
      }
      if (entry == null) {
        table.add(destination, server, now, options());
      } else {
        Rate.pass(entry, now);
        entry.use(now);
        if (!keepsHomes(entry, verdict, unreachable)
            && (entry.homes().length > 1 || entry.home() != server)) {
          table.replaceHome(entry, server, now);
        }
      }
      return server.chosenFor(verdict);
    }
  }

  /** Whether a hot destination is served elsewhere for want of room alone: its homes know it, and have room again soon. */
  private static boolean keepsHomes(Entry entry, Reason verdict, Set<String> unreachable) {
    return verdict == Reason.OVERLOADED
        && entry.homes().length > 1
        && HotHomes.isAnyFull(entry.homes(), unreachable);
  }

  /** Why an entry, or none, does not say where to go. */
  private static Reason verdict(@Nullable Entry entry, boolean isStale) {
    if (entry == null) {
      return Reason.PLACED;
    }
    if (isStale) {
      return Reason.EXPIRED;
    }
    Reason nearest = Reason.UNAVAILABLE;
    for (Server home : entry.homes()) {
      if (home.available() && home.full()) {
        return Reason.OVERLOADED;
      }
      if (home.available() && home.weight() == 0) {
        nearest = Reason.QUIESCED;
      }
    }
    return nearest;
  }

  @Override
  long forgetMillis() {
    return own().forget().toMillis();
  }

  /** Returns whether an entry says nothing any more. With hardly anything to do at its home there is nothing to be evened out. */
  private boolean isStale(Entry entry, long now, AdaptiveOptions own) {
    if (isExpired(entry, now)) {
      return true;
    }
    long forget = own.forget().toMillis();
    if (forget == 0 || now - entry.lastUse() <= forget) {
      return false;
    }
    Server home = HotHomes.least(entry.homes(), Load.NOBODY);
    return home == null || home.active() > own.floor();
  }

  private AdaptiveOptions own() {
    return context.ownOptions(AdaptiveOptions.class);
  }
}
