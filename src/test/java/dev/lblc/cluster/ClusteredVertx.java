package dev.lblc.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.hazelcast.core.HazelcastInstance;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * A Vert.x instance on a Hazelcast member of its own, as a gateway's process has them; several live in one JVM. Closing
 * it leaves the cluster.
 */
final class ClusteredVertx implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final HazelcastNode member;
  private final Vertx vertx;

  private ClusteredVertx(HazelcastNode member, Vertx vertx) {
    this.member = member;
    this.vertx = vertx;
  }

  /** Starts so many, on free loopback ports and under a name of their own; returns once all see each other. */
  static List<ClusteredVertx> start(int count) throws Exception {
    return start(count, builder -> builder);
  }

  /** Starts so many, with more in each Vert.x. */
  static List<ClusteredVertx> start(int count, UnaryOperator<VertxBuilder> more) throws Exception {
    List<Integer> ports = Ports.free(count);
    String name = UUID.randomUUID().toString();
    // The first is the one that the others ask, so that nobody waits for an election.
    List<ClusteredVertx> started = new ArrayList<>();
    started.add(start(yaml(name, ports.get(0), ports.get(0)), more));
    List<CompletableFuture<ClusteredVertx>> starting = ports.stream()
        .skip(1)
        .map(port -> CompletableFuture.supplyAsync(
            () -> start(yaml(name, port, ports.get(0)), more), task -> new Thread(task).start()))
        .toList();
    for (CompletableFuture<ClusteredVertx> one : starting) {
      started.add(one.get(PATIENCE_SECONDS, SECONDS));
    }
    Eventually.holds(
        "all members see each other",
        () -> started.stream()
            .allMatch(one -> one.hazelcast().getCluster().getMembers().size() == count));
    return started;
  }

  /** Ends them all; what they share is not handed over. */
  static void close(List<ClusteredVertx> all) {
    List<Future<Void>> closing = all.stream().map(one -> one.vertx.close()).toList();
    closing.forEach(closed -> closed.await());
    all.forEach(one -> one.hazelcast().getLifecycleService().terminate());
  }

  Vertx vertx() {
    return vertx;
  }

  /** Its name in the cluster. */
  String node() {
    return ((VertxInternal) vertx).clusterManager().getNodeId();
  }

  HazelcastInstance hazelcast() {
    return ((HazelcastClusterManager) member.clusterManager()).getHazelcastInstance();
  }

  /** Schedules one service, {@code images}, of three servers without health checks, with the others. */
  LblcService deploy(JsonObject options) throws Exception {
    return deploy("lblc", options);
  }

  /** Schedules it by another strategy. */
  LblcService deploy(String strategy, JsonObject options) throws Exception {
    return deploy(vertx, true, 3, strategy, options);
  }

  /** Schedules one service, {@code images}, of so many servers without health checks, in a cluster or alone. */
  static LblcService deploy(Vertx vertx, boolean clustered, int serverCount, JsonObject options)
      throws Exception {
    return deploy(vertx, clustered, serverCount, "lblc", options);
  }

  private static LblcService deploy(
      Vertx vertx, boolean clustered, int serverCount, String strategy, JsonObject options)
      throws Exception {
    JsonArray servers = new JsonArray();
    for (int i = 1; i <= serverCount; i++) {
      servers.add(new JsonObject().put("id", "s" + i).put("host", "127.0.0.1").put("port", i));
    }
    JsonObject service =
        new JsonObject().put("strategy", strategy).put("options", options).put("servers", servers);
    JsonObject config = new JsonObject()
        .put("services", new JsonObject().put("images", service))
        .put("cluster", new JsonObject().put("enabled", clustered));
    vertx
        .deployVerticle(new LblcVerticle(), new DeploymentOptions().setConfig(config))
        .await(PATIENCE_SECONDS, SECONDS);
    return Lblc.of(vertx).service("images");
  }

  @Override
  public void close() {
    vertx.close().await();
    member.close();
  }

  private static ClusteredVertx start(String yaml, UnaryOperator<VertxBuilder> more) {
    try {
      Path file = Files.createTempFile("hazelcast", ".yaml");
      HazelcastNode member = HazelcastNode.start(Files.writeString(file, yaml), null, false);
      Files.delete(file);
      VertxOptions options = new VertxOptions()
          .setEventLoopPoolSize(2)
          .setEventBusOptions(new EventBusOptions().setHost(member.host()));
      return new ClusteredVertx(
          member,
          more.apply(Vertx.builder())
              .with(options)
              .withClusterManager(member.clusterManager())
              .buildClustered()
              .await(PATIENCE_SECONDS, SECONDS));
    } catch (Exception e) {
      throw new IllegalStateException("a member did not start", e);
    }
  }

  /** Of a member at that loopback port that asks the one at the first to let it join. */
  static String yaml(String name, int port, int first) {
    return """
        hazelcast:
          cluster-name: %s
          properties:
            hazelcast.phone.home.enabled: false
            hazelcast.wait.seconds.before.join: 0
            hazelcast.max.wait.seconds.before.join: 0
            hazelcast.heartbeat.interval.seconds: 1
            hazelcast.max.no.heartbeat.seconds: 5
          network:
            port:
              port: %d
              auto-increment: false
            interfaces:
              enabled: true
              interfaces: [127.0.0.1]
            join:
              auto-detection:
                enabled: false
              multicast:
                enabled: false
              tcp-ip:
                enabled: true
                member-list: ["127.0.0.1:%d"]
        """.formatted(name, port, first);
  }
}
