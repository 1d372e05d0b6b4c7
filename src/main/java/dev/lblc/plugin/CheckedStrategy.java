package dev.lblc.plugin;

import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Strategy;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A strategy whose faults are kept from the requests: where it throws or answers null no server is chosen, and the log
 * says why, at most once in ten seconds.
 *
 * <p>Another server in its place would be worse: a strategy may know which server has a tenant's data. May be used from
 * any thread.
 */
final class CheckedStrategy implements Strategy {
  private static final System.Logger LOG = System.getLogger(CheckedStrategy.class.getName());
  private static final long QUIET_MILLIS = 10_000;

  private final String name;
  private final Strategy strategy;
  private final @Nullable DestinationTable table;
  private final Clock clock;
  private final AtomicLong quietUntilMillis;

  /** Of that name in configurations. */
  CheckedStrategy(String name, Strategy strategy, Clock clock) {
    this.name = name;
    this.strategy = strategy;
    this.table = strategy.table();
    this.clock = clock;
    this.quietUntilMillis = new AtomicLong(clock.millis());
  }

  @Override
  public Choice choose(@Nullable String destination) {
    try {
      return checked(strategy.choose(destination));
    } catch (Throwable e) {
      return failed(e);
    }
  }

  @Override
  public Choice choose(@Nullable String destination, Set<String> unreachable) {
    try {
      return checked(strategy.choose(destination, unreachable));
    } catch (Throwable e) {
      return failed(e);
    }
  }

  @Override
  public Choice choose(@Nullable String destination, Facts facts) {
    try {
      return checked(strategy.choose(destination, facts));
    } catch (Throwable e) {
      return failed(e);
    }
  }

  @Override
  public Choice explain(@Nullable String destination) {
    try {
      return checked(strategy.explain(destination));
    } catch (Throwable e) {
      return failed(e);
    }
  }

  @Override
  public String grounds(@Nullable String destination) {
    try {
      return Objects.requireNonNullElse(strategy.grounds(destination), "");
    } catch (Throwable e) {
      failed(e);
      return "";
    }
  }

  @Override
  public Choice chooseOther(Set<String> except) {
    try {
      return checked(strategy.chooseOther(except));
    } catch (Throwable e) {
      return failed(e);
    }
  }

  @Override
  public void learn(String destination, Server home) {
    try {
      strategy.learn(destination, home);
    } catch (Throwable e) {
      failed(e);
    }
  }

  /** Asked for once: it is the same for as long as the strategy serves. */
  @Override
  public @Nullable DestinationTable table() {
    return table;
  }

  private Choice checked(@Nullable Choice choice) {
    return choice == null
        ? failed(new NullPointerException("it answered null (expected: a choice, or NONE)"))
        : choice;
  }

  private Choice failed(Throwable fault) {
    BrokenPluginException.passOn(fault);
    long now = clock.millis();
    long until = quietUntilMillis.get();
    if (now - until >= 0 && quietUntilMillis.compareAndSet(until, now + QUIET_MILLIS)) {
      LOG.log(
          Level.ERROR,
          "strategy " + name
              + " failed: the request gets no server, or what it taught is lost; more failures within 10 s are not logged",
          fault);
    }
    return Choice.NONE;
  }
}
