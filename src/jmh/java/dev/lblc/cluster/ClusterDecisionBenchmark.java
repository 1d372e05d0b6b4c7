package dev.lblc.cluster;

import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.scheduler.Server;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a decision for a known destination costs, its count taken and given back: on a node alone, in a cluster of three
 * whose others have nothing to do, and in one whose others report changed counts at every interval.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class ClusterDecisionBenchmark {
  private static final int DESTINATIONS = 1_000;
  private static final long CHANGE_MILLIS = 20;

  /** Nodes in this JVM, all of which know the destinations. */
  @State(Scope.Benchmark)
  public static class Cluster {
    /** Who else there is. */
    public enum Others {
      NONE,
      IDLE,
      REPORTING
    }

    @Param({"NONE", "IDLE", "REPORTING"})
    Others others;

    String[] keys;
    LblcService service;
    private Nodes nodes;
    private Thread clients;

    /** Starts, places, and waits until all know. */
    @Setup
    public void start() throws Exception {
      nodes = Nodes.start(others == Others.NONE ? 1 : 3, 10 * DESTINATIONS);
      service = nodes.services().get(0);
      keys = new String[DESTINATIONS];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = "/images/" + (100_000_000 + i) + "-a.jpeg";
        service.acquire(keys[i]).close();
      }
      for (LblcService node : nodes.services()) {
        while (node.status().destinations() < DESTINATIONS) {
          TimeUnit.MILLISECONDS.sleep(10);
        }
      }
      if (others == Others.REPORTING) {
        clients = new Thread(() -> changeCounts(nodes.services().subList(1, 3)));
        clients.start();
      }
    }

    /** Ends them. */
    @TearDown
    public void stop() throws Exception {
      if (clients != null) {
        clients.interrupt();
        clients.join();
      }
      nodes.close();
    }

    private void changeCounts(List<LblcService> services) {
      List<Lease> held = new ArrayList<>();
      try {
        for (int i = 0; ; i++) {
          for (LblcService other : services) {
            held.add(other.acquire(keys[i % keys.length]));
          }
          if (held.size() > 200) {
            held.forEach(Lease::close);
            held.clear();
          }
          TimeUnit.MILLISECONDS.sleep(CHANGE_MILLIS);
        }
      } catch (InterruptedException e) {
        held.forEach(Lease::close);
      }
    }
  }

  @Benchmark
  public Server acquireAndClose(Cluster cluster) {
    Lease lease =
        cluster.service.acquire(cluster.keys[ThreadLocalRandom.current().nextInt(DESTINATIONS)]);
    lease.close();
    return lease.server();
  }
}
