package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.spi.impl.operationservice.Operation;
import com.hazelcast.spi.impl.operationservice.OperationService;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that starts while a member of the cluster is there and does not answer. */
final class ClusterStartIT {
  private static final String NAME = UUID.randomUUID().toString();
  private static final String CONFIG = """
      {"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": 0}],
       "routes": [{"listener": "web", "service": "images", "destination": ["{path}"]}],
       "services": {"images": {"strategy": "lblc", "servers": [
         {"id": "a", "host": "127.0.0.1", "port": 1}]}},
       "cluster": {"enabled": true, "config": "%s"}}
      """;

  /** More than the threads that it has for what is not urgent. */
  private static final int TASKS = 64;

  @TempDir
  Path folder;

  @Test
  @ExpectedLog({
    "ERROR VertxImpl: Failed to (initialize clustered Vert.x|leave cluster)",
    "WARN Application: this node could not start beside the other members, it starts alone and joins them later: .*timeout",
  })
  void gateway_besideAMemberThatDoesNotAnswer_startsAlone_andJoinsIt() throws Exception {
    List<Integer> ports = Ports.free(2);
    CountDownLatch answers = new CountDownLatch(1);
    HazelcastInstance other = Hazelcast.newHazelcastInstance(Config.loadFromString(yaml(ports, 0)));
    try {
      hold(other, answers);
      Path hazelcast = Files.writeString(folder.resolve("hazelcast.yaml"), yaml(ports, 1));
      Path file = Files.writeString(folder.resolve("gateway.json"), CONFIG.formatted(hazelcast));
      Application gateway = Application.start(
          GatewayFile.read(file, PluginFolder.openIfThere(folder.resolve("none"))));
      try {
        assertThat(answers.getCount()).isOne();
        answers.countDown();
        Eventually.holds("one cluster", () -> other.getCluster().getMembers().size() == 2);
      } finally {
        gateway.close();
      }
    } finally {
      answers.countDown();
      other.getLifecycleService().terminate();
    }
  }

  /** Lets no thread of a member do anything but what is urgent, such as its heartbeats and joins. */
  private static void hold(HazelcastInstance member, CountDownLatch until) {
    OperationService operations =
        ((HazelcastInstanceProxy) member).getOriginal().node.getNodeEngine().getOperationService();
    for (int i = 0; i < TASKS; i++) {
      operations.execute(new Waiting(until));
    }
  }

  private static String yaml(List<Integer> ports, int own) throws Exception {
    String list = "[\"127.0.0.1:" + ports.get(0) + "\", \"127.0.0.1:" + ports.get(1) + "\"]";
    return Files.readString(Path.of("cluster", "hazelcast.yaml"))
        .replaceFirst("(?<=\n  cluster-name: ).*", NAME)
        .replaceFirst("(?<=\n      port: ).*", String.valueOf(ports.get(own)))
        .replaceFirst("(?<=\n        member-list: ).*", Matcher.quoteReplacement(list))
        .replaceFirst("(?<=operation.call.timeout.millis: ).*", "1500");
  }

  private static final class Waiting extends Operation {
    private final CountDownLatch until;

    Waiting(CountDownLatch until) {
      this.until = until;
    }

    @Override
    public boolean returnsResponse() {
      return false;
    }

    @Override
    public void run() throws InterruptedException {
      until.await();
    }
  }
}
