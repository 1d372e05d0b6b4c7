package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.lblc.load.GatewayNode.Site;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As many connections as there may be through one gateway, for a while: gateway, servers and clients are processes of their
 * own, and all three have to know of the same connections whenever the crowd holds still. {@code
 * -Dlblc.crowd.connections=10000 -Dlblc.crowd.seconds=60} makes it larger.
 */
@Tag("busy")
final class TcpCrowdIT {
  private static final int CONNECTIONS = Integer.getInteger("lblc.crowd.connections", 1_000);
  private static final int SECONDS = Integer.getInteger("lblc.crowd.seconds", 6);
  private static final int ACTS_PER_SECOND = 1_500;
  private static final int SERVERS = 4;
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Descriptors of a gateway that are not of connections: files, libraries, listeners. */
  private static final int OTHER_DESCRIPTORS = 200;

  private final long seed = new Random().nextLong();
  private List<Integer> ports;
  private GatewayNode gateway;
  private JavaProcess servers;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    ports = Ports.free(SERVERS + 3);
    Site here = new Site("127.0.0.1", List.of());
    int web = ports.get(SERVERS + 1);
    int admin = ports.get(SERVERS + 2);
    Path file = folder.resolve("gateway.json");
    Files.writeString(file, config(here, web, admin).encodePrettily());
    servers = JavaProcess.start(
        "listening on",
        CrowdServerMain.class.getName(),
        ports.subList(0, SERVERS + 1).stream().map(String::valueOf).toArray(String[]::new));
    gateway = new GatewayNode(here, web, admin, file);
    gateway.launch();
    gateway.process().awaitReady();
  }

  @AfterEach
  void stop() {
    gateway.process().close();
    servers.close();
  }

  @Test
  void counts_ofACrowd_areTheServersOwnAndNothingIsLeftOfIt() throws Exception {
    int size = Math.min(CONNECTIONS, mostConnections());
    try (Crowd crowd = new Crowd(gateway.web(), size, ACTS_PER_SECOND, seed)) {
      gather(crowd, 0);
      int heap = gateway.process().heapMib();
      int descriptors =
          gateway.process().descriptors(); // with the one that was needed for the heap
      gather(crowd, size);
      int heapEarly = 0;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      int looks = 0;
      long held = 0;
      long inactive = 0;
      do {
        long until = System.nanoTime() + BETWEEN_LOOKS.toNanos();
        crowd.act();
        Eventually.holds("time to look", PATIENCE, () -> System.nanoTime() - until >= 0);
        held += sum(crowd.counts());
        looks++;
        crowd.pause();
        look(crowd);
        inactive += crowd.counts()[1];
        if (looks == 1) {
          heapEarly = gateway.process().heapMib();
        }
      } while (System.nanoTime() - end < 0);
      int heapAtEnd = gateway.process().heapMib();
      crowd.disperse();
      look(crowd);
      crowd.leave();
      look(crowd);
      assertThat(sum(crowd.counts())).isZero();
      System.out.printf(
          "TcpCrowdIT: seed %d, %d connections, %d s, %d looks, %d before each, %d half closed at each, heap %d MiB, %d after the first look, %d after the last; %s%n",
          seed,
          size,
          SECONDS,
          looks,
          held / looks,
          inactive / looks,
          heap,
          heapEarly,
          heapAtEnd,
          crowd.acts());

      assertThat(held / looks).as("connections at once").isGreaterThan(size * 9L / 10);
      assertThat(inactive / looks).as("half closed at a look").isGreaterThan(size / 100);
      assertThat(crowd.acts()).as("kinds of acts").hasSize(8);
      assertThat(heapAtEnd).isLessThan(heapEarly + heapEarly / 4 + 8);
      assertThat(gateway.process().heapMib()).isLessThan(heap + heap / 4 + 8);
      Eventually.passes(
          "seed " + seed + ": descriptors",
          PATIENCE,
          () -> assertThat(gateway.process().descriptors()).isLessThanOrEqualTo(descriptors));
      assertThat(gateway.lines("WARN")).isEmpty();
      assertThat(gateway.lines("ERROR")).isEmpty();
    }
  }

  /** Lets them come until all are there; with none, only has the gateway open what it opens for the first time. */
  private void gather(Crowd crowd, int size) throws Exception {
    crowd.act();
    Eventually.holds("they come", PATIENCE.multipliedBy(2), () -> sum(crowd.counts()) >= size);
    crowd.pause();
    look(crowd);
  }

  /** Waits until gateway, servers and clients agree. */
  private void look(Crowd crowd) throws Exception {
    Eventually.passes("seed " + seed, PATIENCE, () -> {
      Map<String, List<Integer>> truth = truth();
      Map<String, List<Integer>> counted = counted();
      assertThat(counted).isEqualTo(truth);
      int[] known = crowd.counts();
      assertThat(total(truth, 0)).as("active").isEqualTo(known[0]);
      assertThat(total(truth, 1)).as("inactive").isEqualTo(known[1]);
    });
    assertThat(crowd.faults()).as("seed %d: faults", seed).isEmpty();
  }

  /** Active and inactive connections by server, of the servers themselves. */
  private Map<String, List<Integer>> truth() throws IOException {
    Map<String, List<Integer>> truth = new TreeMap<>();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports.get(0))) {
      JsonObject report = new JsonObject(
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      for (int i = 0; i < SERVERS; i++) {
        JsonObject one = report.getJsonObject(Integer.toString(ports.get(i + 1)));
        truth.put("s" + i, List.of(one.getInteger("active"), one.getInteger("inactive")));
      }
    }
    return truth;
  }

  /** The same, of the gateway. */
  private Map<String, List<Integer>> counted() throws Exception {
    Map<String, Integer> active = gateway.connections("load", "active", "local");
    Map<String, Integer> inactive = gateway.connections("load", "inactive", "local");
    Map<String, List<Integer>> counted = new TreeMap<>();
    active.forEach((server, count) -> counted.put(server, List.of(count, inactive.get(server))));
    return counted;
  }

  private static int total(Map<String, List<Integer>> counts, int which) {
    return counts.values().stream().mapToInt(count -> count.get(which)).sum();
  }

  private static int sum(int[] counts) {
    return counts[0] + counts[1];
  }

  /** A gateway has two descriptors for each; how many it may have is mostly the same for all processes. */
  private static int mostConnections() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? (int) Math.min(100_000, (system.getMaxFileDescriptorCount() - OTHER_DESCRIPTORS) / 2)
        : 1_000;
  }

  private JsonObject config(Site site, int web, int admin) {
    JsonArray upstreams = new JsonArray();
    for (int i = 0; i < SERVERS; i++) {
      upstreams.add(new JsonObject()
          .put("id", "s" + i)
          .put("host", "127.0.0.1")
          .put("port", ports.get(i + 1)));
    }
    JsonObject listener = ConfigJson.listener("127.0.0.1", web)
        .put("protocol", "tcp")
        .put("maxConnections", 2 * CONNECTIONS);
    JsonObject route = new JsonObject()
        .put("listener", "web")
        .put("service", "load")
        .put("destination", new JsonArray().add("{client.ip}"))
        .put("timeouts", new JsonObject().put("connect", "20s").put("idle", "10m"));
    return new JsonObject()
        .put("listeners", new JsonArray().add(listener))
        .put("routes", new JsonArray().add(route))
        .put(
            "services",
            new JsonObject()
                .put("load", new JsonObject().put("strategy", "lblc").put("servers", upstreams)))
        .put("admin", GatewayNode.adminConfig(site, admin));
  }
}
