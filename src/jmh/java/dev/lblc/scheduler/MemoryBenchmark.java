package dev.lblc.scheduler;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Heap that a table of destinations keeps, its keys of 24 characters included: see {@code megabytes}. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 1) // the figures are added up over iterations
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class MemoryBenchmark {
  /** The size of the table. */
  @State(Scope.Benchmark)
  public static class Size {
    @Param("1000000")
    int destinations;

    @Param({"lblc", "lblc-adaptive"})
    String rule;
  }

  /** The figures. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Heap {
    public double megabytes;
    public double bytesPerDestination;
  }

  @Benchmark
  public Strategy fill(Size size, Heap heap) {
    Strategy strategy = Benchmarks.strategy(size.rule, Benchmarks.context(16, size.destinations));
    long before = used();
    for (int i = 0; i < size.destinations; i++) {
      strategy.choose(Benchmarks.key(i));
    }
    long kept = used() - before;
    heap.megabytes = kept / 1e6;
    heap.bytesPerDestination = (double) kept / size.destinations;
    return strategy;
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
