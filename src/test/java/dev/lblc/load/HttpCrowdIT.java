package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.GatewayNode.Site;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients and servers that do what they should and what they should not, through both engines of one gateway, while a server is
 * killed again and again. Gateway, servers and clients are processes of their own, and all three have to know of the same requests
 * whenever the crowd holds still. {@code -Dlblc.mixed.connections=400 -Dlblc.mixed.seconds=7200} makes it larger.
 */
@Tag("alone")
@EnabledIfSystemProperty(
    named = "lblc.mixed.seconds",
    matches = "\\d+",
    disabledReason = "it says how many seconds; -Plong sets it")
final class HttpCrowdIT {
  private static final int CONNECTIONS = Integer.getInteger("lblc.mixed.connections", 150);
  private static final int SECONDS = Integer.getInteger("lblc.mixed.seconds", 4);
  private static final int ACTS_PER_SECOND = Integer.getInteger("lblc.mixed.acts", 800);

  /** The last of them is the one that is killed. */
  private static final int SERVERS = 4;

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(SECONDS < 60 ? 2 : 10);
  /** Until all is loaded, and what faults leave behind in pools has reached its level: a minute. */
  private static final int LOOKS_BEFORE = SECONDS < 120 ? 2 : 6;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final long seed = Long.getLong("lblc.mixed.seed", new Random().nextLong());
  private final List<GatewayNode> sides = new ArrayList<>();
  private List<Integer> ports;
  private int reports;
  private int mortalReports;
  private JavaProcess servers;
  private JavaProcess mortal;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    ports = Ports.free(SERVERS + 5);
    reports = ports.get(SERVERS);
    mortalReports = ports.get(SERVERS + 1);
    Site here = new Site("127.0.0.1", List.of());
    int lane = ports.get(SERVERS + 2);
    int vertx = ports.get(SERVERS + 3);
    int admin = ports.get(SERVERS + 4);
    Path file = folder.resolve("gateway.json");
    Files.writeString(file, config(here, lane, vertx, admin).encodePrettily());
    servers = launchServers(reports, ports.subList(0, SERVERS - 1));
    mortal = launchServers(mortalReports, ports.subList(SERVERS - 1, SERVERS));
    sides.add(new GatewayNode(here, lane, admin, file));
    sides.add(new GatewayNode(here, vertx, admin, file));
    gateway().launchAsUsersDo();
    servers.awaitReady();
    mortal.awaitReady();
  }

  @AfterEach
  void stop() {
    gateway().process().close();
    servers.close();
    mortal.close();
  }

  @Test
  void counts_ofMixedRequestsAndFaults_areTheServersOwnAndNothingIsLeftOfThem() throws Exception {
    List<InetSocketAddress> addresses = sides.stream().map(GatewayNode::web).toList();
    try (HttpCrowd crowd =
        new HttpCrowd(addresses, CONNECTIONS, ACTS_PER_SECOND, ports.get(SERVERS - 1), seed)) {
      look(crowd); // so that the connection to the admin port is there
      int descriptors = gateway().process().descriptors();
      Figures first = null;
      Figures last = null;
      long held = 0;
      int looks = 0;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      do {
        long until = System.nanoTime() + BETWEEN_LOOKS.toNanos();
        crowd.act();
        mortal.kill();
        mortal = launchServers(mortalReports, ports.subList(SERVERS - 1, SERVERS));
        mortal.awaitReady();
        Eventually.holds("time to look", PATIENCE, () -> System.nanoTime() - until >= 0);
        crowd.pause();
        look(crowd);
        held += crowd.counts()[1];
        last = Figures.of(gateway().process());
        looks++;
        if (looks <= LOOKS_BEFORE) {
          first = last;
        }
        System.out.printf("HttpCrowdIT: look %d: %s%n", looks, last);
      } while (System.nanoTime() - end < 0);
      crowd.leave();
      look(crowd);
      assertThat(crowd.counts()).containsExactly(0, 0);
      Eventually.passes(
          "seed " + seed + ": descriptors",
          PATIENCE,
          () -> assertThat(gateway().process().descriptors())
              .isLessThanOrEqualTo(descriptors + 2)); // files that are opened when first used
      System.out.printf(
          "HttpCrowdIT: seed %d, %d connections, %d s, %d looks with %d requests held at each; first %s, last %s, afterwards %s; %s; %s%n",
          seed,
          CONNECTIONS,
          SECONDS,
          looks,
          held / looks,
          first,
          last,
          Figures.of(gateway().process()),
          crowd.acts(),
          crowd.outcomes());

      assertThat(held / looks).as("held at a look").isPositive();
      assertThat(crowd.acts()).as("kinds of acts").hasSize(21);
      assertThat(crowd.outcomes())
          .containsKeys("502", "504", "cut, as asked for", "ended, as the client had");
      assertThat(share(crowd.outcomes())).as("failed by chance").isLessThan(0.05);
      assertThat(last.heap()).isLessThan(first.heap() + first.heap() / 4 + 8);
      assertThat(last.descriptors()).isLessThan(first.descriptors() + CONNECTIONS);
      assertThat(gateway().process().lines().stream().filter(HttpCrowdIT::isUnexplained))
          .isEmpty();
    }
  }

  /**
   * What a process has.
   *
   * @param heap after a collection, MiB
   * @param resident MiB
   */
  private record Figures(int heap, int resident, int descriptors) {
    static Figures of(JavaProcess process) throws Exception {
      return new Figures(process.heapMib(), process.residentMib(), process.descriptors());
    }
  }

  private GatewayNode gateway() {
    return sides.get(0);
  }

  private static JavaProcess launchServers(int reports, List<Integer> ports) throws IOException {
    List<String> args = new ArrayList<>(List.of(Integer.toString(reports)));
    ports.forEach(port -> args.add(port.toString()));
    return JavaProcess.launch(
        List.of(),
        JavaProcess.QUICK_START,
        "listening on",
        HttpCrowdServerMain.class.getName(),
        args.toArray(String[]::new));
  }

  /** Waits until gateway, servers and clients agree. */
  private void look(HttpCrowd crowd) throws Exception {
    Eventually.passes("seed " + seed, PATIENCE, () -> {
      Map<String, JsonArray> atServers = new TreeMap<>();
      read(atServers, reports, 0, SERVERS - 1);
      read(atServers, mortalReports, SERVERS - 1, SERVERS);
      Map<String, Integer> truth = new TreeMap<>();
      atServers.forEach((server, requests) -> truth.put(server, requests.size()));
      int sum = truth.values().stream().mapToInt(Integer::intValue).sum();
      assertThat(sum)
          .as("at the servers: %s, of the clients: %s", atServers, crowd.waiting())
          .isEqualTo(crowd.counts()[1]);
      assertThat(gateway().connections("load", "active", "local"))
          .as("at the servers: %s", atServers)
          .isEqualTo(truth);
    });
    assertThat(gateway().connections("load", "inactive", "local").values()).containsOnly(0);
    assertThat(crowd.faults())
        .as(() -> "seed %d: faults, of which the gateway says %s"
            .formatted(seed, gatewayOf(crowd.faults())))
        .isEmpty();
  }

  /** What the gateway has logged of the connections of these faults, and what it should not have logged at all. */
  private List<String> gatewayOf(List<HttpCrowd.Fault> faults) {
    return gateway().process().lines().stream()
        .filter(line -> isUnexplained(line)
            || faults.stream()
                .anyMatch(fault -> !fault.label().isEmpty() && line.contains(fault.label() + " ")))
        .toList();
  }

  /** Adds which requests each server has not answered, as it says itself. */
  private void read(Map<String, JsonArray> to, int reports, int from, int beyond)
      throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), reports)) {
      JsonObject report = new JsonObject(
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      for (int i = from; i < beyond; i++) {
        to.put("s" + i, report.getJsonArray(ports.get(i).toString()));
      }
    }
  }

  /** Which part of the requests that should have been served was not. */
  private static double share(Map<String, Long> outcomes) {
    long failed = outcomes.entrySet().stream()
        .filter(outcome -> outcome.getKey().endsWith("by chance"))
        .mapToLong(Map.Entry::getValue)
        .sum();
    return (double) failed / outcomes.get("200");
  }

  /** Warnings that name a server are the health checks' own words; nothing else is expected above INFO. */
  private static boolean isUnexplained(String line) {
    return line.contains("Exception")
        || line.startsWith("\tat ")
        || line.contains(" ERROR ")
        || (line.contains(" WARN ") && !line.matches(".*server s\\d of service load is .*"));
  }

  private JsonObject config(Site site, int lane, int vertx, int admin) {
    JsonArray listeners = new JsonArray();
    JsonArray routes = new JsonArray();
    for (String engine : List.of("lane", "vertx")) {
      listeners.add(ConfigJson.listener("127.0.0.1", engine.equals("lane") ? lane : vertx)
          .put("name", engine)
          .put("engine", engine)
          .put("accessLog", true)
          .put("timeouts", new JsonObject().put("header", "10m").put("idle", "10m")));
      routes
          .add(route(engine, "1s").put("match", new JsonObject().put("path", "/stall/*")))
          .add(route(engine, "10m"));
    }
    JsonArray upstreams = new JsonArray();
    for (int i = 0; i < SERVERS; i++) {
      upstreams.add(
          new JsonObject().put("id", "s" + i).put("host", "127.0.0.1").put("port", ports.get(i)));
    }
    JsonObject active =
        new JsonObject().put("path", "/health").put("interval", "5s").put("timeout", "5s");
    JsonObject service = new JsonObject()
        .put("strategy", "lblc")
        .put("servers", upstreams)
        .put("pool", new JsonObject().put("idle", "2s"))
        .put("health", new JsonObject().put("active", active));
    return new JsonObject()
        .put("listeners", listeners)
        .put("routes", routes)
        .put("services", new JsonObject().put("load", service))
        .put("admin", GatewayNode.adminConfig(site, admin));
  }

  private static JsonObject route(String listener, String response) {
    return ConfigJson.route("load", "{header:x-key}")
        .put("listener", listener)
        .put(
            "timeouts",
            new JsonObject().put("connect", "20s").put("response", response).put("idle", "10m"));
  }
}
