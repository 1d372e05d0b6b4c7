package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.map.IMap;
import dev.lblc.plugin.LblcService;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Ten times as many destinations as the table may hold, each asked for once, through three nodes as fast as they go: 30,000, or
 * with {@code -Plong} a million, and then as many again. Beside them a hundredth as many new ones that are asked for again.
 */
final class BoundedTableIT {
  private static final int DESTINATIONS = Integer.getInteger("lblc.bounded.destinations", 30_000);
  private static final boolean LONG = DESTINATIONS >= 1_000_000;
  private static final int HARD_LIMIT = DESTINATIONS / 10;
  private static final Duration PATIENCE = Duration.ofSeconds(80);
  private static final int ASKED_AGAIN = DESTINATIONS / (LONG ? 1_000 : 300);
  private static final int TIMES = 12;
  private static final int WITH_MARGIN = HARD_LIMIT + HARD_LIMIT / 100;

  private final AtomicInteger mostInMap = new AtomicInteger();
  private final AtomicInteger mostOnANode = new AtomicInteger();

  @Test
  void manyDestinations_placedByThreeNodesAtOnce_neverExceedTheHardLimit() throws Exception {
    List<ClusteredVertx> nodes = ClusteredVertx.start(3);
    try {
      // Sweeps, which make the nodes agree, are due every eighth of the expiration. It is longer
      // than a busy machine may take to agree: what expires first leaves the map with too few.
      JsonObject options = new JsonObject()
          .put("expiration", LONG ? "1h" : "90s")
          .put("maxEntries", HARD_LIMIT)
          .put("hardLimit", HARD_LIMIT);
      List<LblcService> services = new ArrayList<>();
      for (ClusteredVertx node : nodes) {
        services.add(node.deploy(options));
      }
      IMap<String, HomeRecord> map = nodes.get(0).hazelcast().getMap("lblc.homes.images");

      AtomicBoolean running = new AtomicBoolean(true);
      Thread sampler = new Thread(() -> sample(map, services, running), "sampler");
      sampler.start();
      place(services, "first");
      Eventually.passes(
          "all nodes hold all that the map does", PATIENCE, () -> assertAgreement(map, services));
      long remembered = remembered(map, "first");
      long heap = LONG ? heapAfterCollection() : 0;
      if (LONG) {
        place(services, "second");
        Eventually.passes("they do again", PATIENCE, () -> assertAgreement(map, services));
        remembered = Math.min(remembered, remembered(map, "second"));
      }
      running.set(false);
      sampler.join();

      assertThat(remembered).isGreaterThanOrEqualTo(ASKED_AGAIN * 99 / 100);
      assertThat(mostOnANode).hasValueLessThanOrEqualTo(HARD_LIMIT);
      assertThat(mostInMap).hasValueLessThanOrEqualTo(WITH_MARGIN);
      if (LONG) {
        long after = heapAfterCollection();
        System.out.printf(
            "BoundedTableIT: at most %d in the map, %d on a node; %d of %d remembered; heap %d MB, then %d MB%n",
            mostInMap.get(), mostOnANode.get(), remembered, ASKED_AGAIN, heap >> 20, after >> 20);
        assertThat(after).isLessThan(heap + heap / 10);
      }
    } finally {
      ClusteredVertx.close(nodes);
    }
  }

  /** Each node takes a third, on a thread of its own, and all ask for the others now and then. */
  private static void place(List<LblcService> services, String name) throws InterruptedException {
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < services.size(); i++) {
      LblcService service = services.get(i);
      int first = i;
      Thread client = new Thread(() -> {
        int pause = DESTINATIONS / TIMES;
        for (int d = first; d < DESTINATIONS; d += services.size()) {
          service.acquire("/" + name + "/" + d).close();
          if (d % pause < services.size()) {
            askAgain(service, name);
          }
        }
      });
      client.start();
      clients.add(client);
    }
    for (Thread client : clients) {
      client.join();
    }
  }

  private static void askAgain(LblcService service, String name) {
    for (int d = 0; d < ASKED_AGAIN; d++) {
      service.acquire("/" + name + "/again/" + d).close();
    }
  }

  private static long remembered(IMap<String, HomeRecord> map, String name) {
    return IntStream.range(0, ASKED_AGAIN)
        .filter(d -> map.get("/" + name + "/again/" + d) != null)
        .count();
  }

  private void sample(
      IMap<String, HomeRecord> map, List<LblcService> services, AtomicBoolean running) {
    while (running.get()) {
      mostInMap.accumulateAndGet(map.size(), Math::max);
      services.forEach(service -> mostOnANode.accumulateAndGet(size(service), Math::max));
      try {
        TimeUnit.MILLISECONDS.sleep(20); // between two looks: each asks all partitions
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void assertAgreement(IMap<String, HomeRecord> map, List<LblcService> services) {
    int size = map.size();
    // Room is made down to 15/16, and where events are late more than once.
    assertThat(size).as("in the map").isBetween(HARD_LIMIT / 4 * 3, HARD_LIMIT);
    assertThat(services).as("on each node").extracting(BoundedTableIT::size).containsOnly(size);
    assertThat(services)
        .flatExtracting(service -> map.localKeySet().stream()
            .limit(1_000)
            .filter(key -> service.destination(key) == null)
            .toList())
        .as("in the map alone")
        .isEmpty();
  }

  private static int size(LblcService service) {
    return (int) service.status().destinations();
  }

  private static long heapAfterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
