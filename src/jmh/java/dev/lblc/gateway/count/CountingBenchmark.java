package dev.lblc.gateway.count;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What is counted of one request, with and without the clock: each thread stands for an event loop, and all have one service. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CountingBenchmark {
  private static final int LOOPS = 64;
  private static final int REASONS = 40;

  /** One service on one listener, for all loops. */
  @State(Scope.Benchmark)
  public static class Shared {
    final AtomicInteger loops = new AtomicInteger();
    final ExchangeCounts counts = new ExchangeCounts(LOOPS, new ServiceCounts(LOOPS, REASONS));
  }

  /** An event loop, whose requests take now this, now that long. */
  @State(Scope.Thread)
  public static class Loop {
    int number = -1;
    long nanos;

    int number(Shared shared) {
      if (number < 0) {
        number = shared.loops.getAndIncrement() % LOOPS;
      }
      return number;
    }

    long nanos() {
      nanos = (nanos + 777_777) & 0xff_ffff; // up to 16 ms
      return nanos;
    }
  }

  @Benchmark
  public void count(Shared shared, Loop loop) {
    int number = loop.number(shared);
    long nanos = loop.nanos();
    shared.counts.answered(number, nanos);
    shared.counts.ended(number, 200, 0);
    shared.counts.took(number, nanos + 1_000);
  }

  @Benchmark
  public void readClockAndCount(Shared shared, Loop loop) {
    int number = loop.number(shared);
    long more = loop.nanos();
    long begun = System.nanoTime();
    shared.counts.answered(number, System.nanoTime() - begun + more);
    long over = System.nanoTime();
    shared.counts.ended(number, 200, 0);
    shared.counts.took(number, over - begun + more);
  }
}
