package dev.lblc.boot;

import dev.lblc.plugin.StrategyProvider;
import dev.lblc.scheduler.Strategy;

/** A strategy that can be configured and not made, as one of a plugin may be. */
public final class OddStrategy implements StrategyProvider {
  @Override
  public String name() {
    return "odd";
  }

  @Override
  public Strategy create(Strategy.Context context) {
    throw new AssertionError("odd");
  }
}
