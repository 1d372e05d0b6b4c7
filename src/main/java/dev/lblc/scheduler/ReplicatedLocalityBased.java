package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code lblcr}, locality-based least-connection with replication: a destination has a set of servers that grows under
 * load and shrinks with time.
 *
 * <pre>
 * entry = table[destination]
 * if entry: entry.lastUse = now
 *           least = least loaded member that is available, of weight > 0, not saturated and not full
 *           if the set has more than one member and did not change for longer than expiration:
 *             its most loaded member of weight > 0 leaves
 *           if least exists and is not overloaded: use it (even if it just left)
 * server = fresh pass
 * if none: no server available
 * put server at the front of the destination's set, unless it is a member (in a full table as options.whenFull says)
 * use server
 * </pre>
 *
 * The rules are those of Linux 6.1 ({@code net/netfilter/ipvs/ip_vs_lblcr.c}).
 *
 * <p>May be used from any thread. A hit takes no lock and allocates nothing; sets are immutable arrays that are
 * replaced under the table's monitor.
 */
@PublicApi
public final class ReplicatedLocalityBased extends TableStrategy {
  /** With an empty table. */
  public ReplicatedLocalityBased(Context context) {
    super(context);
  }

  @Override
  Choice decide(String destination, Set<String> unreachable, long now) {
    Entry entry = table.find(destination);
    if (entry != null && !isExpired(entry, now)) {
      entry.use(now);
      Server least = leastOf(entry.homes(), unreachable);
      if (isDueToShrink(entry, now)) {
        shrink(entry, now);
      }
      if (least != null && !Load.isOverloaded(least, servers.snapshot(), unreachable)) {
        return least.chosenFor(Reason.HIT);
      }
    }
    return extend(destination, unreachable, now);
  }

  @Override
  Choice foretell(String destination, long now) {
    Entry entry = table.find(destination);
    Server least = entry == null ? null : leastOf(entry.homes(), Load.NOBODY);
    Reason verdict = judge(entry, least, Load.NOBODY, now);
    return least != null && verdict == Reason.HIT
        ? least.chosenFor(verdict)
        : freshPass.explain(verdict);
  }

  private Choice extend(String destination, Set<String> unreachable, long now) {
    synchronized (table) {
      Entry entry = table.find(destination);
      Server least = entry == null ? null : leastOf(entry.homes(), unreachable);
      Reason verdict = judge(entry, least, unreachable, now);
      if (least != null && verdict == Reason.HIT) {
        return least.chosenFor(verdict);
      }
      Choice choice = freshPass.choose(verdict, unreachable);
      Server server = choice.server();
      if (server == null) {
        return choice;
      }
      if (entry == null) {
        table.add(destination, server, now, options());
      } else if (verdict == Reason.EXPIRED) {
        entry.use(now);
        table.replaceHome(entry, server, now);
      } else {
        table.joinHomes(entry, server, now);
      }
      return choice;
    }
  }

  private boolean isDueToShrink(Entry entry, long now) {
    return entry.homes().length > 1
        && now - entry.lastChange() > options().expiration().toMillis();
  }

  private void shrink(Entry entry, long now) {
    synchronized (table) {
      // The expiry check may have removed the entry meanwhile: its homes are counted no more.
      if (table.find(entry.destination) == entry && isDueToShrink(entry, now)) {
        Server most = mostOf(entry.homes());
        if (most != null) {
          table.leaveHomes(entry, most, now);
        }
      }
    }
  }

  private Reason judge(
      @Nullable Entry entry, @Nullable Server least, Set<String> unreachable, long now) {
    if (entry == null) {
      return Reason.PLACED;
    }
    if (isExpired(entry, now)) {
      return Reason.EXPIRED;
    }
    if (least != null) {
      return Load.isOverloaded(least, servers.snapshot(), unreachable)
          ? Reason.OVERLOADED
          : Reason.HIT;
    }
    Reason nearest = Reason.UNAVAILABLE;
    for (Server member : entry.homes()) {
      if (member.available() && !Load.isLeftOut(member, unreachable)) {
        if (member.weight() > 0) {
          return Reason.OVERLOADED;
        }
        nearest = Reason.QUIESCED;
      }
    }
    return nearest;
  }

  /** The first of the least loaded members that may be used; null if none may. */
  private static @Nullable Server leastOf(Server[] members, Set<String> unreachable) {
    Server least = null;
    for (Server member : members) {
      if (member.saturated()
          || member.full()
          || member.weight() == 0
          || !member.available()
          || Load.isLeftOut(member, unreachable)) {
        continue;
      }
      if (least == null
          || least.overhead() * member.weight() > member.overhead() * least.weight()) {
        least = member;
      }
    }
    return least;
  }

  /** The first of the most loaded members with a weight, removed and saturated ones included; null if all have 0. */
  private static @Nullable Server mostOf(Server[] members) {
    Server most = null;
    for (Server member : members) {
      if (member.weight() == 0) {
        continue;
      }
      if (most == null || most.overhead() * member.weight() < member.overhead() * most.weight()) {
        most = member;
      }
    }
    return most;
  }
}
