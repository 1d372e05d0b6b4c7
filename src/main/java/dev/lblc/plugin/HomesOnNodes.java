package dev.lblc.plugin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The question where each node has a destination at home: every node knows its own table only, and is asked over the event bus. */
final class HomesOnNodes {
  static final String WHAT = "homes";

  /** More than a node takes that can answer; somebody waits for it before a page. */
  private static final DeliveryOptions SOON = new DeliveryOptions().setSendTimeout(2_000);

  private final Vertx vertx;
  private final String deployment;
  private final Supplier<@Nullable ClusterStatus> cluster;

  /**
   * Asks the nodes of a deployment.
   *
   * @param deployment its name
   */
  HomesOnNodes(Vertx vertx, String deployment, Supplier<@Nullable ClusterStatus> cluster) {
    this.vertx = vertx;
    this.deployment = deployment;
    this.cluster = cluster;
  }

  /** Returns the homes on all nodes, in the order of the members; empty on a node on its own. Never fails. */
  Future<List<NodeHomes>> of(LblcService service, String destination) {
    ClusterStatus status = cluster.get();
    if (status == null) {
      return Future.succeededFuture(List.of());
    }
    List<Future<NodeHomes>> answers = new ArrayList<>();
    for (ClusterStatus.Node node : status.nodes()) {
      answers.add(
          node.self()
              ? Future.succeededFuture(answer(node, here(service, destination)))
              : ask(node, service.name(), destination));
    }
    return Future.all(answers).map(all -> all.list());
  }

  /** Returns the homes in this node's table. */
  static List<String> here(LblcService service, String destination) {
    DestinationStatus status = service.destination(destination);
    return status == null ? List.of() : status.homes();
  }

  private Future<NodeHomes> ask(ClusterStatus.Node node, String service, String destination) {
    JsonObject question = new JsonObject().put("service", service).put("destination", destination);
    return vertx
        .eventBus()
        .<JsonArray>request(EventBusApi.nodeAddress(deployment, node.node(), WHAT), question, SOON)
        .map(reply -> answer(node, reply.body().stream().map(String::valueOf).toList()))
        .otherwise(failure -> answer(node, null));
  }

  private static NodeHomes answer(ClusterStatus.Node node, @Nullable List<String> homes) {
    return new NodeHomes(node.node(), node.name(), node.self(), homes);
  }
}
