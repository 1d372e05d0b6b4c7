package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.GatewayNode.Site;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A gateway that was started as users start it, with a listener for each engine, before a server; both are processes of their own.
 */
final class LoadScene implements AutoCloseable {
  static final List<String> ENGINES = List.of("lane", "vertx");

  final GatewayNode gateway;
  private final Map<String, GatewayNode> byEngine = new TreeMap<>();
  private final JavaProcess server;
  private final int serverPort;

  /**
   * Starts both.
   *
   * @param timeouts of the listeners
   * @param options of the gateway's JVM, behind those of {@code conf/jvm.options}
   */
  LoadScene(Path folder, JsonObject timeouts, String... options) throws Exception {
    List<Integer> ports = Ports.free(2 + ENGINES.size());
    serverPort = ports.get(0);
    Path file = folder.resolve("gateway.json");
    Site here = new Site("127.0.0.1", List.of());
    for (int i = 0; i < ENGINES.size(); i++) {
      byEngine.put(ENGINES.get(i), new GatewayNode(here, ports.get(2 + i), ports.get(1), file));
    }
    gateway = node(ENGINES.get(0));
    Files.writeString(file, config(here, ports, timeouts).encodePrettily());
    server = JavaProcess.launch(
        List.of(),
        JavaProcess.QUICK_START,
        "listening on",
        UpstreamMain.class.getName(),
        "127.0.0.1",
        Integer.toString(serverPort));
    gateway.launchAsUsersDo(options);
    server.awaitReady();
  }

  /** Returns the gateway with the listener of an engine. */
  GatewayNode node(String engine) {
    return Objects.requireNonNull(byEngine.get(engine), engine);
  }

  /** Connections that count as active. */
  int active() throws Exception {
    return sum(gateway.connections("load", "active", "local"));
  }

  /** Connections that count in any way. */
  int counted() throws Exception {
    return active() + sum(gateway.connections("load", "inactive", "local"));
  }

  /** Requests that the server holds, as it says itself. */
  int held() throws IOException {
    try (HttpSocket socket = new HttpSocket(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort), 10_000)) {
      return Integer.parseInt(socket.get("/holding").body());
    }
  }

  /** Sends requests through both engines. */
  void get(String path, int times) throws IOException {
    for (GatewayNode node : byEngine.values()) {
      for (int i = 0; i < times; i++) {
        try (HttpSocket socket = new HttpSocket(node.web(), 10_000)) {
          assertThat(socket.get(path).status()).isEqualTo(200);
        }
      }
    }
  }

  @Override
  public void close() {
    gateway.process().close();
    server.close();
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static JsonObject config(Site site, List<Integer> ports, JsonObject timeouts) {
    JsonArray listeners = new JsonArray();
    JsonArray routes = new JsonArray();
    JsonObject ofRoute =
        new JsonObject().put("connect", "20s").put("response", "10m").put("idle", "10m");
    for (int i = 0; i < ENGINES.size(); i++) {
      String engine = ENGINES.get(i);
      listeners.add(ConfigJson.listener("127.0.0.1", ports.get(2 + i))
          .put("name", engine)
          .put("engine", engine)
          .put("maxConnections", 30_000)
          .put("timeouts", timeouts));
      routes.add(ConfigJson.route("load").put("listener", engine).put("timeouts", ofRoute));
    }
    JsonObject upstream =
        new JsonObject().put("id", "s0").put("host", "127.0.0.1").put("port", ports.get(0));
    JsonObject service = new JsonObject()
        .put("strategy", "lblc")
        .put("servers", new JsonArray().add(upstream))
        .put("pool", new JsonObject().put("idle", "1s"));
    return new JsonObject()
        .put("listeners", listeners)
        .put("routes", routes)
        .put("services", new JsonObject().put("load", service))
        .put("admin", GatewayNode.adminConfig(site, ports.get(1)));
  }
}
