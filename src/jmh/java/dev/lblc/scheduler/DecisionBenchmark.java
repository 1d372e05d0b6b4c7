package dev.lblc.scheduler;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one decision costs: a hit in a full table, and the two ways of placing a destination. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DecisionBenchmark {

  private static final String KEY = Benchmarks.key(1);
  private static final String NEW_KEY = Benchmarks.key(-1);

  /** A table of which some destinations are asked for, in random order: 1,000 hot ones, or all. */
  @State(Scope.Benchmark)
  public static class Table {
    @Param({"10000", "1000000"})
    int destinations;

    @Param({"1000", "1000000"})
    int asked;

    @Param({"lblc", "lblc-adaptive"})
    String rule;

    String[] keys;
    Strategy strategy;

    @Setup
    public void fill() {
      Strategy.Context context = Benchmarks.context(16, destinations + 1);
      strategy = Benchmarks.strategy(rule, context);
      Benchmarks.load(context); // or the mean load is not looked at
      String[] all = Benchmarks.fill(strategy, destinations);
      keys = new String[Math.min(asked, destinations)];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = all[(int) ((long) i * destinations / keys.length)];
      }
    }
  }

  /** Servers with some load each. */
  @State(Scope.Benchmark)
  public static class Pool {
    @Param({"4", "16", "64"})
    int servers;

    Strategy wlc;
    Strategy.Context context;

    @Setup
    public void load() {
      context = Benchmarks.context(servers, 1);
      wlc = new WeightedLeastConnection(context);
      Benchmarks.load(context);
    }
  }

  @Benchmark
  public Choice hit(Table table) {
    int i = ThreadLocalRandom.current().nextInt(table.keys.length);
    return table.strategy.choose(table.keys[i]);
  }

  /** A destination that has no home gets one, and is forgotten. */
  @Benchmark
  public Choice placement(Table table) {
    Choice placed = table.strategy.choose(NEW_KEY);
    table.strategy.table().forgetter().forget(NEW_KEY);
    return placed;
  }

  @Benchmark
  public Server lessLoadedOfTwo(Pool pool) {
    return Rendezvous.lessLoadedOfTwo(KEY, pool.context.all().snapshot(), null, Load.NOBODY);
  }

  @Benchmark
  public Choice freshPass(Pool pool) {
    return pool.wlc.choose(null);
  }
}
