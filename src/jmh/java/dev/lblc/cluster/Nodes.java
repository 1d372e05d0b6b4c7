package dev.lblc.cluster;

import dev.lblc.plugin.LblcService;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Nodes that schedule one service of 16 servers: one without a cluster, or several of this JVM in one. */
final class Nodes implements AutoCloseable {
  private static final int SERVERS = 16;

  private final List<LblcService> services = new ArrayList<>();
  private final Runnable close;

  private Nodes(Runnable close) {
    this.close = close;
  }

  /** Starts so many nodes; a single one is not clustered. */
  static Nodes start(int count, int maxEntries) throws Exception {
    JsonObject options =
        new JsonObject().put("maxEntries", maxEntries).put("hardLimit", maxEntries);
    if (count == 1) {
      Vertx vertx = Vertx.vertx();
      Nodes nodes = new Nodes(() -> vertx.close().await());
      nodes.services.add(ClusteredVertx.deploy(vertx, false, SERVERS, options));
      return nodes;
    }
    List<ClusteredVertx> members = ClusteredVertx.start(count);
    Nodes nodes = new Nodes(() -> ClusteredVertx.close(members));
    for (ClusteredVertx member : members) {
      nodes.services.add(ClusteredVertx.deploy(member.vertx(), true, SERVERS, options));
    }
    return nodes;
  }

  /** Returns the service as each node has it. */
  List<LblcService> services() {
    return services;
  }

  @Override
  public void close() {
    close.run();
  }
}
