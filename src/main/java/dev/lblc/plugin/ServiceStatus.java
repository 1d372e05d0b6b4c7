package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.ServerState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of one service; its numbers are read one after the other while requests go on.
 *
 * @param service name
 * @param strategy name
 * @param servers in list order: the one added last comes first
 * @param decisions since the start, by reason; every reason has a value
 * @param destinations entries in the table
 * @param replaced entries that made room for others in a full table, since the table began
 * @param refused decisions for destinations that a full table did not remember, since the table began
 * @param doubleReleases leases closed more than once, since the start
 * @param queue null: the service has none
 */
@PublicApi
public record ServiceStatus(
    String service,
    String strategy,
    List<ServerStatus> servers,
    Map<Reason, Long> decisions,
    long destinations,
    long replaced,
    long refused,
    long doubleReleases,
    @Nullable QueueStatus queue) {

  /** As scripts see it. */
  public JsonObject toJson() {
    JsonObject counts = new JsonObject();
    for (Reason reason : Reason.values()) {
      counts.put(reason.label(), decisions.getOrDefault(reason, 0L));
    }
    JsonArray all = new JsonArray();
    servers.forEach(server -> all.add(server.toJson()));
    JsonObject json = new JsonObject()
        .put("service", service)
        .put("strategy", strategy)
        .put("servers", all)
        .put("decisions", counts)
        .put("destinations", destinations);
    return queue == null ? json : json.put("queue", queue.toJson());
  }

  /**
   * A snapshot of one server.
   *
   * @param id name, unique in the service
   * @param host where connections go to
   * @param port where connections go to
   * @param weight as configured or changed at run time
   * @param effectiveWeight what the strategy goes by: during a slow start less than {@code weight}, and 0 while it is drained
   * @param upper connection threshold; 0: none
   * @param lower connection threshold; 0: three quarters of {@code upper}
   * @param max most active connections at a time, from all nodes; 0: any number
   * @param available passes its health checks and is not ejected
   * @param saturated reached {@code upper} and has not fallen far enough since
   * @param state up, or why it gets no requests
   * @param stateReason what led to the state
   * @param stateSince when the state began, by the clock of this node
   * @param active active connections
   * @param inactive inactive connections
   * @param source {@code file}, {@code edit} or {@code discovery}: who says that it is there and what it is
   * @param version another one after each change of what the server shall be, connections and health aside; the same on all
   *     nodes
   * @param drain null: it is not drained
   */
  public record ServerStatus(
      String id,
      String host,
      int port,
      int weight,
      int effectiveWeight,
      int upper,
      int lower,
      int max,
      boolean available,
      boolean saturated,
      ServerState state,
      String stateReason,
      Instant stateSince,
      Connections active,
      Connections inactive,
      String source,
      String version,
      @Nullable Drain drain) {

    /** As scripts see it. */
    public JsonObject toJson() {
      JsonObject json = new JsonObject()
          .put("id", id)
          .put("host", host)
          .put("port", port)
          .put("weight", weight)
          .put("effectiveWeight", effectiveWeight)
          .put("upper", upper)
          .put("lower", lower)
          .put("max", max)
          .put("available", available)
          .put("saturated", saturated)
          .put("state", state.label())
          .put("stateReason", stateReason)
          .put("stateSince", stateSince.toString())
          .put("active", active.toJson())
          .put("inactive", inactive.toJson())
          .put("source", source);
      return drain == null
          ? json
          : json.put("drain", drain.toJson(active.cluster + inactive.cluster));
    }
  }

  /**
   * Connections to one server.
   *
   * @param local through this node
   * @param cluster through all nodes, as this node knows them
   */
  public record Connections(int local, int cluster) {
    JsonObject toJson() {
      return new JsonObject().put("local", local).put("cluster", cluster);
    }
  }

  /**
   * That a server is drained: it gets no new destination and no new connection.
   *
   * @param forMillis since when
   * @param remainingMillis until its deadline, negative after it; null: it has none
   */
  public record Drain(long forMillis, @Nullable Long remainingMillis) {
    JsonObject toJson(int left) {
      return new JsonObject()
          .put("forMillis", forMillis)
          .put("remainingMillis", remainingMillis)
          .put("left", left);
    }
  }
}
