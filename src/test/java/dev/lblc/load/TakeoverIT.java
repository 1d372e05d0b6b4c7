package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.GatewayNode.Site;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A gateway, processes before and behind it, and successors that take its listeners over under load. */
@Tag("alone")
final class TakeoverIT {
  private static final int SERVERS = 3;
  private static final int CLIENTS = 8;
  private static final int PER_SECOND = 80;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** More than go to one of two sockets by chance. */
  private static final int NEW = 20;

  private final long seed = new Random().nextLong();
  private final List<JavaProcess> gateways = new ArrayList<>();

  @RegisterExtension
  final LogsOfFailures logs = LogsOfFailures.ofProcesses(() -> gateways);

  private JavaProcess servers;
  private GatewayNode gateway;
  private GatewayNode sessions;

  /** The same listeners with another admin port. */
  private GatewayNode other;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(Epoll.isAvailable(), "epoll is not to be had: reusePort needs it");
    List<Integer> ports = Ports.free(SERVERS + 4);
    Site here = new Site("127.0.0.1", List.of());
    int admin = ports.get(SERVERS + 1);
    int otherAdmin = ports.get(SERVERS + 3);
    JsonObject config = config(ports);
    Path otherFile = Files.writeString(
        folder.resolve("other.json"),
        config.copy().put("admin", GatewayNode.adminConfig(here, otherAdmin)).encodePrettily());
    Path file = Files.writeString(
        folder.resolve("gateway.json"),
        config
            .put("state", folder.resolve("lblc.state").toString())
            .put("admin", GatewayNode.adminConfig(here, admin))
            .encodePrettily());
    gateway = new GatewayNode(here, ports.get(SERVERS), admin, file);
    sessions = new GatewayNode(here, ports.get(SERVERS + 2), admin, file);
    other = new GatewayNode(here, ports.get(SERVERS), otherAdmin, otherFile);
    servers = JavaProcess.start(
        "listening on",
        UpstreamMain.class.getName(),
        "127.0.0.1",
        ports.get(0).toString(),
        ports.get(1).toString(),
        ports.get(2).toString());
    gateway.launch();
    gateways.add(gateway.process().awaitReady());
  }

  @AfterEach
  void stop() {
    gateways.forEach(JavaProcess::close);
    servers.close();
  }

  @Test
  void successors_underLoad_failNoRequestAndKeepTheHomesAndWhatIsOpen() throws Exception {
    SteadyLoad load = load();
    JavaProcess first;
    try (HttpSocket session = new HttpSocket(sessions.web(), 20_000)) {
      String server = session.get("/").header(UpstreamMain.WHO);
      Eventually.holds("homes", PATIENCE, () -> gateway.homes("load").size() > 50);
      Map<String, String> homes = gateway.homes("load");

      first = replaced();
      assertThat(kept(homes)).as("homes kept, seed %d", seed).isGreaterThanOrEqualTo(0.99);
      assertThat(session.get("/").header(UpstreamMain.WHO)).isEqualTo(server);
    }
    assertThat(first.exitCode(PATIENCE)).isZero();
    JavaProcess second = replaced();
    assertThat(second.exitCode(PATIENCE)).isZero();
    int before = gateway.homes("load").size();
    Eventually.holds("more homes", PATIENCE, () -> gateway.homes("load").size() > before);

    assertNoneFailed(load);
    assertThat(second.lines())
        .anyMatch(line -> line.contains("destinations have their homes again"))
        .anyMatch(line -> line.endsWith("a successor listens"));
  }

  /** The successor cannot ask the one before for anything: whoever started that ends it. */
  @Test
  void successorWithAnotherAdminPort_underLoad_getsWhatIsNewAndFailsNoRequest() throws Exception {
    SteadyLoad load = load();
    other.succeed();
    gateways.add(other.process());
    JavaProcess first = gateway.process();
    first.stop();
    try {
      for (int i = 0; i < NEW; i++) {
        try (HttpSocket socket = new HttpSocket(other.web(), 3_000)) {
          socket.get("/");
        }
      }
    } finally {
      first.resume();
    }
    first.terminate();
    assertThat(first.exitCode(PATIENCE)).isZero();

    assertNoneFailed(load);
    assertThat(first.lines()).noneMatch(line -> line.endsWith("a successor listens"));
  }

  private SteadyLoad load() {
    return SteadyLoad.start(SteadyLoad.spread(CLIENTS, List.of(gateway)), PER_SECOND, seed);
  }

  /** Replaces the gateway; returns the process before. */
  private JavaProcess replaced() throws Exception {
    JavaProcess before = gateway.replace();
    gateways.add(gateway.process());
    return before;
  }

  private void assertNoneFailed(SteadyLoad load) throws Exception {
    Map<String, Long> outcomes = SteadyLoad.outcomes(load.stop());
    assertThat(outcomes).as("seed %d", seed).containsKey(SteadyLoad.OK);
    outcomes.remove(
        SteadyLoad.REOPENED); // where a client did not ask within the second that it had
    assertThat(outcomes).as("seed %d", seed).containsOnlyKeys(SteadyLoad.OK);
  }

  /** Which part of these homes is the same now. */
  private double kept(Map<String, String> homes) throws Exception {
    Map<String, String> now = gateway.homes("load");
    long same = homes.entrySet().stream()
        .filter(home -> home.getValue().equals(now.get(home.getKey())))
        .count();
    return (double) same / homes.size();
  }

  private static JsonObject config(List<Integer> ports) {
    JsonArray upstreams = new JsonArray();
    for (int i = 0; i < SERVERS; i++) {
      upstreams.add(new JsonObject()
          .put("id", "s" + i)
          .put("host", "127.0.0.1")
          .put("port", ports.get(i))
          .put("weight", 100));
    }
    JsonObject service = new JsonObject().put("strategy", "lblc").put("servers", upstreams);
    return new JsonObject()
        .put(
            "listeners",
            new JsonArray()
                .add(ConfigJson.listener("127.0.0.1", ports.get(SERVERS)).put("reusePort", true))
                .add(ConfigJson.listener("127.0.0.1", ports.get(SERVERS + 2))
                    .put("name", "sessions")
                    .put("reusePort", true)
                    .mergeIn(ConfigJson.tcp())))
        .put(
            "routes",
            new JsonArray()
                .add(ConfigJson.route("load"))
                .add(ConfigJson.route("load", "{client.ip}").put("listener", "sessions")))
        .put("services", new JsonObject().put("load", service));
  }
}
