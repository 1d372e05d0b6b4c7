package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.scheduler.OptionReader;
import dev.lblc.scheduler.Strategy;
import java.util.List;
import java.util.Map;

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
   * Reads the options that a strategy of this kind has of its own. A strategy gets what this returns by
   * {@link Strategy.Context#ownOptions(Class)}; an immutable record serves best. Default: no own options.
   *
   * <p>Called for each service that names this strategy, whenever a configuration is read, also where it is only checked.
   */
  default Object readOptions(OptionReader options) {
    return Map.of();
  }

  /**
   * Names the fields of requests that strategies of this kind want to see, as {@link dev.lblc.scheduler.Facts}. Default: none, and then
   * nothing is read of a request for the strategy.
   *
   * @param options what {@link #readOptions} made of a service's options
   * @return fields as in templates of destinations, such as {@code {header:x-tier}} or {@code {json:model}}; the body of each request is
   *     looked at if one of them is of the body
   */
  default List<String> facts(Object options) {
    return List.of();
  }

  /**
   * A new strategy for one service; see {@link Strategy} for what is asked of it.
   *
   * @param context servers with their loads, options, clock and randomness, for as long as the service is deployed
   */
  Strategy create(Strategy.Context context);
}
