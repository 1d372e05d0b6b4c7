package dev.lblc.config;

import java.util.Map;

/**
 * The strategy's own options of a service. Two are equal if they have equal values by key.
 *
 * @param value the object that the strategy's provider made of the options
 * @param byKey the value of each key, or its default: a number, a boolean, a string or a duration
 * @param facts what the strategy wants to see of requests: templates by their texts
 */
public record StrategyOptions(
    Object value, Map<String, Object> byKey, Map<String, DestinationTemplate> facts) {
  /** The options of a strategy that has none of its own. */
  public static final StrategyOptions NONE = new StrategyOptions(Map.of(), Map.of(), Map.of());

  // The provider's object need not have an equals of its own.
  @Override
  public boolean equals(Object other) {
    return other instanceof StrategyOptions options && byKey.equals(options.byKey);
  }

  @Override
  public int hashCode() {
    return byKey.hashCode();
  }
}
