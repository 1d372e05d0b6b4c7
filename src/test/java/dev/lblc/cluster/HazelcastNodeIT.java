package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that start beside peers of which nothing comes. */
final class HazelcastNodeIT {
  private static final String NAME = UUID.randomUUID().toString();

  @TempDir
  Path folder;

  @Test
  @ExpectedLog("WARN JoinWatch: no answer from 127.0.0.1:\\d+ for 3 s")
  void member_besidePeersThatSayNothingOrAreNotThere_startsAndIsFoundLater() throws Exception {
    List<Integer> ports = Ports.free(3);
    ServerSocket silent =
        new ServerSocket(ports.get(0), 50, InetAddress.getLoopbackAddress()); // nobody accepts
    long begin = System.nanoTime();
    try (HazelcastNode first = HazelcastNode.start(file(ports, 1), null)) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
      HazelcastInstance member = instance(first);
      assertThat(member.getCluster().getMembers()).hasSize(1);
      assertThat(member.getConfig().getProperty("hazelcast.partition.migration.timeout"))
          .isEqualTo("10");
      silent.close();
      try (HazelcastNode later = HazelcastNode.start(file(ports, 0), null)) {
        Eventually.holds(
            "one cluster", () -> instance(later).getCluster().getMembers().size() == 2);
      }
    } finally {
      silent.close();
    }
  }

  private static HazelcastInstance instance(HazelcastNode node) {
    return ((HazelcastClusterManager) node.clusterManager()).getHazelcastInstance();
  }

  private Path file(List<Integer> ports, int own) throws Exception {
    String list = "[\"127.0.0.1:" + ports.get(0) + "\", \"127.0.0.1:" + ports.get(1)
        + "\", \"127.0.0.1:" + ports.get(2) + "\"]";
    String yaml = Files.readString(Path.of("cluster", "hazelcast.yaml"))
        .replaceFirst("(?<=\n  cluster-name: ).*", NAME)
        .replaceFirst("(?<=\n      port: ).*", String.valueOf(ports.get(own)))
        .replaceFirst("(?<=\n        member-list: ).*", Matcher.quoteReplacement(list))
        .replaceFirst("\n    hazelcast.partition.migration.timeout: .*", "");
    return Files.writeString(folder.resolve("hazelcast-" + own + ".yaml"), yaml);
  }
}
