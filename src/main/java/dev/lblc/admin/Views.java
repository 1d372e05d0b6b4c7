package dev.lblc.admin;

import dev.lblc.plugin.ClusterStatus;
import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.Explanation;
import dev.lblc.plugin.NodeHomes;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON shapes of what the API shows; scripts rely on them. */
public final class Views {
  private Views() {}

  static JsonObject health(String status) {
    return new JsonObject().put("status", status);
  }

  static JsonObject destination(DestinationStatus status) {
    return new JsonObject()
        .put("destination", status.destination())
        .put("homes", new JsonArray(status.homes()))
        .put("idleMillis", status.idleMillis());
  }

  /** A page; {@code next} is what to ask {@code after} for the next one, null on the last. */
  static JsonObject destinations(List<DestinationStatus> page, @Nullable String next) {
    JsonArray entries = new JsonArray();
    page.forEach(entry -> entries.add(destination(entry)));
    return new JsonObject().put("destinations", entries).put("next", next);
  }

  /** Of {@code /explain}. */
  public static JsonObject explanation(Explanation explanation) {
    return new JsonObject()
        .put("service", explanation.service())
        .put("strategy", explanation.strategy())
        .put("destination", explanation.destination())
        .put("server", explanation.server())
        .put("reason", explanation.reason().label())
        .put("homes", new JsonArray(explanation.homes()))
        .put("text", explanation.text())
        .put("servers", servers(explanation.servers()));
  }

  /**
   * Of {@code /api/v1/explain}.
   *
   * @param explanation of the service that the request goes to; null: it goes to none
   */
  public static JsonObject routed(Control.Routed routed, @Nullable JsonObject explanation) {
    return new JsonObject()
        .put("listener", routed.listener())
        .put("route", routed.route())
        .put("service", routed.service())
        .put("destination", routed.destination())
        .put("text", routed.text())
        .put("explanation", explanation);
  }

  static JsonObject homes(List<NodeHomes> all) {
    JsonArray nodes = new JsonArray();
    for (NodeHomes each : all) {
      nodes.add(new JsonObject()
          .put("node", each.node())
          .put("name", each.name())
          .put("self", each.self())
          .put("homes", each.homes()));
    }
    return new JsonObject().put("nodes", nodes);
  }

  /** Of {@code /api/v1/cluster}; null: this node is alone by configuration. */
  static JsonObject cluster(@Nullable ClusterStatus status) {
    if (status == null) {
      return new JsonObject().put("enabled", false);
    }
    JsonArray nodes = new JsonArray();
    for (ClusterStatus.Node node : status.nodes()) {
      nodes.add(new JsonObject()
          .put("node", node.node())
          .put("name", node.name())
          .put("address", node.address())
          .put("self", node.self())
          .put("epoch", node.epoch())
          .put("reportAgeMillis", node.reportAgeMillis())
          .put("services", new JsonObject(new LinkedHashMap<>(node.digests())))
          .put("differences", new JsonArray(node.differences())));
    }
    JsonArray tables = new JsonArray();
    for (ClusterStatus.Table table : status.tables()) {
      tables.add(new JsonObject()
          .put("service", table.service())
          .put("replica", table.complete() ? "complete" : "pulling")
          .put("destinations", table.destinations())
          .put("backlog", table.backlog()));
    }
    return new JsonObject()
        .put("enabled", true)
        .put("node", status.node())
        .put("epoch", status.epoch())
        .put("nodes", nodes)
        .put("tables", tables)
        .put("degraded", new JsonArray(List.copyOf(status.degraded())))
        .put("rejoins", status.rejoins())
        .put("dropped", new JsonObject(new LinkedHashMap<>(status.dropped())));
  }

  private static JsonArray servers(List<ServerStatus> servers) {
    JsonArray array = new JsonArray();
    servers.forEach(server -> array.add(server.toJson()));
    return array;
  }
}
