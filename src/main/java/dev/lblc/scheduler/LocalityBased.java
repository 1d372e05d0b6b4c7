package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code lblc}, locality-based least-connection: a destination stays on its home.
 *
 * <pre>
 * entry = table[destination]
 * if entry: entry.lastUse = now
 *           if its home is available, of weight > 0, not full and not overloaded: use it (saturated or not)
 * server = fresh pass
 * if none: no server available; the table stays as it is
 * table[destination] = server (in a full table as options.whenFull says)
 * use server
 * </pre>
 *
 * The rules are those of Linux 6.1 ({@code net/netfilter/ipvs/ip_vs_lblc.c}).
 *
 * <p>May be used from any thread. A hit takes no lock and allocates nothing. A placement holds the table's monitor, so
 * that of two requests for the same new destination the second finds the first one's home.
 */
@PublicApi
public final class LocalityBased extends TableStrategy {
  /** With an empty table. */
  public LocalityBased(Context context) {
    super(context);
  }

  @Override
  Choice decide(String destination, Set<String> unreachable, long now) {
    Entry entry = table.find(destination);
    if (entry != null && !isExpired(entry, now)) {
      entry.use(now);
      Server home = entry.home();
      if (judge(home, unreachable) == Reason.HIT) {
        return home.chosenFor(Reason.HIT);
      }
    }
    return place(destination, unreachable, now);
  }

  @Override
  Choice foretell(String destination, long now) {
    Entry entry = table.find(destination);
    Reason verdict = judge(entry, Load.NOBODY, now);
    return entry != null && verdict == Reason.HIT
        ? entry.home().chosenFor(verdict)
        : freshPass.explain(verdict);
  }

  private Choice place(String destination, Set<String> unreachable, long now) {
    synchronized (table) {
      Entry entry = table.find(destination);
      Reason verdict = judge(entry, unreachable, now);
      if (entry != null && verdict == Reason.HIT) {
        return entry.home().chosenFor(verdict);
      }
      Choice choice = freshPass.choose(verdict, unreachable);
      Server server = choice.server();
      if (server == null) {
        return choice;
      }
      if (entry == null) {
        table.add(destination, server, now, options());
      } else if (entry.home() != server || verdict == Reason.EXPIRED) {
        entry.use(now);
        table.replaceHome(entry, server, now);
      }
      return choice;
    }
  }

  private Reason judge(@Nullable Entry entry, Set<String> unreachable, long now) {
    if (entry == null) {
      return Reason.PLACED;
    }
    return isExpired(entry, now) ? Reason.EXPIRED : judge(entry.home(), unreachable);
  }

  /** {@link Reason#HIT} if the home is to be used, else why it is left. */
  private Reason judge(Server home, Set<String> unreachable) {
    if (!home.available() || Load.isLeftOut(home, unreachable)) {
      return Reason.UNAVAILABLE;
    }
    if (home.weight() == 0) {
      return Reason.QUIESCED;
    }
    return home.full() || Load.isOverloaded(home, servers.snapshot(), unreachable)
        ? Reason.OVERLOADED
        : Reason.HIT;
  }
}
