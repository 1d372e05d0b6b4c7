package dev.lblc.plugin;

import dev.lblc.scheduler.AdaptiveLocalityBased;
import dev.lblc.scheduler.AdaptiveOptions;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.OptionReader;
import dev.lblc.scheduler.ReplicatedLocalityBased;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.WeightedLeastConnection;

/** The strategies that come with this library, provided as any other. */
public final class BuiltIn {
  private BuiltIn() {}

  /** {@code lblc}. */
  public static final class Lblc implements StrategyProvider {
    @Override
    public String name() {
      return "lblc";
    }

    @Override
    public Strategy create(Strategy.Context context) {
      return new LocalityBased(context);
    }
  }

  /** {@code lblc-adaptive}. */
  public static final class LblcAdaptive implements StrategyProvider {
    @Override
    public String name() {
      return "lblc-adaptive";
    }

    @Override
    public Object readOptions(OptionReader options) {
      return AdaptiveOptions.read(options);
    }

    @Override
    public Strategy create(Strategy.Context context) {
      return new AdaptiveLocalityBased(context);
    }
  }

  /** {@code lblcr}. */
  public static final class Lblcr implements StrategyProvider {
    @Override
    public String name() {
      return "lblcr";
    }

    @Override
    public Strategy create(Strategy.Context context) {
      return new ReplicatedLocalityBased(context);
    }
  }

  /** {@code wlc}. */
  public static final class Wlc implements StrategyProvider {
    @Override
    public String name() {
      return "wlc";
    }

    @Override
    public Strategy create(Strategy.Context context) {
      return new WeightedLeastConnection(context);
    }
  }
}
