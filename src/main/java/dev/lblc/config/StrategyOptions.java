package dev.lblc.config;

import java.util.Map;

/**
 * The options that a service's strategy has of its own. Two are equal if their values by key are.
 *
 * @param value what the provider of the strategy made of them
 * @param byKey what each key says, or its default: a number, a boolean, a string or a duration
 */
public record StrategyOptions(Object value, Map<String, Object> byKey) {
  /** Of a strategy that has no options of its own. */
  public static final StrategyOptions NONE = new StrategyOptions(Map.of(), Map.of());

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
