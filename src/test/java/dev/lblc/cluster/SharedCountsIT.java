package dev.lblc.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.map.IMap;
import com.hazelcast.multimap.MultiMap;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Service;
import dev.lblc.scheduler.WeightedLeastConnection;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes that tell each other their connections, what Vert.x knows of them lost, or their time. */
@ExpectedLog({"WARN Degradation: .* does not work", "WARN Liveness: this node did not run"})
final class SharedCountsIT {
  private static final int ROUNDS = 2;

  private final List<Lease> leases = new ArrayList<>();
  private List<ClusteredVertx> nodes = List.of();

  @BeforeEach
  void start() throws Exception {
    nodes = ClusteredVertx.start(2);
  }

  @AfterEach
  void stop() {
    leases.forEach(Lease::close);
    nodes.forEach(ClusteredVertx::close);
  }

  @Test
  void registrations_lostFromTheClustersMaps_areMadeAnewAndReportsFlowAgain() throws Exception {
    LblcService one = nodes.get(0).deploy(new JsonObject());
    LblcService other = nodes.get(1).deploy(new JsonObject());
    MultiMap<String, Object> registrations = nodes.get(0).hazelcast().getMultiMap("__vertx.subs");
    IMap<String, Object> addresses = nodes.get(0).hazelcast().getMap("__vertx.nodeInfo");
    for (int round = 1; round <= ROUNDS; round++) {
      int count = round;
      Eventually.holds(
          "both listen",
          () -> registrations.valueCount("lblc.counts") == 2 && addresses.size() == 2);
      addresses.clear();
      assertThat(registrations.remove("lblc.counts")).hasSize(2);
      leases.add(one.acquire("images" + round));
      Eventually.holds(
          "the other node counts " + count, Duration.ofSeconds(10), () -> active(other) == count);
      assertThat(active(one)).isEqualTo(count);
    }
  }

  @Test
  void decision_afterThisNodeWasAway_isNotMadeOnWhatItKnewBefore() throws Exception {
    LblcService one = nodes.get(0).deploy(new JsonObject());
    AtomicLong away = new AtomicLong();
    Clock clock = () -> System.nanoTime() / 1_000_000 + away.get();
    Service service = new Service(
        "images",
        WeightedLeastConnection::new,
        SchedulerOptions.DEFAULTS,
        clock,
        true,
        Random::new);
    service.membership().configure(List.of(new ServerSpec("s1", "127.0.0.1", 1, 100, 0, 0)));
    Server server = Objects.requireNonNull(service.servers().find("s1"));
    Cluster cluster = Cluster.join(
            nodes.get(1).vertx(),
            // Joining takes until the first tick, and none finds out first.
            new Cluster.Settings("lblc", Duration.ofSeconds(3), Duration.ofSeconds(60), 1),
            clock,
            () -> Map.of("images", service.servers()),
            Map::of)
        .await(60, SECONDS);
    for (int i = 0; i < 3; i++) {
      leases.add(one.acquire("images" + i));
    }
    Eventually.holds("it knows of the connection", () -> server.active() == 1);
    cluster.beforeDecision();
    assertThat(server.active()).isEqualTo(1);

    away.addAndGet(60_000);
    cluster.beforeDecision();
    assertThat(server.active()).isZero();
    assertThat(cluster.degraded()).hasSize(1);
    Eventually.holds("it is told again", () -> server.active() == 1);
    assertThat(cluster.degraded()).isEmpty();
    cluster.leave();
  }

  @Test
  void clusterManager_thatWaitsForAMap_holdsUpNoEventLoop() throws Exception {
    Vertx vertx = nodes.get(1).vertx();
    AtomicLong ahead = new AtomicLong();
    AtomicInteger ticks = new AtomicInteger();
    Cluster cluster = Cluster.join(
            vertx,
            new Cluster.Settings("lblc", Duration.ofMillis(10), Duration.ofSeconds(60), 1),
            () -> System.nanoTime() / 1_000_000 + ahead.get(),
            () -> {
              ticks.incrementAndGet();
              return Map.of();
            },
            Map::of)
        .await(60, SECONDS);
    synchronized (((VertxInternal) vertx).clusterManager()) { // as it does itself
      ahead.addAndGet(60_000); // the other node, which tells nothing, has been silent for long
      int before = ticks.get();
      Eventually.holds("ticks go on", () -> ticks.get() > before + 20);
    }
    cluster.leave();
  }

  private static int active(LblcService service) {
    return service.status().servers().stream()
        .mapToInt(server -> server.active().cluster())
        .sum();
  }
}
