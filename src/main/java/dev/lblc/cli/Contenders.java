package dev.lblc.cli;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigReader;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.Strategy;
import dev.lblc.simulation.Yardsticks;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a simulation compares: strategies by their names, and the yardsticks beside them. */
final class Contenders {
  /** One server that has all the slots and all the cache. */
  static final String POOLED = "pooled";

  private static final String LEAST_CONNECTION = "wlc";
  private static final String NAME = "simulated";

  private final Strategies strategies;
  private final JsonObject options;

  /**
   * Those of a catalog.
   *
   * @param options of the strategies' own, as a service's {@code options} has them; yardsticks have none
   */
  Contenders(Strategies strategies, Map<String, String> options) {
    this.strategies = strategies;
    this.options = new JsonObject();
    options.forEach((key, value) -> this.options.put(key, typed(value)));
  }

  /** Returns these names and those of the yardsticks that are not among them. */
  static List<String> withYardsticks(List<String> names) {
    List<String> all = new ArrayList<>(names);
    all.add(LEAST_CONNECTION);
    all.addAll(Yardsticks.names());
    return all.stream().distinct().toList();
  }

  /**
   * Returns what makes a strategy of a name, or a yardstick.
   *
   * @throws CommandException if there is none of that name
   * @throws ConfigException if an option is wrong
   */
  Strategy.Factory factory(String name) throws CommandException, ConfigException {
    Strategy.Factory yardstick = Yardsticks.all().get(name);
    if (yardstick != null) {
      return yardstick;
    }
    if (!strategies.names().contains(name)) {
      Set<String> known = new TreeSet<>(strategies.names());
      known.addAll(Yardsticks.names());
      known.add(POOLED);
      throw new CommandException(
          "--strategy: " + name + " (expected: one of " + String.join(", ", known) + ")");
    }
    return strategies.factory(name, ownOptions(name));
  }

  /**
   * Returns what makes a strategy of a name, with options that were read before.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  Strategy.Factory factory(String name, Object ownOptions) {
    return strategies.factory(name, ownOptions);
  }

  /** Returns what makes what a pooled server is given requests by. */
  Strategy.Factory anyServer() {
    return strategies.factory(LEAST_CONNECTION, Map.of());
  }

  private Object ownOptions(String name) throws ConfigException {
    JsonObject service = new JsonObject()
        .put("strategy", name)
        .put("options", options)
        .put(
            "servers",
            new JsonArray()
                .add(new JsonObject().put("id", "any").put("host", "any").put("port", 1)));
    JsonObject config = new JsonObject().put("services", new JsonObject().put(NAME, service));
    return ConfigReader.readPlugin(config, strategies, Map.of())
        .services()
        .values()
        .iterator()
        .next()
        .strategyOptions()
        .value();
  }

  private static Object typed(String value) {
    if (value.equals("true") || value.equals("false")) {
      return Boolean.valueOf(value);
    }
    try {
      return Integer.valueOf(value);
    } catch (NumberFormatException notWhole) {
      try {
        return Double.valueOf(value);
      } catch (NumberFormatException text) {
        return value;
      }
    }
  }
}
