package dev.lblc.load;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One gateway of a {@link GatewayCluster}: its process, which may be gone and come back, and its admin API. */
final class GatewayNode {
  static final String TOKEN = "of-this-test";
  private static final HttpClient HTTP = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(Duration.ofSeconds(1))
      .build();

  private final Site site;
  private final int web;
  private final int admin;
  private final Path config;
  private @Nullable JavaProcess process;

  /** Where a node lives: an address, and the command that runs another one there; empty: here. */
  record Site(String host, List<String> runner) {}

  GatewayNode(Site site, int web, int admin, Path config) {
    this.site = site;
    this.web = web;
    this.admin = admin;
    this.config = config;
  }

  /** What the configuration file says of its admin port. */
  static JsonObject adminConfig(Site site, int port) {
    return new JsonObject().put("host", site.host()).put("port", port).put("token", TOKEN);
  }

  void launch() throws IOException {
    process = JavaProcess.launchJar(site.runner(), "ready: ", "run", config.toString());
  }

  /** Launches a successor beside its process, which has to end then, and waits until it is ready. Returns the former process. */
  JavaProcess replace() throws Exception {
    JavaProcess before = process();
    succeed();
    return before;
  }

  /** Launches its process as a successor of one that another node is or was, and waits until it is ready. */
  void succeed() throws Exception {
    process =
        JavaProcess.launchJar(site.runner(), "ready: ", "run", "--takeover", config.toString());
    process.awaitReady();
  }

  /** Launches it as users do, and waits until it is ready. */
  void launchAsUsersDo(String... options) throws Exception {
    process = JavaProcess.launchAsUsersDo(List.of(options), "ready: ", "run", config.toString());
    process.awaitReady();
  }

  JavaProcess process() {
    if (process == null) {
      throw new IllegalStateException(this + " was not launched");
    }
    return process;
  }

  boolean isLaunched() {
    return process != null;
  }

  InetSocketAddress web() {
    return new InetSocketAddress(site.host(), web);
  }

  String host() {
    return site.host();
  }

  /** The log lines that contain a text. */
  List<String> lines(String text) {
    return process().lines().stream().filter(line -> line.contains(text)).toList();
  }

  /** Which server's id each destination of a service has as its home; read page by page. */
  Map<String, String> homes(String service) throws Exception {
    Map<String, String> homes = new TreeMap<>();
    String path = "/api/v1/services/" + service + "/destinations?limit=1000";
    String next = "";
    while (next != null) {
      JsonObject page = json(path + next);
      for (JsonObject row : objects(page, "destinations").toList()) {
        homes.put(row.getString("destination"), row.getJsonArray("homes").getString(0));
      }
      String after = page.getString("next");
      next = after == null ? null : "&after=" + after;
    }
    return homes;
  }

  /**
   * Active connections by server.
   *
   * @param whose {@code local} or {@code cluster}
   */
  Map<String, Integer> active(String service, String whose) throws Exception {
    return connections(service, "active", whose);
  }

  /**
   * Connections by server.
   *
   * @param state {@code active} or {@code inactive}
   * @param whose {@code local} or {@code cluster}
   */
  Map<String, Integer> connections(String service, String state, String whose) throws Exception {
    Map<String, Integer> connections = new TreeMap<>();
    objects(json("/api/v1/services/" + service), "servers")
        .forEach(server ->
            connections.put(server.getString("id"), server.getJsonObject(state).getInteger(whose)));
    return connections;
  }

  /** What each server of a service weighs. */
  Map<String, Integer> weights(String service) throws Exception {
    Map<String, Integer> weights = new TreeMap<>();
    objects(json("/api/v1/services/" + service), "servers")
        .forEach(server -> weights.put(server.getString("id"), server.getInteger("weight")));
    return weights;
  }

  /** Changes something by its admin API. */
  void change(String method, String path, JsonObject body) throws Exception {
    HttpRequest request = request(path)
        .header("Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(body.encode()))
        .build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IllegalStateException(method + " " + path + ": " + response.body());
    }
  }

  /** Members as it sees them, by address; the age of their last report, -1 if they are silent. */
  Map<String, Long> members() throws Exception {
    Map<String, Long> members = new TreeMap<>();
    objects(json("/api/v1/cluster"), "nodes")
        .forEach(node -> members.put(node.getString("address"), node.getLong("reportAgeMillis")));
    return members;
  }

  /** Its id in the cluster, another one after each start. */
  String id() throws Exception {
    return json("/api/v1/cluster").getString("node");
  }

  /** What it says does not work at the moment. */
  Set<String> degraded() throws Exception {
    Set<String> parts = new TreeSet<>();
    json("/api/v1/cluster").getJsonArray("degraded").forEach(part -> parts.add((String) part));
    return parts;
  }

  /** Decisions that the others do not have yet. */
  int backlog() throws Exception {
    return objects(json("/api/v1/cluster"), "tables")
        .mapToInt(table -> table.getInteger("backlog"))
        .sum();
  }

  /** Whether it answers, and says that it is ready. */
  boolean isReady() throws Exception {
    try {
      return send("/health/ready").statusCode() == 200;
    } catch (IOException e) {
      return false; // nobody listens yet
    }
  }

  @Override
  public String toString() {
    return "node at " + site.host() + ":" + web;
  }

  private JsonObject json(String path) throws Exception {
    return new JsonObject(send(path).body());
  }

  private HttpResponse<String> send(String path) throws Exception {
    return HTTP.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + site.host() + ":" + admin + path))
        .header("Authorization", "Bearer " + TOKEN)
        .timeout(Duration.ofSeconds(5));
  }

  private static Stream<JsonObject> objects(JsonObject parent, String key) {
    List<JsonObject> objects = new ArrayList<>();
    parent.getJsonArray(key).forEach(object -> objects.add((JsonObject) object));
    return objects.stream();
  }
}
