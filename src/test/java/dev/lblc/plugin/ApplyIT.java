package dev.lblc.plugin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.PluginConfig;
import dev.lblc.config.StrategyCatalog;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.OptionReader;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Another configuration, applied to a deployment that runs, on a node on its own. */
@ExtendWith(VertxExtension.class)
@ExpectedLog("WARN ServiceHealth: server .* unavailable")
final class ApplyIT {
  @SuppressWarnings("NullAway.Init") // set before each test
  private Vertx vertx;

  @SuppressWarnings("NullAway.Init")
  private ServicesVerticle verticle;

  @BeforeEach
  void deploy(Vertx own) throws Exception {
    vertx = own;
    verticle = new ServicesVerticle(config(Map.of("images", service("lblc"))), strategies());
    vertx.deployVerticle(verticle).await(20, SECONDS);
  }

  @Test
  void service_added_isThereForLblcAndTheEventBus() throws Exception {
    Lblc lblc = Lblc.of(vertx);
    apply(Map.of("images", service("lblc"), "pages", service("wlc")));
    assertThat(lblc.services()).extracting(LblcService::name).contains("images", "pages");
    lblc.service("pages").acquire("/a").close();
    JsonObject lease = (JsonObject) vertx
        .eventBus()
        .request("lblc.pages.acquire", new JsonObject())
        .await(20, SECONDS)
        .body();
    assertThat(lease.getJsonObject("server").getString("id")).startsWith("s");
    assertThat(active(lblc.service("pages"))).isEqualTo(1);
  }

  @Test
  void service_removed_hasNoServerAndClosesItsLeases() throws Exception {
    apply(Map.of("images", service("lblc"), "pages", service("lblc")));
    LblcService pages = Lblc.of(vertx).service("pages");
    Lease out = pages.acquire("/a");
    apply(Map.of("images", service("lblc")));
    assertThatThrownBy(() -> pages.acquire("/a")).isInstanceOf(NoServerException.class);
    assertThatThrownBy(() -> pages.edit(new ServerEdit.Add(spec("s9", 9))).await(20, SECONDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("removed");
    out.connectFailed();
    out.close();
    assertThat(out.server().active()).isZero();
    assertThat(pages.status().doubleReleases()).isZero();
    assertThatThrownBy(() -> Lblc.of(vertx).service("pages"))
        .hasMessage("service pages (expected: one of [images])");
    assertThatThrownBy(() ->
            vertx.eventBus().request("lblc.pages.acquire", new JsonObject()).await(20, SECONDS))
        .isInstanceOf(ReplyException.class)
        .hasMessageContaining("No handlers");
    apply(Map.of("images", service("lblc"), "pages", service("lblc")));
    assertThat(Lblc.of(vertx).service("pages")).isNotSameAs(pages);
    Lblc.of(vertx).service("pages").acquire("/a").close();
  }

  @Test
  void service_kept_keepsObjectTableCountsAndEdits() throws Exception {
    LblcService images = Lblc.of(vertx).service("images");
    Lease out = images.acquire("/a");
    images.edit(new ServerEdit.Change("s1", 7, null, null)).await(20, SECONDS);
    JsonObject other = service("lblc");
    other.getJsonArray("servers").getJsonObject(1).put("weight", 5);
    other.getJsonArray("servers").add(server("s4", 4));
    apply(Map.of("images", other));
    assertThat(Lblc.of(vertx).service("images")).isSameAs(images);
    assertThat(weights(images)).isEqualTo(Map.of("s1", 7, "s2", 5, "s3", 100, "s4", 100));
    assertThat(active(images)).isEqualTo(1);
    Lease again = images.acquire("/a");
    assertThat(again.reason()).isEqualTo(Reason.HIT);
    assertThat(again.server()).isSameAs(out.server());
    assertThat(images.status().decisions().get(Reason.PLACED)).isEqualTo(1);
    out.close();
    again.close();
    other.getJsonArray("servers").remove(0);
    apply(Map.of("images", other));
    assertThat(weights(images)).isEqualTo(Map.of("s2", 5, "s3", 100, "s4", 100));
  }

  @Test
  void strategy_changed_keepsServersAndCountsAndStartsWithAnEmptyTable() throws Exception {
    LblcService images = Lblc.of(vertx).service("images");
    Lease out = images.acquire("/a");
    apply(Map.of("images", service("lblcr")));
    assertThat(images.status().strategy()).isEqualTo("lblcr");
    assertThat(images.destinations(10, null)).isEmpty();
    assertThat(active(images)).isEqualTo(1);
    assertThat(out.server().homes()).as("of the old table").isZero();
    Lease placed = images.acquire("/a");
    assertThat(placed.reason()).isEqualTo(Reason.PLACED);
    placed.close();
    apply(Map.of("images", service("wlc")));
    Lease any = images.acquire("/a");
    assertThat(any.reason()).isEqualTo(Reason.NO_DESTINATION);
    any.close();
    assertThat(images.status().servers()).hasSize(3);
    out.close();
    assertThat(active(images)).isZero();
  }

  @Test
  void line_thatWaits_followsWhatItsServiceBecomes() throws Exception {
    JsonObject wanted = queued(2, server("s1", 1).put("max", 1), server("s2", 2).put("max", 1));
    apply(Map.of("images", wanted));
    LblcService images = Lblc.of(vertx).service("images");
    List<Lease> out = new ArrayList<>(List.of(images.acquire("/a"), images.acquire("/b")));
    Turn first = images.acquireInTurn("/c", Set.of());
    Turn second = images.acquireInTurn("/d", Set.of());
    wanted.getJsonArray("servers").getJsonObject(0).put("max", 2);
    apply(Map.of("images", wanted));
    out.add(lease(first));
    assertThat(out.get(2).server().id()).as("which may have one more").isEqualTo("s1");
    wanted.getJsonArray("servers").add(server("s3", 3).put("max", 1));
    apply(Map.of("images", wanted));
    out.add(lease(second));
    assertThat(out.get(3).server().id()).as("which has come").isEqualTo("s3");
    Turn third = images.acquireInTurn("/e", Set.of());
    Turn fourth = images.acquireInTurn("/f", Set.of());
    wanted.getJsonObject("queue").put("length", 1);
    apply(Map.of("images", wanted));
    assertThat(images.status().queue()).extracting(QueueStatus::length).isEqualTo(2);
    images.edit(new ServerEdit.Change("s1", 0, null, null)).await(20, SECONDS);
    images.edit(new ServerEdit.Change("s3", 0, null, null)).await(20, SECONDS);
    out.stream().filter(lease -> !lease.server().id().equals("s2")).forEach(Lease::close);
    assertThat(third.lease().toCompletableFuture())
        .as("none of those of weight 0")
        .isNotDone();
    out.stream().filter(lease -> lease.server().id().equals("s2")).forEach(Lease::close);
    Lease last = lease(third);
    assertThat(last.server().id()).isEqualTo("s2");
    images.edit(new ServerEdit.Change("s2", 0, null, null)).await(20, SECONDS);
    assertThat(refusal(fourth)).isEqualTo(NoServerException.Cause.NO_SERVER);
    last.close();
    assertThat(images.status().doubleReleases()).isZero();
  }

  @Test
  void line_whoseServiceOrQueueGoes_isRefused_orServedAllTheSame() throws Exception {
    JsonObject wanted = queued(2, server("s1", 1).put("max", 1));
    apply(Map.of("images", wanted, "pages", wanted.copy()));
    LblcService images = Lblc.of(vertx).service("images");
    LblcService pages = Lblc.of(vertx).service("pages");
    Lease image = images.acquire("/a");
    Lease page = pages.acquire("/a");
    Turn waitsForImage = images.acquireInTurn("/b", Set.of());
    Turn waitsForPage = pages.acquireInTurn("/b", Set.of());
    wanted.remove("queue");
    apply(Map.of("images", wanted));
    assertThat(refusal(waitsForPage)).isEqualTo(NoServerException.Cause.NO_SERVER);
    assertThat(images.hasQueue()).isFalse();
    assertThat(refusal(images.acquireInTurn("/c", Set.of())))
        .isEqualTo(NoServerException.Cause.NO_SERVER);
    assertThat(waitsForImage.lease().toCompletableFuture()).isNotDone();
    image.close();
    lease(waitsForImage).close();
    page.close();
    assertThat(active(images)).isZero();
  }

  @Test
  void line_whoseQueueComesBack_isServedBeforeThoseWhoCome() throws Exception {
    JsonObject wanted = queued(2, server("s1", 1).put("max", 1));
    apply(Map.of("images", wanted));
    LblcService images = Lblc.of(vertx).service("images");
    Lease out = images.acquire("/a");
    Turn first = images.acquireInTurn("/b", Set.of());
    JsonObject without = wanted.copy();
    without.remove("queue");
    apply(Map.of("images", without));
    apply(Map.of("images", wanted));
    Turn second = images.acquireInTurn("/c", Set.of());
    assertThat(images.status().queue()).extracting(QueueStatus::length).isEqualTo(2);
    out.close();
    Lease next = lease(first);
    assertThat(second.lease().toCompletableFuture()).isNotDone();
    next.close();
    lease(second).close();
    assertThat(active(images)).isZero();
  }

  private static JsonObject queued(int length, JsonObject... servers) {
    return new JsonObject()
        .put("strategy", "lblc")
        .put("servers", new JsonArray(new ArrayList<>(List.of(servers))))
        .put(
            "queue",
            new JsonObject().put("length", length).put("timeout", "60s").put("homeWait", "0s"));
  }

  private static Lease lease(Turn turn) throws Exception {
    return turn.lease().toCompletableFuture().get(20, SECONDS);
  }

  private static NoServerException.Cause refusal(Turn turn) throws Exception {
    return turn.lease()
        .handle((lease, failure) -> ((NoServerException) failure).why())
        .toCompletableFuture()
        .get(20, SECONDS);
  }

  @Test
  void options_changed_holdForTheNextDecisionAndCheck() throws Exception {
    LblcService images = Lblc.of(vertx).service("images");
    apply(Map.of(
        "images",
        service("lblc").put("options", new JsonObject().put("maxEntries", 1).put("hardLimit", 1))));
    images.acquire("/a").close();
    images.acquire("/b").close();
    assertThat(images.destinations(10, null)).hasSize(1);
    JsonObject soon = new JsonObject()
        .put("expiration", "0s")
        .put("checkInterval", "1ms"); // a full check is the 30th
    apply(Map.of("images", service("lblc").put("options", soon)));
    Eventually.holds("the check runs often", () -> images.destinations(10, null).isEmpty());
  }

  @Test
  void health_changed_isFollowedAndAServerThatIsDownStaysDown() throws Exception {
    NetServer up = vertx
        .createNetServer()
        .connectHandler(socket -> socket.close())
        .listen(0, "127.0.0.1")
        .await(20, SECONDS);
    JsonObject service = service("lblc")
        .put(
            "servers",
            new JsonArray().add(server("up", up.actualPort())).add(server("down", closedPort())));
    apply(Map.of("images", service.copy().put("health", active("20ms"))));
    LblcService images = Lblc.of(vertx).service("images");
    Eventually.holds(
        "one is down", () -> availability(images).equals(Map.of("up", true, "down", false)));
    apply(Map.of("images", service.copy().put("health", active("1h"))));
    assertThat(availability(images)).isEqualTo(Map.of("up", true, "down", false));
    apply(Map.of("images", service));
    assertThat(availability(images)).isEqualTo(Map.of("up", true, "down", true));
    JsonObject passive =
        new JsonObject().put("passive", new JsonObject().put("failures", 1).put("eject", "1h"));
    apply(Map.of("images", service.copy().put("health", passive)));
    Lease lease = images.acquire("/a");
    lease.connectFailed();
    assertThat(lease.server().available()).isFalse();
    lease.close();
  }

  @Test
  void lease_thatOutlivesItsServer_reportsNothingOfTheOneInItsPlace() throws Exception {
    JsonObject passive =
        new JsonObject().put("passive", new JsonObject().put("failures", 1).put("eject", "1h"));
    JsonObject service = service("lblc").put("health", passive);
    service.put("servers", new JsonArray().add(server("other", 9)).add(server("s1", 1)));
    apply(Map.of("images", service));
    LblcService images = Lblc.of(vertx).service("images");
    Lease old = images.acquire(null, Set.of("other"));
    service.put("servers", new JsonArray().add(server("other", 9)).add(server("s1", 2)));
    apply(Map.of("images", service));
    old.connectFailed();
    assertThat(availability(images)).isEqualTo(Map.of("other", true, "s1", true));
    Lease lease = images.acquire(null, Set.of("other"));
    assertThat(lease.server()).isNotSameAs(old.server());
    lease.connectFailed();
    assertThat(availability(images)).isEqualTo(Map.of("other", true, "s1", false));
    lease.close();
    old.close();
  }

  @Test
  void apply_ofWhatCannotBe_changesNothing() throws Exception {
    LblcService images = Lblc.of(vertx).service("images");
    images.acquire("/a").close();
    Map<String, JsonObject> others = Map.of("images", service("wlc"), "pages", service("lblc"));
    assertThatThrownBy(
            () -> verticle.apply(read(json(others).put("name", "edge"))).await(20, SECONDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name: edge (expected: lblc, as at the start: it cannot change while running)");
    assertThatThrownBy(() -> verticle
            .apply(read(json(others).put("cluster", new JsonObject().put("enabled", true))))
            .await(20, SECONDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("cluster.enabled: true (expected: false, ");
    PluginConfig unknown = ConfigReader.readPlugin(
        json(Map.of("images", service("wlc"), "pages", service("nonesuch"))),
        withNonesuch(),
        Map.of());
    assertThatThrownBy(() -> verticle.apply(unknown).await(20, SECONDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("strategy nonesuch (expected: one of");
    assertThat(images.status().strategy()).isEqualTo("lblc");
    assertThat(images.destinations(10, null)).hasSize(1);
    assertThat(Lblc.of(vertx).services()).extracting(LblcService::name).containsExactly("images");
  }

  @Test
  void acquires_inFlight_failNoneAndCountExactly() throws Exception {
    LblcService images = Lblc.of(vertx).service("images");
    AtomicBoolean ends = new AtomicBoolean();
    AtomicInteger acquired = new AtomicInteger();
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int client = i;
      clients.add(CompletableFuture.runAsync(() -> {
        for (int n = 0; !ends.get(); n++) {
          Lease first = images.acquire("/" + (n * 7 + client) % 100);
          Lease second = images.acquire("/" + n % 100);
          first.close();
          second.close();
          acquired.addAndGet(2);
        }
      }));
    }
    List<String> strategies = List.of("lblcr", "wlc", "lblc", "lblc");
    for (int round = 0; round < 40; round++) {
      int enough = acquired.get() + 100;
      Eventually.holds(
          "acquires go on",
          () -> acquired.get() >= enough || clients.stream().anyMatch(CompletableFuture::isDone));
      JsonObject service = service(strategies.get(round % 4));
      service.getJsonArray("servers").getJsonObject(0).put("weight", round);
      if (round % 3 == 0) {
        service.getJsonArray("servers").remove(2);
      }
      if (round % 5 == 0) {
        service.getJsonArray("servers").getJsonObject(1).put("port", 100 + round);
      }
      service.put("options", new JsonObject().put("maxEntries", 10 + round));
      apply(
          round % 2 == 0
              ? Map.of("images", service)
              : Map.of("images", service, "pages", service("lblc")));
    }
    ends.set(true);
    for (CompletableFuture<Void> client : clients) {
      client.get(20, SECONDS);
    }
    assertThat(images.status().servers())
        .allSatisfy(server -> assertThat(server.active().local()).isZero());
    assertThat(images.status().decisions().values().stream().mapToLong(n -> n).sum())
        .isEqualTo(acquired.get());
    assertThat(images.status().doubleReleases()).isZero();
  }

  @Test
  void applies_atOnce_comeOneAfterTheOtherAndEndInTheLast() throws Exception {
    var first = verticle.apply(config(Map.of("images", service("wlc"))));
    var second = verticle.apply(read(json(Map.of("images", service("wlc"))).put("name", "edge")));
    var third = verticle.apply(config(Map.of("images", service("lblcr"))));
    third.await(20, SECONDS);
    assertThat(first.succeeded()).isTrue();
    assertThat(second.failed()).isTrue();
    assertThat(Lblc.of(vertx).service("images").status().strategy()).isEqualTo("lblcr");
  }

  private void apply(Map<String, JsonObject> services) throws Exception {
    verticle.apply(config(services)).await(20, SECONDS);
  }

  private static PluginConfig config(Map<String, JsonObject> services) throws Exception {
    return read(json(services));
  }

  private static PluginConfig read(JsonObject config) throws Exception {
    return ConfigReader.readPlugin(config, strategies(), Map.of());
  }

  /** The strategies of the class path, and one more that nobody provides. */
  private static StrategyCatalog withNonesuch() {
    return new StrategyCatalog() {
      @Override
      public Set<String> names() {
        return Set.of("wlc", "nonesuch");
      }

      @Override
      public Object readOptions(String name, OptionReader reader) {
        return Map.of();
      }
    };
  }

  private static Strategies strategies() {
    return Strategies.ofClassPath();
  }

  private static JsonObject json(Map<String, JsonObject> services) {
    JsonObject all = new JsonObject();
    services.forEach((name, service) -> all.put(name, service.copy()));
    return new JsonObject().put("services", all);
  }

  private static JsonObject service(String strategy) {
    return new JsonObject()
        .put("strategy", strategy)
        .put(
            "servers",
            new JsonArray().add(server("s1", 1)).add(server("s2", 2)).add(server("s3", 3)));
  }

  private static JsonObject server(String id, int port) {
    return new JsonObject().put("id", id).put("host", "127.0.0.1").put("port", port);
  }

  private static ServerSpec spec(String id, int port) {
    return new ServerSpec(id, "127.0.0.1", port, 1, 0, 0);
  }

  private static JsonObject active(String interval) {
    return new JsonObject()
        .put(
            "active",
            new JsonObject().put("interval", interval).put("timeout", "20ms").put("fall", 1));
  }

  private int closedPort() throws Exception {
    NetServer server = vertx
        .createNetServer()
        .connectHandler(socket -> socket.close())
        .listen(0, "127.0.0.1")
        .await(20, SECONDS);
    server.close().await(20, SECONDS);
    return server.actualPort();
  }

  private static int active(LblcService service) {
    return service.status().servers().stream()
        .mapToInt(server -> server.active().local())
        .sum();
  }

  private static Map<String, Integer> weights(LblcService service) {
    return service.status().servers().stream()
        .collect(java.util.stream.Collectors.toMap(ServerStatus::id, ServerStatus::weight));
  }

  private static Map<String, Boolean> availability(LblcService service) {
    return service.status().servers().stream()
        .collect(java.util.stream.Collectors.toMap(ServerStatus::id, ServerStatus::available));
  }
}
