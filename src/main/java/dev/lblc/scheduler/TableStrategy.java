package dev.lblc.scheduler;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A strategy that remembers destinations: what {@code lblc}, {@code lblcr} and {@code lblc-adaptive} have in common around their
 * rules.
 *
 * <p>May be used from any thread. A hit takes no lock and allocates nothing. A decision that changes the table holds its
 * monitor, so that of two requests for the same new destination the second finds the first one's home.
 */
abstract class TableStrategy implements Strategy {
  final Servers servers;
  final WeightedLeastConnection freshPass;
  final DestinationTable table;
  private final Context context;

  TableStrategy(Context context) {
    this.context = context;
    this.servers = context.all();
    this.table = new DestinationTable(context.random(), this::forgetMillis);
    this.freshPass = new WeightedLeastConnection(context);
  }

  @Override
  public final Choice choose(@Nullable String destination) {
    return choose(destination, Load.NOBODY);
  }

  @Override
  public final Choice choose(@Nullable String destination, Set<String> unreachable) {
    return destination == null
        ? freshPass.choose(Reason.NO_DESTINATION, unreachable)
        : decide(destination, unreachable, context.clock().millis());
  }

  @Override
  public final Choice explain(@Nullable String destination) {
    return destination == null
        ? freshPass.explain(Reason.NO_DESTINATION)
        : foretell(destination, context.clock().millis());
  }

  @Override
  public final String grounds(@Nullable String destination) {
    return destination == null ? "" : foretold(destination, context.clock().millis());
  }

  @Override
  public final Choice chooseOther(Set<String> except) {
    return freshPass.chooseOther(except);
  }

  /**
   * Gives the destination this home and no other. If it has that already, this is a use, and takes no lock. A new one is remembered
   * as any is: in a full table as options.whenFull says.
   */
  @Override
  public final void learn(String destination, Server home) {
    long now = context.clock().millis();
    Entry known = table.find(destination);
    if (known != null && !isExpired(known, now) && isOnlyHome(known, home)) {
      known.use(now);
      return;
    }
    synchronized (table) {
      Entry entry = table.find(destination);
      if (entry == null) {
        table.add(destination, home, now, options());
        entry = table.find(destination);
      } else {
        entry.use(now);
        if (isOnlyHome(entry, home)) {
          return;
        }
        table.replaceHome(entry, home, now);
      }
      if (entry != null) { // else the table has no room
        entry.isLearned = true;
      }
    }
  }

  private static boolean isOnlyHome(Entry entry, Server server) {
    Server[] homes = entry.homes();
    return homes.length == 1 && homes[0] == server;
  }

  @Override
  public final DestinationTable table() {
    return table;
  }

  /** The rule; an unreachable server is as good as unavailable. */
  abstract Choice decide(String destination, Set<String> unreachable, long now);

  /** What the rule would decide, without effect. */
  abstract Choice foretell(String destination, long now);

  /** What that would rest on beyond its reason, in sentences; empty: nothing. */
  String foretold(String destination, long now) {
    return "";
  }

  /** After how many milliseconds without a use the rule may take an entry for none; 0: when the options of all strategies say so. */
  long forgetMillis() {
    return 0;
  }

  final SchedulerOptions options() {
    return context.options().get();
  }

  final boolean isExpired(Entry entry, long now) {
    return context.isExpired(entry.lastUse(), now);
  }
}
