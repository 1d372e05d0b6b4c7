package dev.lblc.scheduler;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Random;

/** What a table of many destinations costs on one node: heap, decisions, and the walks through it that a cluster needs. */
public final class TableSizes {
  private static final int WARM_UP = 100_000;
  private static final int HOT = 1_000;
  private static final int USES = 1_000_000;
  private static final int ROUNDS = 5;
  private static final int WALKS = 3;

  /** Titles of what {@link #measure} returns. */
  public static final String HEAD = "%12s | %9s %11s | %8s %8s | %9s%n"
      .formatted("destinations", "heap MB", "bytes each", "hot ns", "any ns", "walk ms");

  private TableSizes() {}

  /** Returns a line for a table of so many destinations with keys of 24 characters; CPU times are those of this thread. */
  public static String measure(int destinations) {
    warmUp();
    long before = used();
    Strategy.Context context = Benchmarks.context(16, destinations);
    Strategy lblc = filled(context, destinations);
    double kept = used() - before;
    String[] keys = new String[HOT];
    for (int i = 0; i < HOT; i++) {
      keys[i] = Benchmarks.key((int) ((long) i * destinations / HOT));
    }
    double hot = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      hot = Math.min(hot, hotNanos(lblc, keys));
    }
    double any = anyNanos(lblc, destinations);
    TableReplica replica = new TableReplica(lblc.table(), context.all());
    double walk = Double.MAX_VALUE;
    for (int i = 0; i < WALKS; i++) {
      long start = cpuNanos();
      replica.removeIdle(System.nanoTime() / 1_000_000, Long.MAX_VALUE / 2);
      walk = Math.min(walk, cpuNanos() - start);
    }
    return String.format(
        Locale.ROOT,
        "%12d | %9.1f %11.0f | %8.0f %8.0f | %9.1f",
        destinations,
        kept / 1e6,
        kept / destinations,
        hot,
        any,
        walk / 1e6);
  }

  /** So that what is made once is there before heap is measured. */
  private static void warmUp() {
    if (filled(Benchmarks.context(16, WARM_UP), WARM_UP).table().size() != WARM_UP) {
      throw new IllegalStateException("the table does not hold what it was given");
    }
  }

  private static Strategy filled(Strategy.Context context, int destinations) {
    Strategy lblc = new LocalityBased(context);
    for (int i = 0; i < destinations; i++) {
      lblc.choose(Benchmarks.key(i));
    }
    return lblc;
  }

  private static double hotNanos(Strategy lblc, String[] keys) {
    Random random = new Random(1);
    long start = cpuNanos();
    for (int i = 0; i < USES; i++) {
      lblc.choose(keys[random.nextInt(keys.length)]);
    }
    return (double) (cpuNanos() - start) / USES;
  }

  /** With the key made for it, as one that comes with a request is. */
  private static double anyNanos(Strategy lblc, int destinations) {
    Random random = new Random(1);
    long start = cpuNanos();
    for (int i = 0; i < USES; i++) {
      lblc.choose(Benchmarks.key(random.nextInt(destinations)));
    }
    return (double) (cpuNanos() - start) / USES;
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
