package dev.lblc.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.hazelcast.cluster.Member;
import com.hazelcast.partition.Partition;
import com.hazelcast.partition.PartitionService;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.PluginConfig;
import dev.lblc.plugin.ClusterStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.plugin.ServicesVerticle;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Two nodes of which one is configured otherwise, and a member beside them that is no node: the table of cluster/README.md. */
@ExpectedLog(
    "HazelcastClusterManager: Failed to handle memberRemoved") // Vert.x, of a member without an id
final class NodesThatDifferIT {
  private static final Duration SOON =
      Duration.ofMinutes(1); // of two processors that others use, too
  private static final List<String> SHARED =
      List.of("servers", "address", "limits", "strategy", "options", "health");

  private static List<ClusteredVertx> members = List.of();

  private final List<ServicesVerticle> verticles = new ArrayList<>();
  private final List<String> deployments = new ArrayList<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.lblc.cluster");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeAll
  static void startMembers() throws Exception {
    members = ClusteredVertx.start(2);
  }

  @AfterAll
  static void closeMembers() {
    ClusteredVertx.close(members);
  }

  @BeforeEach
  void deploy() throws Exception {
    log.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(log);
    Map<String, JsonObject> services = new LinkedHashMap<>();
    SHARED.forEach(name -> services.put(name, service("lblc")));
    services.put("here", service("lblc"));
    for (ClusteredVertx member : members) {
      ServicesVerticle verticle = new ServicesVerticle(config(services), Strategies.ofClassPath());
      deployments.add(member.vertx().deployVerticle(verticle).await(60, SECONDS));
      verticles.add(verticle);
    }
  }

  @AfterEach
  void undeploy() throws Exception {
    for (int node = 0; node < 2; node++) {
      members.get(node).vertx().undeploy(deployments.get(node)).await(60, SECONDS);
    }
    logger.detachAppender(log);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  @Test
  void services_thatDiffer_areNamedOnceAndEachNodeServesByItsOwn() throws Exception {
    LblcService common = service(0, "servers");
    common.acquire("/common").close();
    Eventually.holds("shared", () -> service(1, "servers").destination("/common") != null);
    Map<String, JsonObject> own = differing();
    verticles.get(1).apply(config(own)).await(60, SECONDS);

    String parts = "address: addresses; health: other; here: only %s; limits: limits;"
        + " options: options; servers: addresses, limits, servers; strategy: strategy;"
        + " there: only %s";
    for (int node = 0; node < 2; node++) {
      String expected =
          node == 0 ? parts.formatted("here", "there") : parts.formatted("there", "here");
      int asked = node;
      Eventually.passes(
          "it is shown", SOON, () -> assertThat(differences(asked)).isEqualTo(expected));
      Eventually.holds("it is said", () -> said("other services than this one: " + expected) == 1);
    }

    assertServersOfOneNode();
    assertAddressesAndLimits();
    assertTablesOfOneNode();
    assertServicesOfOneNode();

    verticles.get(0).apply(config(own)).await(60, SECONDS);
    Eventually.holds(
        "it is over", SOON, () -> said("has the same services as this one again") == 2);
    assertThat(differences(0) + differences(1)).isEmpty();
    assertThat(said("other services than this one")).as("each node once").isEqualTo(2);
  }

  /** A home that only one node has is placed anew by the other, for both. */
  private static void assertServersOfOneNode() throws Exception {
    LblcService three = service(0, "servers");
    LblcService four = service(1, "servers");
    List<Lease> leases = new ArrayList<>();
    String destination = "";
    for (int i = 0; destination.isEmpty(); i++) {
      Lease lease = four.acquire("/d" + i);
      leases.add(lease);
      if (lease.server().id().equals("s4")) {
        destination = "/d" + i;
      }
    }
    String asked = destination;
    Eventually.holds("it is heard of", () -> home(three, asked).equals("s4"));
    Lease moved = three.acquire(asked);
    assertThat(moved.server().id()).isNotEqualTo("s4");
    Eventually.holds(
        "it moved for both", () -> home(four, asked).equals(moved.server().id()));
    moved.close();
    Eventually.holds(
        "its connections count where it is",
        () ->
            four.status().servers().stream().mapToInt(s -> s.active().cluster()).sum()
                == leases.size());
    leases.forEach(Lease::close);
  }

  private static void assertAddressesAndLimits() throws Exception {
    assertThat(server(0, "address", "s1").port()).isEqualTo(1);
    assertThat(server(1, "address", "s1").port()).isEqualTo(9);
    assertThat(server(0, "limits", "s1").weight()).isEqualTo(100);
    assertThat(server(1, "limits", "s1").weight()).isEqualTo(40);
    service(0, "limits").edit(new ServerEdit.Change("s1", 7, null, null)).await(60, SECONDS);
    for (int node = 0; node < 2; node++) {
      int asked = node;
      Eventually.holds(
          "an edit holds on both", () -> server(asked, "limits", "s1").weight() == 7);
    }
    service(0, "limits").undoEdits("s1", null).await(60, SECONDS);
    Eventually.holds("each its own again", () -> server(1, "limits", "s1").weight() == 40);
    assertThat(server(0, "limits", "s1").weight()).isEqualTo(100);
  }

  /** A node without a table shares none; one that forgets sooner does so alone. */
  private static void assertTablesOfOneNode() throws Exception {
    service(0, "strategy").acquire("/x").close();
    service(1, "strategy").acquire("/x").close();
    assertThat(service(1, "strategy").destinations(10, null)).isEmpty();
    assertThat(tables(1)).doesNotContain("strategy").contains("options");
    service(0, "options").acquire("/x").close();
    Eventually.holds("it is shared", () -> service(1, "options").destination("/x") != null);
    Eventually.holds("it is forgotten", () -> service(1, "options").destination("/x") == null);
    assertThat(service(0, "options").destination("/x")).isNotNull();
  }

  private static void assertServicesOfOneNode() throws Exception {
    assertThat(tables(0)).contains("here").doesNotContain("there");
    assertThat(tables(1)).contains("there").doesNotContain("here");
    service(0, "here").acquire("/x").close();
    try (Lease held = service(1, "there").acquire("/x")) {
      assertThat(held.server().id()).isNotEmpty();
      Eventually.holds("both go on", () -> degraded(0).isEmpty() && degraded(1).isEmpty());
    }
  }

  @Test
  void dataMemberWithoutOurClasses_isNamedOnceAndHomesGoBesideTheMap(@TempDir Path folder)
      throws Exception {
    int port = Ports.free();
    String part = "data member 127.0.0.1:" + port;
    try (BareMember bare = BareMember.start(members.get(0).hazelcast(), folder, port)) {
      for (int node = 0; node < 2; node++) {
        int asked = node;
        Eventually.holds("it is shown", SOON, () -> degraded(asked).contains(part));
      }
      assertThat(said("the cluster's " + part + " does not work"))
          .as("each node once")
          .isEqualTo(2);
      Eventually.holds(
          "it owns its share",
          SOON,
          () -> partitions().isClusterSafe()
              && partitions().getPartitions().stream()
                      .filter(p -> isOwnedBy(port, p))
                      .count()
                  > 80);
      LblcService first = service(0, "servers");
      LblcService second = service(1, "servers");
      Map<String, String> homes = new HashMap<>();
      for (int i = 0; i < 60; i++) {
        try (Lease lease = first.acquire("/beside/" + i)) {
          homes.put("/beside/" + i, lease.server().id());
        }
      }
      Eventually.holds(
          "both have the same homes",
          () -> homes.entrySet().stream()
              .allMatch(home -> home(second, home.getKey()).equals(home.getValue())));
      assertThat(map().size()).as("in the map").isLessThan(60);
      try (Lease held = first.acquire("/beside/0")) {
        assertThat(held.server().id()).isEqualTo(homes.get("/beside/0"));
        Eventually.holds(
            "connections count on both",
            () -> second.status().servers().stream().anyMatch(s -> s.active().cluster() == 1));
      }
      assertEdits(first, second, port);
      assertThat(said("the cluster's " + part)).as("still").isEqualTo(2);
      assertThat(bare.isRunning()).isTrue();
    }
    Eventually.holds("all is well", () -> degraded(0).isEmpty() && degraded(1).isEmpty());
    Eventually.holds("the map has all", () -> map().size() >= 60);
  }

  /** Of a server whose record falls to it an edit fails; of another it holds on both. */
  private static void assertEdits(LblcService first, LblcService second, int port)
      throws Exception {
    ServerSpec lost = serverThat(isIts -> isIts, port);
    assertThatThrownBy(() -> first.edit(new ServerEdit.Add(lost)).await(60, SECONDS))
        .hasStackTraceContaining("HazelcastSerializationException");
    ServerSpec kept = serverThat(isIts -> !isIts, port);
    first.edit(new ServerEdit.Add(kept)).await(60, SECONDS);
    Eventually.holds(
        "the edit holds on both",
        () -> second.status().servers().stream().anyMatch(s -> s.id().equals(kept.id())));
    first.undoEdits(kept.id(), null).await(60, SECONDS);
  }

  private static ServerSpec serverThat(Predicate<Boolean> isIts, int port) {
    return IntStream.range(0, 1_000)
        .mapToObj(i -> new ServerSpec("t" + i, "127.0.0.1", 10, 1, 0, 0))
        .filter(s -> isIts.test(isOwnedBy(port, partitions().getPartition(s.id()))))
        .findFirst()
        .orElseThrow();
  }

  /** What the second node has in place of what both had. */
  private static Map<String, JsonObject> differing() {
    Map<String, JsonObject> services = new LinkedHashMap<>();
    JsonObject servers = service("lblc");
    servers
        .getJsonArray("servers")
        .add(new JsonObject().put("id", "s4").put("host", "127.0.0.1").put("port", 4));
    services.put("servers", servers);
    JsonObject address = service("lblc");
    address.getJsonArray("servers").getJsonObject(0).put("port", 9);
    services.put("address", address);
    JsonObject limits = service("lblc");
    limits.getJsonArray("servers").getJsonObject(0).put("weight", 40);
    services.put("limits", limits);
    services.put("strategy", service("wlc"));
    services.put(
        "options", service("lblc").put("options", new JsonObject().put("expiration", "1s")));
    services.put(
        "health", service("lblc").put("health", new JsonObject().put("passive", new JsonObject())));
    services.put("there", service("lblc"));
    return services;
  }

  private static JsonObject service(String strategy) {
    JsonArray servers = new JsonArray();
    for (int i = 1; i <= 3; i++) {
      servers.add(new JsonObject()
          .put("id", "s" + i)
          .put("host", "127.0.0.1")
          .put("port", i)
          .put("weight", 100));
    }
    return new JsonObject().put("strategy", strategy).put("servers", servers);
  }

  private static PluginConfig config(Map<String, JsonObject> services) throws Exception {
    JsonObject all = new JsonObject();
    services.forEach((name, service) -> all.put(name, service.copy()));
    return ConfigReader.readPlugin(
        new JsonObject().put("services", all).put("cluster", new JsonObject().put("enabled", true)),
        Strategies.ofClassPath(),
        Map.of());
  }

  private static PartitionService partitions() {
    return members.get(0).hazelcast().getPartitionService();
  }

  private static boolean isOwnedBy(int port, Partition partition) {
    Member owner = partition.getOwner();
    return owner != null && owner.getAddress().getPort() == port;
  }

  /** How many lines of both nodes have that in them. */
  private long said(String text) {
    return Stream.of(log.list.toArray(ILoggingEvent[]::new))
        .filter(event -> event.getFormattedMessage().contains(text))
        .count();
  }

  private static Map<Object, Object> map() {
    return members.get(0).hazelcast().getMap("lblc.homes.servers");
  }

  private static LblcService service(int node, String name) {
    return Lblc.of(members.get(node).vertx()).service(name);
  }

  private static ServerStatus server(int node, String service, String id) {
    return service(node, service).status().servers().stream()
        .filter(server -> server.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static String home(LblcService service, String destination) {
    var status = service.destination(destination);
    return status == null ? "" : status.homes().get(0);
  }

  private static ClusterStatus cluster(int node) {
    return Objects.requireNonNull(Lblc.of(members.get(node).vertx()).cluster());
  }

  private static Set<String> degraded(int node) {
    return cluster(node).degraded();
  }

  private static List<String> tables(int node) {
    return cluster(node).tables().stream().map(ClusterStatus.Table::service).toList();
  }

  private static String differences(int node) {
    return cluster(node).nodes().stream()
        .flatMap(other -> other.differences().stream())
        .reduce((one, two) -> one + "; " + two)
        .orElse("");
  }
}
