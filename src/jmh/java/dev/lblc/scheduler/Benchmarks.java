package dev.lblc.scheduler;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** What the benchmarks share. */
final class Benchmarks {
  private Benchmarks() {}

  /** Servers of weight 100 and room for so many destinations, on the clock that the product uses. */
  static Strategy.Context context(int serverCount, int destinations) {
    Servers servers = new Servers();
    for (int i = 0; i < serverCount; i++) {
      servers.add(new ServerSpec("server-" + i, "192.0.2.1", 1 + i, 100, 0, 0));
    }
    SchedulerOptions options = new SchedulerOptions(
        Duration.ofHours(24),
        destinations,
        destinations,
        SchedulerOptions.Ties.SPREAD,
        Duration.ofSeconds(60),
        SchedulerOptions.EntryCounter.EXACT);
    return new Strategy.Context(
        servers,
        () -> options,
        () -> System.nanoTime() / 1_000_000,
        false,
        ThreadLocalRandom::current,
        () -> AdaptiveOptions.DEFAULTS);
  }

  /** Returns a strategy by its name in configurations: {@code lblc} or {@code lblc-adaptive}. */
  static Strategy strategy(String rule, Strategy.Context context) {
    return rule.equals("lblc") ? new LocalityBased(context) : new AdaptiveLocalityBased(context);
  }

  /** Gives the servers ten active connections each. */
  static void load(Strategy.Context context) {
    Strategy wlc = new WeightedLeastConnection(context);
    for (int i = 0; i < context.servers().list().size() * 10; i++) {
      context.all().bind(wlc.choose(null).server());
    }
  }

  /** Places so many destinations; their keys. */
  static String[] fill(Strategy strategy, int destinations) {
    String[] keys = new String[destinations];
    for (int i = 0; i < destinations; i++) {
      keys[i] = key(i);
      strategy.choose(keys[i]);
    }
    return keys;
  }

  /** A key as a path makes it: 24 characters. */
  static String key(int i) {
    return "/images/" + (100_000_000 + i) + "-a.jpeg";
  }
}
