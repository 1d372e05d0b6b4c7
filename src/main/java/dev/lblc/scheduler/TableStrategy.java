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
  public final Choice chooseOther(Set<String> except) {
    return freshPass.chooseOther(except);
  }

  @Override
  public final DestinationTable table() {
    return table;
  }

  /** The rule; an unreachable server is as good as unavailable. */
  abstract Choice decide(String destination, Set<String> unreachable, long now);

  /** What the rule would decide, without effect. */
  abstract Choice foretell(String destination, long now);

  /** After how many milliseconds without a use the rule takes an entry for none; 0: when the options of all strategies say so. */
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
