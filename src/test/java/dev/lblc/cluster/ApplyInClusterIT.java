package dev.lblc.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.map.impl.MapService;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.PluginConfig;
import dev.lblc.plugin.ClusterStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.plugin.ServicesVerticle;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another configuration, applied to nodes of a cluster while they run. */
@ExpectedLog("ConfigWatch: node .* has other services than this one") // until both have the new one
final class ApplyInClusterIT {
  private static final int NODES = 2;

  private static List<ClusteredVertx> members = List.of();

  private final List<ServicesVerticle> verticles = new ArrayList<>();
  private final List<String> deployments = new ArrayList<>();

  @BeforeAll
  static void startMembers() throws Exception {
    members = ClusteredVertx.start(NODES);
  }

  @AfterAll
  static void closeMembers() {
    ClusteredVertx.close(members);
  }

  @BeforeEach
  void deploy() throws Exception {
    for (ClusteredVertx member : members) {
      ServicesVerticle verticle =
          new ServicesVerticle(config(Map.of("images", service("lblc"))), strategies());
      deployments.add(member.vertx().deployVerticle(verticle).await(60, SECONDS));
      verticles.add(verticle);
    }
  }

  @AfterEach
  void forgetAll() throws Exception {
    for (int node = 0; node < NODES; node++) {
      vertx(node).undeploy(deployments.get(node)).await(60, SECONDS);
    }
    for (String service : List.of("images", "pages")) {
      members.get(0).hazelcast().getMap("lblc.homes." + service).destroy();
      members.get(0).hazelcast().getMap("lblc.servers." + service).destroy();
    }
  }

  @Test
  void service_added_sharesTableCountsAndEditsAndNoMoreOnceRemoved() throws Exception {
    Map<String, JsonObject> both = Map.of("images", service("lblc"), "pages", service("lblc"));
    apply(0, both);
    LblcService first = service(0, "pages");
    Lease held = first.acquire("/a");
    first.edit(new ServerEdit.Change("s2", 9, null, null)).await(60, SECONDS);
    Eventually.holds("the map has it", () -> map("homes", "pages") == 1);
    apply(1, both);
    LblcService second = service(1, "pages");
    assertThat(second.destination("/a")).as("pulled before it is there").isNotNull();
    assertThat(weights(second)).containsEntry("s2", 9);
    Eventually.holds("the count is known", () -> active(second) == 1);
    Lease hit = second.acquire("/a");
    assertThat(hit.reason()).isEqualTo(Reason.HIT);
    assertThat(hit.server().id()).isEqualTo(held.server().id());
    Eventually.holds("and the other way round", () -> active(first) == 2);
    second.acquire("/b").close();
    Eventually.holds("the home is known", () -> first.destination("/b") != null);
    assertThat(tables(1)).containsExactly("images", "pages");

    apply(1, Map.of("images", service("lblc")));
    assertThat(tables(1)).containsExactly("images");
    Eventually.holds("its connections no longer count", () -> active(first) == 1);
    Eventually.holds("one node listens", () -> listeners("pages") == 2);
    first.acquire("/c").close();
    Eventually.holds("the map has it", () -> map("homes", "pages") == 3);
    assertThat(second.destination("/c")).isNull();
    hit.close();
    held.close();
    assertThat(Objects.requireNonNull(Lblc.of(vertx(1)).cluster()).degraded()).isEmpty();
  }

  @Test
  void strategy_changed_sharesTheNewTable() throws Exception {
    LblcService first = service(0, "images");
    LblcService second = service(1, "images");
    first.acquire("/a").close();
    Eventually.holds("the home is known", () -> second.destination("/a") != null);
    apply(0, Map.of("images", service("lblcr")));
    assertThat(first.destination("/a")).as("what the cluster has").isNotNull();
    first.acquire("/b").close();
    Eventually.holds("out of the new table", () -> second.destination("/b") != null);
    second.acquire("/c").close();
    Eventually.holds("into the new table", () -> first.destination("/c") != null);
    assertThat(listeners("images")).as("two maps, two nodes").isEqualTo(4);
    apply(0, Map.of("images", service("wlc")));
    assertThat(tables(0)).isEmpty();
    assertThat(first.destinations(10, null)).isEmpty();
    apply(0, Map.of("images", service("lblc")));
    assertThat(first.destinations(10, null)).hasSize(3);
    Eventually.holds("as in the beginning", () -> listeners("images") == 4);
  }

  @Test
  void configuration_changed_endsEditsOfThatServerOnBothNodes() throws Exception {
    LblcService first = service(0, "images");
    LblcService second = service(1, "images");
    first.edit(new ServerEdit.Change("s1", 7, null, null)).await(60, SECONDS);
    first.edit(new ServerEdit.Change("s2", 8, null, null)).await(60, SECONDS);
    Map<String, Integer> edited = Map.of("s1", 7, "s2", 8, "s3", 100);
    Eventually.holds("edited", () -> weights(second).equals(edited));
    apply(1, Map.of("images", service("lblc")));
    assertThat(weights(second)).isEqualTo(edited);
    JsonObject changed = service("lblc");
    changed.getJsonArray("servers").getJsonObject(0).put("weight", 50);
    apply(1, Map.of("images", changed));
    assertThat(weights(second)).isEqualTo(Map.of("s1", 50, "s2", 8, "s3", 100));
    Eventually.holds(
        "the edit ended", () -> weights(first).equals(Map.of("s1", 100, "s2", 8, "s3", 100)));
    apply(0, Map.of("images", changed));
    assertThat(weights(first)).isEqualTo(Map.of("s1", 50, "s2", 8, "s3", 100));
    assertThat(map("servers", "images")).isEqualTo(1);
  }

  @Test
  void applies_onBothNodesWhileAcquiresAreInFlight_failNoneAndLeaveNoDrift() throws Exception {
    AtomicBoolean ends = new AtomicBoolean();
    List<AtomicInteger> acquired = List.of(new AtomicInteger(), new AtomicInteger());
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      LblcService images = service(node, "images");
      AtomicInteger count = acquired.get(node);
      clients.add(CompletableFuture.runAsync(() -> {
        for (int n = 0; !ends.get(); n++) {
          Lease first = images.acquire("/" + n % 50);
          Lease second = images.acquire("/" + n % 70);
          first.close();
          second.close();
          count.addAndGet(2);
        }
      }));
    }
    List<String> strategies = List.of("lblcr", "lblc", "wlc", "lblc", "lblc");
    for (int round = 0; round < 15; round++) {
      int enough = acquired.get(round % 2).get() + 100;
      int asked = round % 2;
      Eventually.holds(
          "acquires go on",
          () -> acquired.get(asked).get() >= enough
              || clients.stream().anyMatch(CompletableFuture::isDone));
      JsonObject service = service(strategies.get(round % 5));
      service.getJsonArray("servers").getJsonObject(round % 3).put("weight", 10 + round);
      Map<String, JsonObject> services = round % 2 == 0
          ? Map.of("images", service)
          : Map.of("images", service, "pages", service("lblc"));
      Future.all(verticles.get(0).apply(config(services)), verticles.get(1).apply(config(services)))
          .await(60, SECONDS);
    }
    ends.set(true);
    for (CompletableFuture<Void> client : clients) {
      client.get(20, SECONDS);
    }
    for (int node = 0; node < NODES; node++) {
      LblcService images = service(node, "images");
      Eventually.holds("no drift", () -> active(images) == 0);
      assertThat(images.status().doubleReleases()).isZero();
      assertThat(images.status().decisions().values().stream().mapToLong(n -> n).sum())
          .isEqualTo(acquired.get(node).get());
    }
    Eventually.holds(
        "both have the same homes",
        () -> homes(service(0, "images")).equals(homes(service(1, "images"))));
    Eventually.holds("two maps, two nodes", () -> listeners("images") == 4);
  }

  private void apply(int node, Map<String, JsonObject> services) throws Exception {
    verticles.get(node).apply(config(services)).await(60, SECONDS);
  }

  private static Vertx vertx(int node) {
    return members.get(node).vertx();
  }

  private static LblcService service(int node, String name) {
    return Lblc.of(vertx(node)).service(name);
  }

  private static PluginConfig config(Map<String, JsonObject> services) throws Exception {
    JsonObject all = new JsonObject();
    services.forEach((name, service) -> all.put(name, service.copy()));
    return ConfigReader.readPlugin(
        new JsonObject().put("services", all).put("cluster", new JsonObject().put("enabled", true)),
        strategies(),
        Map.of());
  }

  private static Strategies strategies() {
    return Strategies.ofClassPath();
  }

  private static JsonObject service(String strategy) {
    JsonArray servers = new JsonArray();
    for (int i = 1; i <= 3; i++) {
      servers.add(new JsonObject().put("id", "s" + i).put("host", "127.0.0.1").put("port", i));
    }
    return new JsonObject().put("strategy", strategy).put("servers", servers);
  }

  private static int map(String kind, String service) {
    return members.get(0).hazelcast().getMap("lblc." + kind + "." + service).size();
  }

  /** How many listeners both maps of a service have, on all nodes. */
  private static int listeners(String service) {
    int listeners = 0;
    for (String map : List.of("lblc.homes." + service, "lblc.servers." + service)) {
      listeners += ((HazelcastInstanceProxy) members.get(0).hazelcast())
          .getOriginal()
          .node
          .getNodeEngine()
          .getEventService()
          .getRegistrations(MapService.SERVICE_NAME, map)
          .size();
    }
    return listeners;
  }

  private static List<String> tables(int node) {
    return Objects.requireNonNull(Lblc.of(vertx(node)).cluster()).tables().stream()
        .map(ClusterStatus.Table::service)
        .toList();
  }

  private static int active(LblcService service) {
    return service.status().servers().stream()
        .mapToInt(server -> server.active().cluster())
        .sum();
  }

  private static Map<String, Integer> weights(LblcService service) {
    Map<String, Integer> weights = new HashMap<>();
    for (ServerStatus server : service.status().servers()) {
      weights.put(server.id(), server.weight());
    }
    return weights;
  }

  private static Map<String, List<String>> homes(LblcService service) {
    Map<String, List<String>> homes = new HashMap<>();
    service
        .destinations(1_000, null)
        .forEach(destination -> homes.put(destination.destination(), destination.homes()));
    return homes;
  }
}
