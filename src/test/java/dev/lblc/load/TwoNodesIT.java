package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways, each a process of its own, that schedule one service together. */
final class TwoNodesIT {
  private static final int DESTINATIONS = 400;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void twoNodes_shareHomesAndCountsAndUses_alsoAfterAKill(@TempDir Path folder) throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Integer> ports = Ports.free(7);
    String cluster = hazelcast(folder, ports.get(6));
    List<JavaProcess> upstreams = new ArrayList<>();
    try {
      for (int port : ports.subList(0, 2)) {
        upstreams.add(
            JavaProcess.start("listening on", UpstreamMain.class.getName(), String.valueOf(port)));
      }
      try (JavaProcess killed = gateway(folder, "first", cluster, ports, 2);
          JavaProcess left = gateway(folder, "second", cluster, ports, 4)) {
        assertThat(killed.lines()).isNotEmpty();
        int[] web = {ports.get(2), ports.get(4)};
        int[] admin = {ports.get(3), ports.get(5)};
        eventually(
            "both nodes see each other's reports",
            () -> nodes(admin[0]) == 2 && nodes(admin[1]) == 2);

        for (int i = 0; i < DESTINATIONS; i++) {
          get(web[random.nextInt(2)], "/small" + i);
        }
        eventually(
            "seed " + seed + ": one home each",
            () ->
                homes(admin[0]).size() == DESTINATIONS && homes(admin[0]).equals(homes(admin[1])));

        List<CompletableFuture<Integer>> atOnce = new ArrayList<>();
        for (int i = 0; i < DESTINATIONS; i++) {
          atOnce.add(getAsync(web[0], "/smallBoth" + i));
          atOnce.add(getAsync(web[1], "/smallBoth" + i));
        }
        for (CompletableFuture<Integer> status : atOnce) {
          assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(200);
        }
        eventually(
            "one home each of those placed by both",
            () -> homes(admin[0]).size() == 2 * DESTINATIONS
                && homes(admin[0]).equals(homes(admin[1])));

        List<Socket> held = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          held.add(hold(web[0], "/held" + i));
        }
        eventually("the other node counts them", () -> active(admin[1], "cluster") == 20);
        assertThat(active(admin[1], "local")).isZero();
        for (Socket socket : held.subList(0, 5)) {
          socket.close();
        }
        eventually("and their end", () -> active(admin[1], "cluster") == 15);

        Map<String, String> before = homes(admin[1]);
        killed.kill();
        eventually("a killed node's connections are gone", () -> active(admin[1], "cluster") == 0);
        assertThat(homes(admin[1])).containsAllEntriesOf(before);
        assertThat(get(web[1], "/small0")).isEqualTo(200);
        for (Socket socket : held) {
          socket.close();
        }
        assertThat(left.lines()).noneMatch(line -> line.contains(" ERROR "));
      }
    } finally {
      upstreams.forEach(JavaProcess::close);
    }
  }

  @Test
  void destination_usedOnOneNode_staysOnBothAndAnUnusedOneGoes(@TempDir Path folder)
      throws Exception {
    List<Integer> ports = Ports.free(7);
    String cluster = hazelcast(folder, ports.get(6));
    try (JavaProcess upstream = JavaProcess.start(
            "listening on", UpstreamMain.class.getName(), String.valueOf(ports.get(0)));
        JavaProcess other = JavaProcess.start(
            "listening on", UpstreamMain.class.getName(), String.valueOf(ports.get(1)));
        JavaProcess first = gateway(folder, "first", cluster, ports, 2, "2s");
        JavaProcess second = gateway(folder, "second", cluster, ports, 4, "2s")) {
      assertThat(List.of(upstream, other, first, second))
          .allMatch(process -> !process.lines().isEmpty());
      int[] admin = {ports.get(3), ports.get(5)};
      eventually(
          "both nodes see each other's reports",
          () -> nodes(admin[0]) == 2 && nodes(admin[1]) == 2);
      get(ports.get(2), "/smallUnused");
      get(ports.get(2), "/smallUsed");
      Map<String, String> placed = homes(admin[0]);
      assertThat(placed).hasSize(2);
      eventually("only the used one is left on either node", () -> {
        get(ports.get(4), "/smallUsed");
        return homes(admin[0]).size() == 1 && homes(admin[1]).size() == 1;
      });
      assertThat(homes(admin[0])).isEqualTo(Map.of("/smallUsed", placed.get("/smallUsed")));
      assertThat(homes(admin[1])).isEqualTo(homes(admin[0]));
    }
  }

  private static JavaProcess gateway(
      Path folder, String name, String cluster, List<Integer> ports, int own) throws Exception {
    return gateway(folder, name, cluster, ports, own, "24h");
  }

  private static JavaProcess gateway(
      Path folder, String name, String cluster, List<Integer> ports, int own, String expiration)
      throws Exception {
    JsonArray servers = new JsonArray();
    for (int i = 0; i < 2; i++) {
      servers.add(
          new JsonObject().put("id", "s" + i).put("host", "127.0.0.1").put("port", ports.get(i)));
    }
    JsonObject service = new JsonObject()
        .put("strategy", "lblc")
        .put("options", new JsonObject().put("expiration", expiration))
        .put("servers", servers);
    JsonObject listener = new JsonObject()
        .put("name", "web")
        .put("protocol", "http")
        .put("host", "127.0.0.1")
        .put("port", ports.get(own));
    JsonObject route = new JsonObject()
        .put("listener", "web")
        .put("service", "load")
        .put("destination", new JsonArray().add("{path}"));
    JsonObject config = new JsonObject()
        .put("listeners", new JsonArray().add(listener))
        .put("routes", new JsonArray().add(route))
        .put("services", new JsonObject().put("load", service))
        .put("cluster", new JsonObject().put("enabled", true).put("config", cluster))
        .put("admin", new JsonObject().put("port", ports.get(own + 1)));
    Path file = Files.writeString(folder.resolve(name + ".json"), config.encodePrettily());
    return JavaProcess.start("ready: ", "dev.lblc.cli.Main", "run", file.toString());
  }

  private static String hazelcast(Path folder, int port) throws IOException {
    String yaml = """
        hazelcast:
          cluster-name: %s
          properties:
            hazelcast.phone.home.enabled: false
            hazelcast.wait.seconds.before.join: 1
            hazelcast.max.wait.seconds.before.join: 1
            hazelcast.heartbeat.interval.seconds: 1
            hazelcast.max.no.heartbeat.seconds: 5
          network:
            port:
              port: %d
              port-count: 3
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
                member-list: ["127.0.0.1:%d", "127.0.0.1:%d", "127.0.0.1:%d"]
        """.formatted(folder.getFileName(), port, port, port + 1, port + 2);
    return Files.writeString(folder.resolve("hazelcast.yaml"), yaml).toString();
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private static void eventually(String what, Check check) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!check.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(20); // between two looks, not for a state
    }
  }

  private int get(int port, String path) throws Exception {
    return http.send(request(port, path), BodyHandlers.discarding()).statusCode();
  }

  private CompletableFuture<Integer> getAsync(int port, String path) {
    return http.sendAsync(request(port, path), BodyHandlers.discarding())
        .thenApply(response -> response.statusCode());
  }

  private JsonObject json(int port, String path) throws Exception {
    return new JsonObject(
        http.send(request(port, path), BodyHandlers.ofString()).body());
  }

  private static HttpRequest request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
  }

  /** A request whose body does not come: active until its connection is closed. */
  private static Socket hold(int port, String path) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket
        .getOutputStream()
        .write(("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private long nodes(int admin) throws Exception {
    return json(admin, "/api/v1/cluster").getJsonArray("nodes").stream()
        .map(JsonObject.class::cast)
        .filter(node -> node.getLong("reportAgeMillis") >= 0)
        .count();
  }

  private Map<String, String> homes(int admin) throws Exception {
    Map<String, String> homes = new TreeMap<>();
    for (Object entry :
        json(admin, "/api/v1/services/load/destinations?limit=1000").getJsonArray("destinations")) {
      JsonObject destination = (JsonObject) entry;
      homes.put(
          destination.getString("destination"),
          destination.getJsonArray("homes").getString(0));
    }
    return homes;
  }

  private int active(int admin, String whose) throws Exception {
    Function<JsonObject, Integer> count =
        server -> server.getJsonObject("active").getInteger(whose);
    return json(admin, "/api/v1/services/load").getJsonArray("servers").stream()
        .map(JsonObject.class::cast)
        .mapToInt(count::apply)
        .sum();
  }
}
