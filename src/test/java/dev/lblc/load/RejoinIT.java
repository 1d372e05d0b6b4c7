package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import dev.lblc.load.SteadyLoad.Sample;
import dev.lblc.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three gateways under load, whose shared map takes one destination no more, as where a migration does not end: a client of Hazelcast
 * holds its lock. A gateway that waits for it leaves the cluster and joins it again. Takes a minute; {@code
 * -Dlblc.cluster.rejoin=true} runs it.
 */
@Tag("alone")
final class RejoinIT {
  /** Below it a p99 is the machine's noise; a request that waits for the cluster waits for seconds. */
  private static final double P99_FLOOR_MILLIS = 500;

  @RegisterExtension
  static final LogsOfFailures LOGS = LogsOfFailures.ofNodes(() -> RejoinIT.cluster);

  private static @Nullable GatewayCluster cluster;

  @Test
  void mapThatTakesNothing_hasAMemberJoinAgain_andRequestsNoticeNothing(@TempDir Path folder)
      throws Exception {
    assumeTrue(Boolean.getBoolean("lblc.cluster.rejoin"), "-Dlblc.cluster.rejoin=true: a minute");
    try (GatewayCluster gateways = GatewayCluster.onLoopback(folder, 3, 4)) {
      cluster = gateways;
      HazelcastInstance client = client(folder, gateways.node(0));
      IMap<String, Object> homes = client.getMap("lblc.homes.load");
      SteadyLoad load =
          SteadyLoad.start(SteadyLoad.spread(9, gateways.nodes()), 200, new Random().nextLong());
      int gone = said(gateways, "left the cluster");
      long start = System.nanoTime();
      List<Sample> samples = new ArrayList<>();
      long left;
      long whole;
      try {
        homes.lock("/stuck");
        String home = gateways.serverOf(gateways.node(0), "/stuck");
        Eventually.passes("told beside the map", Duration.ofSeconds(5), () -> {
          for (GatewayNode node : gateways.nodes()) {
            assertThat(node.homes("load")).containsEntry("/stuck", home);
          }
        });
        Eventually.holds(
            "left",
            Duration.ofSeconds(90),
            () -> said(gateways, "leaves the cluster and joins") > 0);
        left = System.nanoTime();
        Eventually.holds(
            "gone", Duration.ofSeconds(30), () -> said(gateways, "left the cluster") > gone);
        gateways.awaitWhole(Duration.ofSeconds(30));
        whole = System.nanoTime();
        assertThat(gateways.node(0).homes("load")).containsEntry("/stuck", home);
      } finally {
        homes.forceUnlock("/stuck");
        client.shutdown();
        samples.addAll(load.stop());
      }
      Eventually.passes(
          "one home each, and nothing left", Duration.ofSeconds(20), gateways::assertSameHomes);
      gateways.assertTrueCounts();
      double before = SteadyLoad.p99Millis(samples, start, left);
      double during = SteadyLoad.p99Millis(samples, left, whole);
      System.out.printf(
          "RejoinIT: left after %d ms, whole %d ms later; p99 before %.1f ms, meanwhile %.1f ms; %s%n",
          (left - start) / 1_000_000,
          (whole - left) / 1_000_000,
          before,
          during,
          SteadyLoad.outcomes(samples));
      assertThat(samples).filteredOn(Sample::isFailure).isEmpty();
      assertThat(during).isLessThan(Math.max(2 * before, P99_FLOOR_MILLIS));
    }
  }

  private static HazelcastInstance client(Path folder, GatewayNode node) throws Exception {
    ClientConfig config = new ClientConfig().setClusterName(folder.getFileName().toString());
    config.getNetworkConfig().setAddresses(List.copyOf(node.members().keySet()));
    return HazelcastClient.newHazelcastClient(config);
  }

  private static int said(GatewayCluster gateways, String text) {
    return gateways.nodes().stream().mapToInt(node -> node.lines(text).size()).sum();
  }
}
