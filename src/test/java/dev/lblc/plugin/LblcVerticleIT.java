package dev.lblc.plugin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.ConfigException;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@ExpectedLog("WARN ServiceHealth: server .* unavailable")
final class LblcVerticleIT {
  @SuppressWarnings("NullAway.Init") // set before each test
  private Vertx vertx;

  @BeforeEach
  void useAnInstanceOfItsOwn(Vertx own) {
    vertx = own;
  }

  @Test
  void deployed_asked_schedulesAndCounts() throws Exception {
    deploy(config("lblc")).await(20, SECONDS);
    LblcService images = Lblc.of(vertx).service("images");
    Lease first = images.acquire("/a");
    Lease second = images.acquire("/a");
    assertThat(first.reason()).isEqualTo(Reason.PLACED);
    assertThat(second.reason()).isEqualTo(Reason.HIT);
    assertThat(second.server()).isSameAs(first.server());
    assertThat(activeOf(images, first.server().id())).isEqualTo(2);
    first.close();
    second.close();
    assertThat(activeOf(images, first.server().id())).isZero();
    assertThat(images.status().decisions())
        .containsEntry(Reason.HIT, 1L)
        .containsEntry(Reason.PLACED, 1L);
    assertThat(images.destinations(10, null))
        .extracting(DestinationStatus::destination)
        .containsExactly("/a");
  }

  @Test
  void lease_closedTwice_countsOnceAndTells() throws Exception {
    deploy(config("lblc")).await(20, SECONDS);
    LblcService images = Lblc.of(vertx).service("images");
    Lease held = images.acquire("/a");
    Lease lease = images.acquire("/a");
    lease.close();
    lease.close();
    assertThat(activeOf(images, lease.server().id())).isEqualTo(1);
    assertThat(images.status().doubleReleases()).isEqualTo(1);
    held.close();
  }

  @Test
  void lease_halfClosed_countsAsInactiveOnceUntilItIsClosed() throws Exception {
    deploy(config("lblc")).await(20, SECONDS);
    LblcService images = Lblc.of(vertx).service("images");
    Lease held = images.acquire("/a");
    Lease lease = images.acquire("/a");
    Server server = lease.server();
    lease.halfClosed();
    lease.halfClosed();
    assertThat(server.localActive()).isEqualTo(1);
    assertThat(server.localInactive()).isEqualTo(1);
    lease.close();
    lease.halfClosed();
    assertThat(server.localActive()).isEqualTo(1);
    assertThat(server.localInactive()).isZero();
    assertThat(images.status().doubleReleases()).isZero();
    lease.close();
    assertThat(images.status().doubleReleases()).isEqualTo(1);
    held.close();
    assertThat(server.localActive()).isZero();
  }

  @Test
  void acquire_allLeftOut_noServerAndNothingCounted() throws Exception {
    deploy(config("lblcr")).await(20, SECONDS);
    LblcService images = Lblc.of(vertx).service("images");
    assertThatThrownBy(() -> images.acquire("/a", Set.of("one", "two")))
        .isInstanceOf(NoServerException.class)
        .hasMessage("no server available for service images");
    assertThat(images.status().decisions()).containsEntry(Reason.NONE, 1L);
    assertThat(images.status().servers()).allMatch(s -> s.active().local() == 0);
  }

  @Test
  void connectFailed_asOftenAsConfigured_ejectsTheServer() throws Exception {
    deploy(config("wlc")).await(20, SECONDS);
    LblcService images = Lblc.of(vertx).service("images");
    Lease lease = images.acquire(null);
    lease.connectFailed();
    lease.connectFailed();
    lease.close();
    Server ejected = lease.server();
    assertThat(ejected.available()).isFalse();
    assertThat(images.acquire(null).server()).isNotSameAs(ejected);
  }

  @Test
  void explain_asked_tellsWhyAndChangesNothing() throws Exception {
    deploy(config("lblc")).await(20, SECONDS);
    LblcService images = Lblc.of(vertx).service("images");
    assertThat(images.explain("/a").reason()).isEqualTo(Reason.PLACED);
    assertThat(images.destination("/a")).isNull();
    String home = images.acquire("/a").server().id();
    Explanation explanation = images.explain("/a");
    assertThat(explanation.homes()).isEqualTo(List.of(home));
    assertThat(explanation.text()).isEqualTo("goes to its home " + home);
    assertThat(images.status().decisions()).containsEntry(Reason.HIT, 0L);
  }

  @Test
  void longDestination_isFoundByItsOwnName() throws Exception {
    deploy(config("lblc")).await(20, SECONDS);
    LblcService images = Lblc.of(vertx).service("images");
    String destination = "/" + "long".repeat(100);
    String home = images.acquire(destination).server().id();
    assertThat(images.explain(destination).homes()).containsExactly(home);
    assertThat(images.destination(destination)).isNotNull();
  }

  @Test
  void deploy_badConfiguration_failsWithEveryFault() {
    JsonObject config = config("lbcl");
    config.getJsonObject("services").getJsonObject("images").put("colour", "red");
    assertThatThrownBy(() -> deploy(config).await(20, SECONDS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("$.services.images.strategy")
        .hasMessageContaining("$.services.images.colour");
    assertThatThrownBy(() -> Lblc.of(vertx)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void deploy_clusteredOnAnInstanceThatIsNot_failsAndLeavesNothingRunning() throws Exception {
    JsonObject config = config("lblc")
        .put("cluster", new JsonObject().put("enabled", true).put("peerTimeout", "1s"));
    config
        .getJsonObject("services")
        .getJsonObject("images")
        .getJsonObject("health")
        .put("active", new JsonObject().put("interval", "10ms").put("timeout", "10ms"));
    Set<Thread> threads = clusterThreads();
    AtomicInteger probes = new AtomicInteger();
    NetServer upstream = vertx
        .createNetServer()
        .connectHandler(connection -> probes.incrementAndGet())
        .listen(0, "127.0.0.1")
        .await(20, SECONDS);
    config
        .getJsonObject("services")
        .getJsonObject("images")
        .getJsonArray("servers")
        .getJsonObject(0)
        .put("port", upstream.actualPort());
    assertThatThrownBy(() -> deploy(config).await(20, SECONDS))
        .hasMessage("cluster.enabled: true (expected: false, or a Vert.x instance that is clustered"
            + " by vertx-hazelcast; this one is not clustered)");
    assertThat(vertx.deploymentIDs()).isEmpty();
    assertThatThrownBy(() -> Lblc.of(vertx)).isInstanceOf(IllegalStateException.class);
    assertThat(clusterThreads()).isSubsetOf(threads);
    // A probe that was on its way arrives.
    vertx.timer(50, TimeUnit.MILLISECONDS).await(20, SECONDS);
    int before = probes.get();
    vertx.timer(100, TimeUnit.MILLISECONDS).await(20, SECONDS);
    assertThat(probes).as("health checks").hasValue(before);
    deploy(config("lblc")).await(20, SECONDS);
  }

  @Test
  void undeploy_thenDeployAgain_startsAfresh() throws Exception {
    String id = deploy(config("lblc")).await(20, SECONDS);
    assertThatThrownBy(() -> deploy(config("lblc")).await(20, SECONDS))
        .hasMessageContaining("already deployed");
    Lblc.of(vertx).service("images").acquire("/a").close();
    vertx.undeploy(id).await(20, SECONDS);
    assertThatThrownBy(() -> Lblc.of(vertx))
        .hasMessageContaining("no dev.lblc.plugin.LblcVerticle named lblc is deployed");
    deploy(config("lblc")).await(20, SECONDS);
    assertThat(Lblc.of(vertx).service("images").status().destinations()).isZero();
    assertThatThrownBy(() -> Lblc.of(vertx).service("videos"))
        .hasMessage("service videos (expected: one of [images])");
  }

  @Test
  void instances_ofOneDeployment_shareTheServices() throws Exception {
    String id = vertx
        .deployVerticle(
            "dev.lblc.plugin.LblcVerticle",
            new DeploymentOptions().setConfig(config("lblc")).setInstances(4))
        .await(20, SECONDS);
    Lblc.of(vertx).service("images").acquire("/a").close();
    assertThat(Lblc.of(vertx).service("images").status().destinations()).isEqualTo(1);
    vertx.undeploy(id).await(20, SECONDS);
    assertThatThrownBy(() -> Lblc.of(vertx)).isInstanceOf(IllegalStateException.class);
    deploy(config("lblc")).await(20, SECONDS);
    assertThat(Lblc.of(vertx).service("images").status().destinations()).isZero();
  }

  @Test
  void deployments_ofDifferentNames_areSideBySide() throws Exception {
    deploy(config("lblc")).await(20, SECONDS);
    String other = deploy(config("wlc").put("name", "other")).await(20, SECONDS);
    Lblc.of(vertx).service("images").acquire("/a").close();
    assertThat(Lblc.of(vertx, "other").service("images").status().strategy()).isEqualTo("wlc");
    assertThat(Lblc.of(vertx).service("images").status().destinations()).isEqualTo(1);
    vertx.undeploy(other).await(20, SECONDS);
    assertThatThrownBy(() -> Lblc.of(vertx, "other")).hasMessageContaining("named other");
    assertThat(Lblc.of(vertx).service("images").status().strategy()).isEqualTo("lblc");
  }

  @Test
  void queue_goesOnWithoutWhoCameFirst_andRefusesAllWhenItsServiceEnds() throws Exception {
    String id = deploy(queueConfig("1s").put("name", "short")).await(20, SECONDS);
    deploy(queueConfig("1h")).await(20, SECONDS);
    List<Turn> turns = new CopyOnWriteArrayList<>();
    for (String name : List.of("short", "lblc")) {
      LblcService images = Lblc.of(vertx, name).service("images");
      Lease unused = images.acquire("/a");
      VerticleBase first = new VerticleBase() {
        @Override
        public Future<?> start() {
          turns.add(images.acquireInTurn("/a", Set.of()));
          return Future.succeededFuture();
        }
      };
      vertx.undeploy(vertx.deployVerticle(first).await(20, SECONDS)).await(20, SECONDS);
    }
    assertThat(refusal(turns.get(0))).isEqualTo(NoServerException.Cause.QUEUE_TIMEOUT);
    LblcService images = Lblc.of(vertx).service("images");
    vertx.undeploy(id).await(20, SECONDS);
    assertThat(turns.get(1).lease().toCompletableFuture()).isNotDone();
    for (String deployed : vertx.deploymentIDs()) {
      vertx.undeploy(deployed).await(20, SECONDS);
    }
    assertThat(refusal(turns.get(1))).isEqualTo(NoServerException.Cause.NO_SERVER);
    assertThat(refusal(images.acquireInTurn("/a", Set.of())))
        .isEqualTo(NoServerException.Cause.NO_SERVER);
  }

  @Test
  void expiry_shortInterval_forgetsUnusedDestinations() throws Exception {
    JsonObject config = config("lblc");
    config
        .getJsonObject("services")
        .getJsonObject("images")
        .put("options", new JsonObject().put("expiration", "1ms").put("checkInterval", "1ms"));
    deploy(config).await(20, SECONDS);
    LblcService images = Lblc.of(vertx).service("images");
    images.acquire("/a").close();
    Eventually.holds("it is forgotten", () -> images.status().destinations() == 0);
  }

  private Future<String> deploy(JsonObject config) {
    return vertx.deployVerticle(
        "dev.lblc.plugin.LblcVerticle", new DeploymentOptions().setConfig(config));
  }

  private static JsonObject config(String strategy) {
    JsonArray servers = new JsonArray()
        .add(new JsonObject().put("id", "one").put("host", "127.0.0.1").put("port", 9))
        .add(new JsonObject().put("id", "two").put("host", "127.0.0.1").put("port", 10));
    JsonObject passive = new JsonObject().put("failures", 2).put("eject", "1h");
    JsonObject images = new JsonObject()
        .put("strategy", strategy)
        .put("servers", servers)
        .put("health", new JsonObject().put("passive", passive));
    return new JsonObject().put("services", new JsonObject().put("images", images));
  }

  private static JsonObject queueConfig(String timeout) {
    JsonObject config = config("lblc");
    config
        .getJsonObject("services")
        .getJsonObject("images")
        .put("queue", new JsonObject().put("length", 9).put("timeout", timeout))
        .put(
            "servers",
            new JsonArray()
                .add(new JsonObject()
                    .put("id", "one")
                    .put("host", "127.0.0.1")
                    .put("port", 9)
                    .put("max", 1)));
    return config;
  }

  private static NoServerException.Cause refusal(Turn turn) throws Exception {
    return turn.lease()
        .handle((lease, failure) -> ((NoServerException) failure).why())
        .toCompletableFuture()
        .get(20, SECONDS);
  }

  private static int activeOf(LblcService service, String server) {
    return service.status().servers().stream()
        .filter(s -> s.id().equals(server))
        .findFirst()
        .orElseThrow()
        .active()
        .local();
  }

  private static Set<Thread> clusterThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lblc-cluster"))
        .collect(Collectors.toSet());
  }
}
