package dev.lblc.scheduler;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a decision that finds its home costs with all that is counted of it, and how much of that the traffic's sketch takes. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ServiceBenchmark {
  private static final int DESTINATIONS = 1_000;

  /** A service of 16 servers, with a home for each destination. */
  @State(Scope.Benchmark)
  public static class Busy {
    final String[] keys = new String[DESTINATIONS];
    Service service;
    Traffic traffic;
    Server server;

    @Setup
    public void fill() {
      SchedulerOptions options = new SchedulerOptions(
          Duration.ofHours(24),
          10 * DESTINATIONS,
          10 * DESTINATIONS,
          SchedulerOptions.Ties.SPREAD,
          Duration.ofSeconds(60),
          SchedulerOptions.EntryCounter.EXACT);
      Clock clock = () -> System.nanoTime() / 1_000_000;
      service = new Service(
          "benchmark", LocalityBased::new, options, clock, false, ThreadLocalRandom::current);
      for (int i = 0; i < 16; i++) {
        service.servers().add(new ServerSpec("server-" + i, "192.0.2.1", 1 + i, 100, 0, 0));
      }
      for (int i = 0; i < DESTINATIONS; i++) {
        keys[i] = Benchmarks.key(i);
        service.choose(keys[i], Set.of());
      }
      traffic = new Traffic(clock, ThreadLocalRandom::current);
      server = service.servers().list().get(0);
    }

    String key() {
      return keys[ThreadLocalRandom.current().nextInt(DESTINATIONS)];
    }
  }

  @Benchmark
  public Choice acquireAndRelease(Busy busy) {
    Choice choice = busy.service.acquire(busy.key(), Set.of());
    busy.service.release(choice.server());
    return choice;
  }

  @Benchmark
  public String key(Busy busy) {
    return busy.key();
  }

  @Benchmark
  public String keyNoted(Busy busy) {
    String key = busy.key();
    busy.traffic.note(key, busy.server);
    return key;
  }
}
