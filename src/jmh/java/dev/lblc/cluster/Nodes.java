package dev.lblc.cluster;

import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Nodes that schedule one service of 16 servers: one alone, or several of this JVM in a cluster. */
final class Nodes implements AutoCloseable {
  private static final int SERVERS = 16;

  private final List<Vertx> instances = new ArrayList<>();
  private final List<HazelcastNode> members = new ArrayList<>();
  private final List<LblcService> services = new ArrayList<>();

  /** Starts them; one that is alone is not clustered at all. */
  static Nodes start(int count, int maxEntries) throws Exception {
    Nodes nodes = new Nodes();
    if (count == 1) {
      nodes.deploy(Vertx.vertx(), maxEntries, false);
      return nodes;
    }
    String name = UUID.randomUUID().toString();
    int first = freePort();
    for (int i = 0; i < count; i++) {
      Path yaml = Files.createTempFile("hazelcast", ".yaml");
      int port = i == 0 ? first : freePort();
      HazelcastNode member = HazelcastNode.start(Files.writeString(yaml, yaml(name, port, first)));
      Files.delete(yaml);
      nodes.members.add(member);
      VertxOptions options =
          new VertxOptions().setEventBusOptions(new EventBusOptions().setHost(member.host()));
      Vertx vertx = Vertx.builder()
          .with(options)
          .withClusterManager(member.clusterManager())
          .buildClustered()
          .await();
      nodes.deploy(vertx, maxEntries, true);
    }
    return nodes;
  }

  /** The service, as each node has it. */
  List<LblcService> services() {
    return services;
  }

  @Override
  public void close() {
    instances.forEach(vertx -> vertx.close().await());
    members.forEach(HazelcastNode::close);
  }

  private void deploy(Vertx vertx, int maxEntries, boolean clustered) throws Exception {
    instances.add(vertx);
    JsonArray servers = new JsonArray();
    for (int i = 1; i <= SERVERS; i++) {
      servers.add(new JsonObject()
          .put("id", "server-" + i)
          .put("host", "192.0.2.1")
          .put("port", i)
          .put("weight", 100));
    }
    JsonObject service = new JsonObject()
        .put("strategy", "lblc")
        .put("options", new JsonObject().put("maxEntries", maxEntries).put("hardLimit", maxEntries))
        .put("servers", servers);
    JsonObject config = new JsonObject()
        .put("services", new JsonObject().put("images", service))
        .put("cluster", new JsonObject().put("enabled", clustered));
    vertx
        .deployVerticle(new LblcVerticle(), new DeploymentOptions().setConfig(config))
        .await();
    services.add(Lblc.of(vertx).service("images"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String yaml(String name, int port, int first) {
    return """
        hazelcast:
          cluster-name: %s
          properties:
            hazelcast.phone.home.enabled: false
            hazelcast.wait.seconds.before.join: 0
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
