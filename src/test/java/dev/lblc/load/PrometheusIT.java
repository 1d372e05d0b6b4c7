package dev.lblc.load;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.load.GatewayNode.Site;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Prometheus that scrapes three gateways under load: each query of the dashboard answers, and alerts fire and clear. The gateways have
 * network namespaces of their own, so that they can be cut off from each other, where this machine lets us make some.
 */
@Tag("busy")
@Timeout(300)
final class PrometheusIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** What fails by itself in this cluster, all the time. */
  private static final List<String> AT_REST = List.of("LblcErrors inner", "LblcServerTls inner");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final SelfSigned certificate = SelfSigned.of("localhost");
  private final List<GatewayNode> nodes = new ArrayList<>();
  private final List<Integer> ports;
  private final int first;
  private final int second;
  private final int dead;
  private @Nullable PrometheusServer prometheus;
  private @Nullable Namespaces namespaces;
  private List<Site> sites = Collections.nCopies(3, new Site("127.0.0.1", List.of()));
  private String upstreamHost = "127.0.0.1";
  private volatile boolean isOver;

  PrometheusIT() throws IOException {
    ports = Ports.free(3 + 3 * 5);
    first = ports.get(0);
    second = ports.get(1);
    dead = ports.get(2);
  }

  @AfterEach
  void stop() throws Exception {
    isOver = true;
    if (prometheus != null) {
      prometheus.close();
    }
    nodes.stream()
        .filter(GatewayNode::isLaunched)
        .forEach(node -> node.process().close());
    vertx.close().await(10, SECONDS);
    if (namespaces != null) {
      namespaces.close();
    }
  }

  @Test
  void clusterUnderLoad_isShownAndWatched() throws Exception {
    assumeTrue(Boolean.getBoolean("lblc.prometheus"), "takes a minute: -Plong");
    assumeTrue(PrometheusServer.isInstalled(), "prometheus is not installed");
    makeNamespaces();
    HttpServer server = listen(first);
    HttpServer unused = listen(second);
    startNodes();
    Thread load = new Thread(this::load, "load");
    load.setDaemon(true);
    load.start();
    PrometheusServer watching =
        PrometheusServer.start(folder, List.of(admin(0), admin(1), admin(2)), GatewayNode.TOKEN);
    prometheus = watching;

    Eventually.passes("panels", PATIENCE, () -> assertThat(silent(watching)).isEmpty());
    assertThat(lint(0)).isEmpty();
    expect(watching);

    server.close().await(10, SECONDS);
    expect(watching, "LblcNoServer alone", "LblcServerDown alone a", "LblcServerDown images a");
    server = listen(first);
    expect(watching);

    nodes.get(2).process().stop();
    try {
      Eventually.passes(
          "a node is silent",
          PATIENCE,
          () -> assertThat(watching.firing()).contains("LblcGatewayDown", "LblcPeerSilent"));
    } finally {
      nodes.get(2).process().resume();
    }
    expect(watching);

    if (namespaces != null) {
      namespaces.cut(0, 2);
      namespaces.cut(1, 2);
      expect(watching, "LblcClusterParted");
      namespaces.heal();
      expect(watching);
    }

    for (int i = 0; i < 30; i++) {
      get(0, "/small/" + i);
    }
    expect(watching, "LblcTableFull small");
    assertThat(admin(0, "DELETE", "/api/v1/services/small/destinations")).isEqualTo(200);
    expect(watching);

    Path file = file(1);
    String config = Files.readString(file);
    Files.writeString(file, "{}");
    assertThat(admin(1, "POST", "/api/v1/reload")).isEqualTo(422);
    expect(watching, "LblcReloadRefused");
    Files.writeString(file, config.replace("\"weight\" : 50", "\"weight\" : 51"));
    assertThat(admin(1, "POST", "/api/v1/reload")).isEqualTo(200);
    expect(watching, "LblcConfigurationsDiffer");
    Files.writeString(file, config);
    assertThat(admin(1, "POST", "/api/v1/reload")).isEqualTo(200);
    expect(watching);
    server.close().await(10, SECONDS);
  }

  /** Waits until these alerts fire beside those that always do, and no other. */
  private static void expect(PrometheusServer watching, String... alerts) throws Exception {
    List<String> all = new ArrayList<>(AT_REST);
    all.addAll(List.of(alerts));
    long millis = Eventually.passes(
        "alerts",
        PATIENCE,
        () -> assertThat(watching.firing()).containsExactlyInAnyOrderElementsOf(all));
    System.out.println("PrometheusIT: " + all + " after " + millis + " ms");
  }

  /** Returns the queries of the dashboard that give no number, by their panels. */
  private static Map<String, String> silent(PrometheusServer watching) throws Exception {
    Map<String, String> silent = new TreeMap<>();
    JsonObject dashboard = new JsonObject(Files.readString(Path.of("conf", "grafana.json")));
    int queries = 0;
    for (Object each : dashboard.getJsonArray("panels")) {
      JsonObject panel = (JsonObject) each;
      for (Object target : panel.getJsonArray("targets", new JsonArray())) {
        String expression = ((JsonObject) target)
            .getString("expr")
            .replace("$__rate_interval", "5s")
            .replace("[5m]", "[5s]")
            .replace("$instance", ".*")
            .replace("$service", ".*");
        queries++;
        if (watching.query(expression).stream().allMatch(value -> value.isNaN())) {
          silent.put(panel.getString("title"), expression);
        }
      }
    }
    assertThat(queries).isGreaterThan(40);
    return silent;
  }

  /** What promtool has to say of the metrics of a node. */
  private String lint(int node) throws Exception {
    Path scrape = folder.resolve("scrape.txt");
    Files.writeString(scrape, send(node, "GET", "/metrics").body());
    return Program.run(
            new ProcessBuilder("promtool", "check", "metrics").redirectInput(scrape.toFile()),
            PATIENCE)
        .output();
  }

  // --- the load ---

  /** Requests and connections of all kinds on each node, until the end. What fails while a node is paused does not matter. */
  private void load() {
    for (int round = 0; !isOver; round++) {
      for (int node = 0; node < nodes.size(); node++) {
        try {
          get(node, "/images/" + round % 50);
          get(node, "/frail/" + round % 50);
          get(node, "/inner/x");
          get(node, "/nowhere");
          try (Socket client = connect(node, 3)) {
            send(client, "GET / HTTP/1.0\r\n\r\n");
            byte[] unused = client.getInputStream().readAllBytes();
          }
          try (Socket client = connect(node, 4)) {
            send(client, "no TLS\r\n");
          }
        } catch (IOException e) {
          if (isOver) {
            return;
          }
        }
      }
    }
  }

  private void get(int node, String path) throws IOException {
    InetSocketAddress web = address(node, 0);
    try (HttpSocket socket = new HttpSocket(web, 2_000)) {
      HttpSocket.Answer unused = socket.get(path);
    }
  }

  private Socket connect(int node, int which) throws IOException {
    Socket socket = new Socket(sites.get(node).host(), port(node, which));
    socket.setSoTimeout(2_000);
    return socket;
  }

  private static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private int admin(int node, String method, String path) throws Exception {
    return send(node, method, path).statusCode();
  }

  private HttpResponse<String> send(int node, String method, String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://" + admin(node) + path))
            .header("Authorization", "Bearer " + GatewayNode.TOKEN)
            .method(method, BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  // --- the cluster ---

  /** Ports of a node: web, admin, Hazelcast, TCP, TLS. */
  private int port(int node, int which) {
    return ports.get(3 + 5 * node + which);
  }

  private InetSocketAddress address(int node, int which) {
    return new InetSocketAddress(sites.get(node).host(), port(node, which));
  }

  private String admin(int node) {
    return sites.get(node).host() + ":" + port(node, 1);
  }

  private Path file(int node) {
    return folder.resolve("gateway-" + node + ".json");
  }

  private HttpServer listen(int port) throws Exception {
    return vertx
        .createHttpServer()
        .requestHandler(request -> request.response().end("well"))
        .listen(port, upstreamHost)
        .await(10, SECONDS);
  }

  private void makeNamespaces() {
    try {
      Namespaces made = Namespaces.create(3);
      namespaces = made;
      sites = made.sites();
      upstreamHost = made.outside();
    } catch (IOException e) {
      System.out.println(
          "PrometheusIT: without a partition, as there are no namespaces: " + e.getMessage());
    }
  }

  private void startNodes() throws Exception {
    List<InetSocketAddress> members = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      members.add(address(i, 2));
    }
    for (int i = 0; i < 3; i++) {
      Path hazelcast = folder.resolve("hazelcast-" + i + ".yaml");
      Files.writeString(hazelcast, GatewayCluster.hazelcast(folder.getFileName(), members, i));
      Files.writeString(file(i), config(i, hazelcast).encodePrettily());
      GatewayNode node = new GatewayNode(sites.get(i), port(i, 0), port(i, 1), file(i));
      nodes.add(node);
      node.launch();
    }
    for (GatewayNode node : nodes) {
      node.process().awaitReady();
    }
    Eventually.passes("one whole cluster", PATIENCE, () -> {
      for (GatewayNode node : nodes) {
        assertThat(node.members().values()).hasSize(3).allMatch(age -> age >= 0);
      }
    });
  }

  private JsonObject config(int node, Path hazelcast) {
    String host = sites.get(node).host();
    JsonObject checked = new JsonObject()
        .put(
            "active",
            new JsonObject()
                .put("path", "/health")
                .put("interval", "2s")
                .put("timeout", "2s")
                .put("rise", 1)
                .put("fall", 2));
    JsonObject services = new JsonObject()
        .put(
            "images",
            service(server("a", first), server("b", second))
                .put("health", new JsonObject().mergeIn(checked)))
        .put("alone", service(server("a", first)).put("health", new JsonObject().mergeIn(checked)))
        .put(
            "frail",
            service(server("b", second), server("dead", dead))
                .put("options", new JsonObject().put("ties", "kernel")))
        .put(
            "small",
            service(server("b", second))
                .put("options", new JsonObject().put("maxEntries", 10).put("hardLimit", 10)))
        .put(
            "inner",
            service(server("b", second))
                .put(
                    "tls",
                    new JsonObject().put("trust", certificate.certificate().toString())));
    JsonArray routes = new JsonArray();
    for (String service : List.of("images", "frail", "small", "inner", "alone")) {
      routes.add(ConfigJson.route(service)
          .put("match", new JsonObject().put("path", "/" + service + "/*")));
    }
    return new JsonObject()
        .put(
            "listeners",
            new JsonArray()
                .add(ConfigJson.listener(host, port(node, 0)))
                .add(ConfigJson.listener(host, port(node, 3))
                    .put("name", "edge")
                    .put("protocol", "tcp"))
                .add(ConfigJson.listener(host, port(node, 4))
                    .put("name", "secure")
                    .put("tls", certificate.json())))
        .put(
            "routes",
            routes
                .add(new JsonObject().put("listener", "edge").put("service", "frail"))
                .add(new JsonObject().put("listener", "secure").put("service", "images")))
        .put("services", services)
        .put("cluster", new JsonObject().put("enabled", true).put("config", hazelcast.toString()))
        .put("admin", GatewayNode.adminConfig(sites.get(node), port(node, 1)));
  }

  private JsonObject server(String id, int port) {
    return new JsonObject()
        .put("id", id)
        .put("host", upstreamHost)
        .put("port", port)
        .put("weight", 50);
  }

  private static JsonObject service(JsonObject... servers) {
    return new JsonObject().put("strategy", "lblc").put("servers", new JsonArray(List.of(servers)));
  }
}
