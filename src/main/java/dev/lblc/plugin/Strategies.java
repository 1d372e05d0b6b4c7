package dev.lblc.plugin;

import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.ReplicatedLocalityBased;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.WeightedLeastConnection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The strategies by the names that a configuration gives them. */
public final class Strategies {
  private static final Map<String, Strategy.Factory> BY_NAME = new TreeMap<>(Map.of(
      "lblc", LocalityBased::new,
      "lblcr", ReplicatedLocalityBased::new,
      "wlc", WeightedLeastConnection::new));

  private Strategies() {}

  /** The names, in alphabetical order. */
  public static Set<String> names() {
    return new TreeSet<>(BY_NAME.keySet());
  }

  /** Makes strategies of that name. */
  static Strategy.Factory factory(String name) {
    Strategy.Factory factory = BY_NAME.get(name);
    if (factory == null) {
      throw new IllegalArgumentException(
          "strategy " + name + " (expected: one of " + names() + ")");
    }
    return factory;
  }
}
