package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.scheduler.Strategy;

/**
 * A strategy that configurations can name. Found by {@link java.util.ServiceLoader}, on the class path or, by a gateway,
 * in a jar of its folder {@code plugins}.
 *
 * <p>An implementation is public and has a public constructor without parameters. It is made once, and makes a strategy for
 * each service that names it.
 */
@PublicApi
public interface StrategyProvider {
  /** The name that configurations give it: not empty, without control characters, and not that of another strategy. */
  String name();

  /**
   * A new strategy for one service; see {@link Strategy} for what is asked of it.
   *
   * @param context servers with their loads, options, clock and randomness, for as long as the service is deployed
   */
  Strategy create(Strategy.Context context);
}
