package dev.lblc.cluster;

import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.LblcService;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long it takes until the other nodes of a cluster use the home that one of them gave to a new destination: three
 * nodes in this JVM, 10,000 destinations at 500 a second, each placed on a random one. A look every 0.1 ms is the
 * resolution.
 *
 * <pre>
 * mvn -q test-compile exec:exec@jmh -Djmh.main=dev.lblc.cluster.Propagation -Djmh.args="10000 500"
 * </pre>
 */
public final class Propagation {
  private static final int NODES = 3;
  private static final long LOOK_NANOS = 50_000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private Propagation() {}

  /** A home that a node does not know yet. */
  private record Awaited(LblcService node, String destination, String home, long placedNanos) {}

  /**
   * Measures.
   *
   * @param args number of destinations, destinations per second
   */
  public static void main(String[] args) throws Exception {
    int destinations = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int rate = args.length > 1 ? Integer.parseInt(args[1]) : 500;
    try (Nodes nodes = Nodes.start(NODES, 2 * destinations)) {
      measure(nodes.services(), "/warm-up/", destinations / 4, rate);
      Pauses pauses = new Pauses();
      pauses.start();
      long[] nanos = measure(nodes.services(), "/measured/", destinations, rate);
      pauses.interrupt();
      Arrays.sort(nanos);
      System.out.printf(
          "%d destinations at %d/s, seen by %d other nodes each: median %.2f ms, p99 %.2f ms, max %.2f ms%n",
          destinations,
          rate,
          NODES - 1,
          nanos[nanos.length / 2] / 1e6,
          nanos[(int) (nanos.length * 0.99)] / 1e6,
          nanos[nanos.length - 1] / 1e6);
      System.out.println("longest pauses of this process meanwhile, in ms: " + pauses.longest());
    }
    System.exit(0); // Hazelcast's threads would keep the JVM for a while
  }

  private static long[] measure(List<LblcService> nodes, String prefix, int count, int rate)
      throws InterruptedException {
    Queue<Awaited> awaited = new ConcurrentLinkedQueue<>();
    long[] nanos = new long[count * (nodes.size() - 1)];
    Thread looker = new Thread(() -> look(awaited, nanos));
    looker.start();
    Random random = new Random(1);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      LockSupport.parkNanos(start + i * (1_000_000_000L / rate) - System.nanoTime());
      LblcService placing = nodes.get(random.nextInt(nodes.size()));
      String destination = prefix + i;
      long placedNanos = System.nanoTime();
      var lease = placing.acquire(destination);
      String home = lease.server().id();
      lease.close();
      for (LblcService node : nodes) {
        if (node != placing) {
          awaited.add(new Awaited(node, destination, home, placedNanos));
        }
      }
    }
    looker.join();
    return nanos;
  }

  /** Notices when the whole process does not get on: what no node could help. */
  private static final class Pauses extends Thread {
    private final List<Long> millis = new CopyOnWriteArrayList<>();

    List<Long> longest() {
      return millis.stream().sorted(Comparator.reverseOrder()).limit(10).toList();
    }

    @Override
    public void run() {
      while (!isInterrupted()) {
        long before = System.nanoTime();
        LockSupport.parkNanos(1_000_000);
        long pause = (System.nanoTime() - before) / 1_000_000 - 1;
        if (pause > 10) {
          millis.add(pause);
        }
      }
    }
  }

  private static void look(Queue<Awaited> awaited, long[] nanos) {
    int[] seen = {0};
    while (seen[0] < nanos.length) {
      long now = System.nanoTime();
      awaited.removeIf(one -> {
        DestinationStatus status = one.node.destination(one.destination);
        if (status == null || !status.homes().get(0).equals(one.home)) {
          if (now - one.placedNanos > PATIENCE_NANOS) {
            throw new IllegalStateException(one + " is not known after 10 s");
          }
          return false;
        }
        nanos[seen[0]++] = System.nanoTime() - one.placedNanos;
        return true;
      });
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
