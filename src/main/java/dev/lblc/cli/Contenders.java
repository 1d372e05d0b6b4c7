package dev.lblc.cli;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.StrategyOptions;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.Strategy;
import dev.lblc.simulation.Yardsticks;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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
   * @param options of the strategies' own, as a service's {@code options} has them: each is for the strategies that have it
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
   * Throws unless all of these names are known, and each option is one of a strategy among them: it would be passed over without a word.
   *
   * @throws ConfigException if a strategy cannot do without options
   */
  void requireKnown(List<String> names) throws CommandException, ConfigException {
    Set<String> known = new TreeSet<>();
    for (String name : names) {
      if (!name.equals(POOLED) && !Yardsticks.all().containsKey(name)) {
        known.addAll(read(name, new JsonObject()).byKey().keySet());
      }
    }
    for (String key : options.fieldNames()) {
      if (!known.contains(key)) {
        String expected = known.isEmpty()
            ? "none, as these strategies have no options of their own"
            : "one of " + String.join(", ", known);
        throw new CommandException("--option: " + key + " (expected: " + expected + ")");
      }
    }
  }

  /**
   * Returns what makes a strategy of a name, or a yardstick.
   *
   * @param ofFile its own options in the service's file, which those of the command line go before; null: it is not that of the file
   * @throws CommandException if there is none of that name
   * @throws ConfigException if an option is wrong
   */
  Strategy.Factory factory(String name, @Nullable StrategyOptions ofFile)
      throws CommandException, ConfigException {
    Strategy.Factory yardstick = Yardsticks.all().get(name);
    if (yardstick != null) {
      return yardstick;
    }
    StrategyOptions base = ofFile == null ? read(name, new JsonObject()) : ofFile;
    JsonObject changed = new JsonObject();
    base.byKey().forEach((key, value) -> changed.put(key, written(value)));
    boolean isChanged = false;
    for (Map.Entry<String, Object> option : options) {
      if (base.byKey().containsKey(option.getKey())) {
        changed.put(option.getKey(), option.getValue());
        isChanged = true;
      }
    }
    return strategies.factory(name, (isChanged ? read(name, changed) : base).value());
  }

  /** Returns what makes what a pooled server is given requests by. */
  Strategy.Factory anyServer() {
    return strategies.factory(LEAST_CONNECTION, Map.of());
  }

  private StrategyOptions read(String name, JsonObject own)
      throws CommandException, ConfigException {
    if (!strategies.names().contains(name)) {
      Set<String> known = new TreeSet<>(strategies.names());
      known.addAll(Yardsticks.names());
      known.add(POOLED);
      throw new CommandException(
          "--strategy: " + name + " (expected: one of " + String.join(", ", known) + ")");
    }
    JsonObject service = new JsonObject()
        .put("strategy", name)
        .put("options", own)
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
        .strategyOptions();
  }

  private static Object written(Object value) {
    return value instanceof Duration time ? time.toMillis() + "ms" : value;
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
