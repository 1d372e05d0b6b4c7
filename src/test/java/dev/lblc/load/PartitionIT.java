package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lblc.load.SteadyLoad.Sample;
import dev.lblc.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three gateways in network namespaces of their own, and the network between them cut. Skipped where this machine does
 * not let us make namespaces.
 */
@Tag("alone")
final class PartitionIT {
  private static final int SECONDS = Integer.getInteger("lblc.partition.seconds", 10);
  private static final int DESTINATIONS = 100;
  private static final int HELD = 10;

  /** Below it a p99 is the machine's noise, other processes' doing; a request that waits for the cluster waits for seconds. */
  private static final double P99_FLOOR_MILLIS = 500;

  private static @Nullable Namespaces namespaces;
  private static GatewayCluster cluster;

  private final long seed = new Random().nextLong();

  @RegisterExtension
  static final LogsOfFailures LOGS = LogsOfFailures.ofNodes(() -> cluster);

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    try {
      namespaces = Namespaces.create(3);
    } catch (IOException e) {
      abort("no network namespaces here: " + e.getMessage());
    }
    cluster = GatewayCluster.start(folder, namespaces.sites(), namespaces.outside(), 4);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    if (namespaces != null) {
      namespaces.close();
    }
  }

  @Test
  void partition_underLoad_failsNothingAndHealsToOneTableAndTrueCounts() throws Exception {
    GatewayNode alone = cluster.node(2);
    List<GatewayNode> many = cluster.without(alone);
    List<List<GatewayNode>> clients = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      clients.add(List.of(cluster.node(i % 3)));
    }
    List<HttpSocket> held = new ArrayList<>();
    List<Sample> samples = new ArrayList<>();
    SteadyLoad load = SteadyLoad.start(clients, 400, seed);
    long start = System.nanoTime();
    long cutAt;
    long healedAt;
    try {
      holdOnEach(held, "/hold/before");
      TimeUnit.SECONDS.sleep(3); // to learn what is usual
      namespaces.cut(0, 2);
      namespaces.cut(1, 2);
      cutAt = System.nanoTime();
      holdOnEach(held, "/hold/early");
      long parted = Eventually.passes("nobody counts the other side", Duration.ofSeconds(8), () -> {
        assertThat(sum(alone.active("load", "cluster"))).isLessThan(3 * HELD);
        for (GatewayNode node : many) {
          assertThat(sum(node.active("load", "cluster"))).isLessThan(5 * HELD);
        }
      });
      holdOnEach(held, "/hold/late");
      Map<String, String> later = useOnBothSides(many.get(0), alone);
      assertThat(later)
          .as("placed differently: without any, nothing was shown")
          .hasSizeGreaterThan(DESTINATIONS / 4);
      Eventually.passes(
          "either side's map has what its nodes placed", Duration.ofSeconds(20), () -> {
            for (GatewayNode node : cluster.nodes()) {
              assertThat(node.backlog()).as("backlog at %s", node).isZero();
            }
          });
      TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(SECONDS) - (System.nanoTime() - cutAt));

      namespaces.heal();
      healedAt = System.nanoTime();
      long whole = cluster.awaitWhole(Duration.ofSeconds(15));
      long same = Eventually.passes(
          "one home each", Duration.ofSeconds(20), () -> cluster.assertSameHomes("/both"));
      Map<String, String> homes = GatewayCluster.homes(alone, "load", "/both");
      assertThat(homes).as("homes of the later use").containsAllEntriesOf(later);
      report("parted after %d ms, whole again %d ms after the heal, same homes %d ms later"
          .formatted(parted, whole, same));
    } finally {
      namespaces.heal();
      samples.addAll(load.stop());
    }
    Eventually.passes(
        "true counts",
        Duration.ofSeconds(1),
        () -> assertThat(sum(cluster.assertTrueCounts())).isEqualTo(held.size()));
    double before = SteadyLoad.p99Millis(samples, start, cutAt);
    double during = SteadyLoad.p99Millis(samples, cutAt, healedAt);
    report("p99 before %.1f ms, while parted %.1f ms, %s"
        .formatted(before, during, SteadyLoad.outcomes(samples)));
    assertThat(samples)
        .filteredOn(Sample::isFailure)
        .as("seed %d: failures", seed)
        .isEmpty();
    assertThat(during).isLessThan(Math.max(2 * before, P99_FLOOR_MILLIS));
    for (HttpSocket socket : held) {
      socket.close();
    }
    Eventually.passes(
        "nothing left",
        Duration.ofSeconds(1),
        () -> assertThat(sum(cluster.assertTrueCounts())).isZero());
    Eventually.passes(
        "one home for each destination", Duration.ofSeconds(5), cluster::assertSameHomes);
  }

  private void holdOnEach(List<HttpSocket> held, String prefix) throws IOException {
    for (GatewayNode node : cluster.nodes()) {
      for (int i = 0; i < HELD; i++) {
        held.add(cluster.hold(node, prefix + seed + "/" + node.host() + "/" + i));
      }
    }
  }

  /**
   * Destinations that both sides place, some of which the side that placed first uses once more; of those that were
   * placed differently, the home at the side that used them last.
   */
  private Map<String, String> useOnBothSides(GatewayNode one, GatewayNode other) throws Exception {
    Map<String, String> first = new HashMap<>();
    Map<String, String> second = new HashMap<>();
    for (int i = 0; i < DESTINATIONS; i++) {
      first.put(both(i), cluster.serverOf(i % 2 == 0 ? one : other, both(i)));
    }
    pauseBetweenUses();
    for (int i = 0; i < DESTINATIONS; i++) {
      second.put(both(i), cluster.serverOf(i % 2 == 0 ? other : one, both(i)));
    }
    pauseBetweenUses();
    Map<String, String> last = new HashMap<>(second);
    for (int i = 0; i < DESTINATIONS; i += 1 + 2 * (i % 2)) { // two of four, one of each kind
      last.put(both(i), cluster.serverOf(i % 2 == 0 ? one : other, both(i)));
    }
    last.keySet().removeIf(path -> Objects.equals(first.get(path), second.get(path)));
    return last;
  }

  private String both(int i) {
    return "/both" + seed + "/" + i;
  }

  /** Nodes differ by less in what time it is, also where a message that tells it was on its way for a second. */
  private static void pauseBetweenUses() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(2_000);
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static void report(String line) {
    System.out.println("PartitionIT: " + line);
  }
}
