package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random faults of three gateways, one after the other, some of which meet the mending of the one before. Runs with
 * {@code -Dlblc.cluster.faults=20}; {@code -Dlblc.cluster.seed} repeats a run.
 */
@Tag("alone")
final class RandomFaultsIT {
  private static final int FAULTS = Integer.getInteger("lblc.cluster.faults", 0);
  private static final int FAULTS_BETWEEN_LOOKS = 4;
  private static final int LONGEST_MILLIS = 9_000;

  @RegisterExtension
  static final LogsOfFailures LOGS = LogsOfFailures.ofNodes(() -> RandomFaultsIT.cluster);

  private static @Nullable GatewayCluster cluster;

  private final long seed = Long.getLong("lblc.cluster.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final List<HttpSocket> held = new ArrayList<>();
  private int placed;

  @Test
  void cluster_afterRandomFaultsAndSomeQuiet_hasOneHomeForEachDestinationAndTrueCounts(
      @TempDir Path folder) throws Exception {
    assumeTrue(FAULTS > 0, "-Dlblc.cluster.faults says how many faults; none by default");
    try (Namespaces namespaces = namespaces();
        GatewayCluster gateways =
            GatewayCluster.start(folder, namespaces.sites(), namespaces.outside(), 4)) {
      cluster = gateways;
      for (int i = 1; i <= FAULTS; i++) {
        String fault = fault(namespaces, gateways);
        System.out.println("RandomFaultsIT: seed " + seed + ", " + i + ": " + fault);
        if (i % FAULTS_BETWEEN_LOOKS == 0 || i == FAULTS) {
          look(gateways, "seed " + seed + " after fault " + i + ", " + fault);
        } else {
          sleep(random.nextInt(3_000));
        }
      }
      for (HttpSocket socket : held) {
        socket.close();
      }
      held.clear();
      look(gateways, "seed " + seed + " at the end");
    }
  }

  private static Namespaces namespaces() {
    try {
      return Namespaces.create(3);
    } catch (IOException e) {
      return abort("no network namespaces here: " + e.getMessage());
    }
  }

  private String fault(Namespaces namespaces, GatewayCluster gateways) throws Exception {
    int victim = random.nextInt(3);
    int other = (victim + 1 + random.nextInt(2)) % 3;
    GatewayNode node = gateways.node(victim);
    int millis = 500 + random.nextInt(LONGEST_MILLIS - 500);
    String lasting = " for " + millis + " ms";
    switch (random.nextInt(5)) {
      case 0 -> {
        namespaces.cut(victim, (victim + 1) % 3);
        namespaces.cut(victim, (victim + 2) % 3);
        use(gateways.nodes(), gateways, millis);
        namespaces.heal();
        return victim + " cut off" + lasting;
      }
      case 1 -> {
        namespaces.cut(victim, other);
        use(gateways.nodes(), gateways, millis);
        namespaces.heal();
        return victim + " and " + other + " cut" + lasting;
      }
      case 2 -> {
        namespaces.cutOneWay(victim, other);
        use(gateways.nodes(), gateways, millis);
        namespaces.heal();
        return "nothing from " + victim + " to " + other + lasting;
      }
      case 3 -> {
        node.process().stop();
        try {
          use(gateways.without(node), gateways, millis);
        } finally {
          node.process().resume();
        }
        return victim + " paused" + lasting;
      }
      default -> {
        node.process().kill();
        use(gateways.without(node), gateways, millis);
        node.launch();
        node.process().awaitReady();
        return victim + " killed, away" + lasting;
      }
    }
  }

  /** Places destinations and holds requests on some nodes, for about as long. */
  private void use(List<GatewayNode> nodes, GatewayCluster gateways, int millis) throws Exception {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(millis)) {
      GatewayNode node = nodes.get(random.nextInt(nodes.size()));
      gateways.serverOf(node, "/placed" + placed++);
      gateways.serverOf(node, "/placed" + random.nextInt(placed));
      if (random.nextInt(20) == 0) {
        held.add(gateways.hold(node, "/hold" + held.size()));
      } else if (held.size() > 30) {
        held.remove(random.nextInt(held.size())).close();
      }
      sleep(20);
    }
  }

  private void look(GatewayCluster gateways, String when) throws Exception {
    long whole = Eventually.passes(when, Duration.ofSeconds(40), gateways::assertWhole);
    long same = Eventually.passes(when, Duration.ofSeconds(40), gateways::assertSameHomes);
    Eventually.passes(when, Duration.ofSeconds(3), () -> {
      int sum = gateways.assertTrueCounts().values().stream().mapToInt(i -> i).sum();
      int truth = gateways.holding().values().stream().mapToInt(i -> i).sum();
      assertThat(sum).isEqualTo(truth);
    });
    System.out.printf("RandomFaultsIT: whole after %d ms, same homes %d ms later%n", whole, same);
  }

  private static void sleep(int millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis); // the fault, or what passes between two
  }
}
