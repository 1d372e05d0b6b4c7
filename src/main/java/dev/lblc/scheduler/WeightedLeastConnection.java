package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import dev.lblc.scheduler.SchedulerOptions.Ties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code wlc}: every request goes to the server with the least load per weight; nothing is remembered.
 *
 * <p>It is also the fresh pass of the strategies that remember, and their answer where there is no destination.
 */
@PublicApi
public final class WeightedLeastConnection implements Strategy {
  private final Servers servers;
  private final Supplier<SchedulerOptions> options;

  /** Numbers the choices: "chosen longest ago" decides ties. */
  private final AtomicLong sequence = new AtomicLong();

  /** Over the context's servers. */
  public WeightedLeastConnection(Context context) {
    this.servers = context.all();
    this.options = context.options();
  }

  @Override
  public Choice choose(@Nullable String destination) {
    return choose(Reason.NO_DESTINATION, Load.NOBODY);
  }

  @Override
  public Choice choose(@Nullable String destination, Set<String> unreachable) {
    return choose(Reason.NO_DESTINATION, unreachable);
  }

  @Override
  public Choice explain(@Nullable String destination) {
    return explain(Reason.NO_DESTINATION);
  }

  @Override
  public Choice chooseOther(Set<String> except) {
    return choose(Reason.UNAVAILABLE, except);
  }

  /** The fresh pass without an effect on later ones. */
  Choice explain(Reason reason) {
    return Choice.of(Load.least(servers.snapshot(), options.get().ties(), Load.NOBODY), reason);
  }

  /** The fresh pass, on behalf of a strategy that gives the reason. */
  Choice choose(Reason reason, Set<String> except) {
    Ties ties = options.get().ties();
    Server best = Load.least(servers.snapshot(), ties, except);
    if (best != null && ties == Ties.SPREAD) {
      best.chosen(sequence.incrementAndGet());
    }
    return Choice.of(best, reason);
  }
}
