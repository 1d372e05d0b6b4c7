package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.SteadyLoad.Sample;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three gateways, each a process of its own, that schedule together; one is killed, one is paused. A test leaves the
 * cluster whole.
 */
@Tag("alone")
final class ThreeNodesIT {
  private static final int DESTINATIONS = Integer.getInteger("lblc.cluster.destinations", 1_000);
  private static final int CLIENTS = 8;
  private static final int RESTARTS = Integer.getInteger("lblc.cluster.restarts", 1);
  private static final int DRAINED = 60;

  /** Requests a second. */
  private static final int RATE = 200;

  /** Requests that three clients send, one after the other, before they wait for each other. */
  private static final int TOGETHER = 5;

  private static final Duration SOON = Duration.ofSeconds(1);

  /** Below it a p99 is the machine's noise, other processes' doing; a request that waits for the cluster waits for seconds. */
  private static final double P99_FLOOR_MILLIS = 500;

  private static GatewayCluster cluster;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @RegisterExtension
  static final LogsOfFailures LOGS = LogsOfFailures.ofNodes(() -> cluster);

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    cluster = GatewayCluster.onLoopback(folder, 3, 4);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void destinations_firstRequestedOnAnyNode_haveThatHomeOnEveryNodeASecondLater() throws Exception {
    int[] first = random.ints(DESTINATIONS, 0, 3).toArray();
    Map<String, String> homes = new ConcurrentHashMap<>();
    inParallel(
        DESTINATIONS,
        (sockets, i) ->
            homes.put("/any" + i, GatewayCluster.server(sockets.get(first[i]).get("/any" + i))));
    long agreed = Eventually.passes("seed " + seed + ": agreement", SOON, cluster::assertSameHomes);
    assertThat(cluster.node(0).homes("load")).containsAllEntriesOf(homes);

    assertThat(elsewhere("/any", homes))
        .as("seed %d: not where they went first", seed)
        .isEmpty();
    report("%d destinations agreed on after %d ms".formatted(DESTINATIONS, agreed));
  }

  @Test
  void destinations_firstRequestedOnSeveralNodesAtOnce_goElsewhereAtMostOnceOnEachNode()
      throws Exception {
    Map<String, List<String>> first = new ConcurrentHashMap<>();
    CyclicBarrier together = new CyclicBarrier(3);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<HttpSocket> sockets = connectAll();
    try {
      List<Callable<Void>> perNode = new ArrayList<>();
      for (int j = 0; j < 3; j++) {
        int own = j;
        perNode.add(() -> {
          for (int i = 0; i < DESTINATIONS; i++) {
            if (i % TOGETHER == 0) {
              together.await(10, TimeUnit.SECONDS);
            }
            if (i % 2 == 1 || i % 3 != own) {
              String server = GatewayCluster.server(sockets.get(own).get("/once" + i));
              first
                  .computeIfAbsent("/once" + i, path -> new CopyOnWriteArrayList<>())
                  .add(server);
            }
          }
          return null;
        });
      }
      for (Future<Void> node : threads.invokeAll(perNode)) {
        node.get();
      }
    } finally {
      threads.shutdownNow();
      closeAll(sockets);
    }
    long agreed = Eventually.passes("seed " + seed + ": agreement", SOON, cluster::assertSameHomes);
    Map<String, String> homes = cluster.node(0).homes("load");
    long parted =
        first.values().stream().filter(s -> s.stream().distinct().count() > 1).count();
    first.forEach((path, chosen) ->
        assertThat(chosen).as("first servers of %s", path).contains(homes.get(path)));
    assertThat(parted).as("placements that met: without any, nothing was shown").isPositive();

    assertThat(elsewhere("/once", homes))
        .as("seed %d: elsewhere for a second time", seed)
        .isEmpty();
    report(
        "of %d destinations requested on 2 or 3 nodes at once %d were placed differently; agreed after %d ms"
            .formatted(DESTINATIONS, parted, agreed));
  }

  @Test
  void heldRequests_overThreeNodesAtFullSpeed_areSpreadEvenlyAndSeenByAll() throws Exception {
    List<HttpSocket> held = new ArrayList<>();
    try {
      long start = System.nanoTime();
      for (int i = 0; i < 300; i++) {
        held.add(cluster.hold(cluster.node(i % 3), "/hold/" + seed + "/" + i));
      }
      long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      long seen = Eventually.passes("every node counts all", SOON, () -> {
        Map<String, Integer> truth = cluster.assertTrueCounts();
        assertThat(sum(truth)).isEqualTo(300);
        assertThat(cluster.holding()).isEqualTo(truth);
      });
      Map<String, Integer> holding = cluster.holding();
      report(
          "300 held requests in %d ms: %s, seen by all after %d ms".formatted(took, holding, seen));
      // What the others have placed since their last report is not known to a node.
      assertThat(holding.values()).allMatch(count -> Math.abs(count - 75) <= 7);
    } finally {
      closeAll(held);
    }
    Eventually.passes("nobody counts them any more", SOON, () -> {
      assertThat(sum(cluster.assertTrueCounts())).isZero();
      assertThat(sum(cluster.holding())).isZero();
    });
  }

  @Test
  void node_killedUnderLoad_losesItsRequestsInFlightOnlyAndComesBackWhole() throws Exception {
    GatewayNode killed = cluster.node(2);
    List<GatewayNode> left = cluster.without(killed);
    List<HttpSocket> held = new ArrayList<>();
    SteadyLoad load = SteadyLoad.start(SteadyLoad.spread(CLIENTS, cluster.nodes()), RATE, seed);
    List<Sample> samples = new ArrayList<>();
    long killedAt;
    try {
      for (int i = 0; i < 30; i++) {
        held.add(cluster.hold(killed, "/hold/" + seed + "/" + i));
      }
      Eventually.passes("its connections are seen", SOON, () -> {
        for (GatewayNode node : left) {
          assertThat(sum(node.active("load", "cluster"))).isGreaterThanOrEqualTo(30);
        }
      });
      String kept = "/kept" + seed + "/";
      cluster.placeSome(kept, 200, random);
      Eventually.passes("they are known", SOON, () -> cluster.assertSameHomes(kept));
      Map<String, String> before = GatewayCluster.homes(killed, "load", kept);

      killed.process().kill();
      killedAt = System.nanoTime();
      long gone = Eventually.passes("its connections are gone", Duration.ofSeconds(2), () -> {
        for (GatewayNode node : left) {
          assertThat(sum(node.active("load", "cluster"))).isLessThan(30);
        }
      });
      Map<String, String> after = left.get(0).homes("load");
      long lost = before.entrySet().stream()
          .filter(home -> !home.getValue().equals(after.get(home.getKey())))
          .count();
      assertThat(lost).as("of %d homes", before.size()).isLessThanOrEqualTo(before.size() / 100);
      report("a killed node's connections were gone after %d ms; %d of %d homes lost"
          .formatted(gone, lost, before.size()));

      killed.launch();
      Eventually.passes(
          "it is ready",
          Duration.ofSeconds(30),
          () -> assertThat(killed.isReady()).isTrue());
      assertThat(GatewayCluster.homes(killed, "load", kept))
          .as("homes it has when it says that it is ready")
          .containsAllEntriesOf(GatewayCluster.homes(left.get(0), "load", kept));
      killed.process().awaitReady();
      cluster.awaitWhole(Duration.ofSeconds(10));
    } finally {
      samples.addAll(load.stop());
      closeAll(held);
    }
    report("outcomes around a kill: %s".formatted(SteadyLoad.outcomes(samples)));
    assertThat(samples)
        .filteredOn(sample -> !sample.outcome().equals(SteadyLoad.OK))
        .as("seed %d: failures", seed)
        .hasSizeLessThanOrEqualTo(CLIENTS)
        .allMatch(sample -> sample.node() == killed)
        .filteredOn(Sample::isFailure)
        .allMatch(sample -> sample.startNanos() - killedAt < 0);
    Eventually.passes("agreement", Duration.ofSeconds(5), cluster::assertSameHomes);
    Eventually.passes(
        "nothing left", SOON, () -> assertThat(sum(cluster.assertTrueCounts())).isZero());
  }

  @Test
  void nodes_restartedOneAfterAnotherUnderLoad_failNoRequestAndKeepHomes() throws Exception {
    String kept = "/restarted" + seed + "/";
    cluster.placeSome(kept, 200, random);
    Eventually.passes("they are known", SOON, () -> cluster.assertSameHomes(kept));
    Map<String, String> before = GatewayCluster.homes(cluster.node(0), "load", kept);
    SteadyLoad load = SteadyLoad.start(SteadyLoad.spread(CLIENTS, cluster.nodes()), RATE, seed);
    List<Sample> samples = new ArrayList<>();
    try {
      for (int i = 0; i < RESTARTS; i++) {
        GatewayNode restarted = cluster.node(i % 3);
        assertThat(restarted.process().end()).as("exit code of %s", restarted).isZero();
        restarted.launch();
        restarted.process().awaitReady();
        cluster.awaitWhole(Duration.ofSeconds(10));
        Map<String, String> after = GatewayCluster.homes(restarted, "load", kept);
        assertThat(before.entrySet())
            .as("seed %d: homes at %s that are another one's now", seed, restarted)
            .filteredOn(home -> !home.getValue().equals(after.get(home.getKey())))
            .hasSizeLessThanOrEqualTo(before.size() / 100);
      }
    } finally {
      samples.addAll(load.stop());
    }
    report("outcomes around %d restarts: %s".formatted(RESTARTS, SteadyLoad.outcomes(samples)));
    assertThat(samples)
        .filteredOn(Sample::isFailure)
        .as("seed %d: failures", seed)
        .isEmpty();
  }

  @Test
  void server_ofWeightZero_getsNothingFromAnyNodeASecondLater() throws Exception {
    String prefix = "/weight" + seed + "/";
    cluster.placeSome(prefix, DRAINED, random);
    Eventually.passes("they are known", SOON, () -> cluster.assertSameHomes(prefix));
    String server = GatewayCluster.homes(cluster.node(1), "load", prefix).get(prefix + 1);
    String path = "/api/v1/services/load/servers/" + server;
    cluster.node(0).change("PATCH", path, new JsonObject().put("weight", 0));
    try {
      long known = Eventually.passes("all nodes know", SOON, () -> assertWeight(server, 0));
      for (int i = 0; i < DRAINED; i++) {
        assertThat(cluster.serverOf(cluster.node(i % 3), prefix + i)).isNotEqualTo(server);
      }
      report("a weight was changed on all nodes after %d ms".formatted(known));
    } finally {
      cluster.node(2).change("DELETE", path + "/edit", new JsonObject());
    }
    Eventually.passes("all nodes use it again", SOON, () -> assertWeight(server, 100));
  }

  private static void assertWeight(String server, int weight) throws Exception {
    for (GatewayNode node : cluster.nodes()) {
      assertThat(node.weights("load")).as("at %s", node).containsEntry(server, weight);
    }
  }

  @Test
  void node_pausedForLong_slowsNobodyAndEndsInAgreement() throws Exception {
    GatewayNode paused = cluster.node(1);
    List<GatewayNode> left = cluster.without(paused);
    List<HttpSocket> held = new ArrayList<>();
    List<Sample> samples = new ArrayList<>();
    String pathsBefore = "/before" + seed + "/";
    cluster.placeSome(pathsBefore, 100, random);
    SteadyLoad load = SteadyLoad.start(SteadyLoad.spread(CLIENTS, left), RATE, seed);
    long start = System.nanoTime();
    long pausedAt;
    long resumedAt;
    try {
      for (int i = 0; i < 15; i++) {
        held.add(cluster.hold(paused, "/hold/paused" + seed + "/" + i));
        held.add(cluster.hold(left.get(i % 2), "/hold/left" + seed + "/" + i));
      }
      TimeUnit.SECONDS.sleep(3); // to learn what is usual
      paused.process().stop();
      pausedAt = System.nanoTime();
      try {
        long gone = Eventually.passes("it is taken for gone", Duration.ofSeconds(8), () -> {
          for (GatewayNode node : left) {
            assertThat(node.members()).hasSize(2);
            assertThat(sum(node.active("load", "local")) + 30)
                .isGreaterThan(sum(node.active("load", "cluster")));
          }
        });
        report("a paused node was gone after %d ms".formatted(gone));
        for (int i = 0; i < 100; i++) { // meanwhile: what it does not learn from events
          cluster.serverOf(left.get(i % 2), "/meanwhile" + seed + "/" + i);
        }
        TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(8) - (System.nanoTime() - pausedAt));
      } finally {
        paused.process().resume();
      }
      resumedAt = System.nanoTime();
      for (int i = 0; i < 15; i++) { // it decides again at once
        held.add(cluster.hold(paused, "/hold/again" + seed + "/" + i));
      }
      long whole = cluster.awaitWhole(Duration.ofSeconds(15));
      long same = Eventually.passes("same homes", Duration.ofSeconds(5), () -> {
        cluster.assertSameHomes("/before" + seed);
        cluster.assertSameHomes("/meanwhile" + seed);
        cluster.assertSameHomes("/hold/again" + seed);
      });
      report("whole again %d ms after a pause, same homes %d ms later".formatted(whole, same));
    } finally {
      samples.addAll(load.stop());
    }
    double before = SteadyLoad.p99Millis(samples, start, pausedAt);
    double during = SteadyLoad.p99Millis(samples, pausedAt, resumedAt);
    report("p99 at the others before a pause %.1f ms, during it %.1f ms".formatted(before, during));
    assertThat(samples)
        .filteredOn(Sample::isFailure)
        .as("seed %d: failures", seed)
        .isEmpty();
    assertThat(during).isLessThan(Math.max(2 * before, P99_FLOOR_MILLIS));
    Eventually.passes(
        "true counts",
        SOON,
        () -> assertThat(sum(cluster.assertTrueCounts())).isEqualTo(held.size()));
    closeAll(held);
    Eventually.passes(
        "nothing left", SOON, () -> assertThat(sum(cluster.assertTrueCounts())).isZero());
    Eventually.passes("agreement", Duration.ofSeconds(5), cluster::assertSameHomes);
  }

  @Test
  void node_silentForAMoment_isDegradedMeanwhileAndSaysSoOnce() throws Exception {
    GatewayNode silent = cluster.node(1);
    List<GatewayNode> left = cluster.without(silent);
    String id = silent.id();
    Map<GatewayNode, Integer> before = new HashMap<>();
    left.forEach(
        node -> before.put(node, node.lines("node " + id + " does not work").size()));
    silent.process().stop();
    try {
      Eventually.passes("it is shown as silent", Duration.ofSeconds(4), () -> {
        for (GatewayNode node : left) {
          assertThat(node.members()).hasSize(3);
          assertThat(node.degraded()).containsExactly("node " + id);
        }
      });
    } finally {
      silent.process().resume();
    }
    long whole = cluster.awaitWhole(Duration.ofSeconds(10));
    report("a node silent for a moment was heard again after %d ms".formatted(whole));
    for (GatewayNode node : left) {
      assertThat(node.lines("node " + id + " does not work"))
          .as("in, at %s", node)
          .hasSize(before.get(node) + 1);
      assertThat(node.lines("node " + id + " works again"))
          .as("out, at %s", node)
          .hasSize(before.get(node) + 1);
    }
  }

  @Test
  void destinations_ofAShortExpiration_areGoneEverywhereUnlessSomeNodeUsesThem() throws Exception {
    String unused = "/brief/unused" + seed;
    String byOne = "/brief/byOne" + seed;
    String byAll = "/brief/byAll" + seed;
    List<String> all = List.of(unused, byOne, byAll);
    for (String path : all) {
      cluster.serverOf(cluster.node(0), path);
    }
    long start = System.nanoTime();
    Map<String, String> homes = new TreeMap<>();
    Eventually.passes("all have them", SOON, () -> {
      for (GatewayNode node : cluster.nodes()) {
        assertThat(GatewayCluster.homes(node, "brief", "/brief/"))
            .containsKeys(all.toArray(new String[0]));
      }
      homes.putAll(cluster.node(0).homes("brief"));
    });
    int second = 0;
    long gone = 0;
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(12)) {
      assertThat(cluster.serverOf(cluster.node(2), byOne)).isEqualTo(homes.get(byOne));
      assertThat(cluster.serverOf(cluster.node(second % 3), byAll)).isEqualTo(homes.get(byAll));
      for (GatewayNode node : cluster.nodes()) {
        assertThat(node.homes("brief")).as("at %s", node).containsKeys(byOne, byAll);
      }
      if (gone == 0 && holding(unused) == 0) {
        gone = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      }
      second++;
      TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(second) - (System.nanoTime() - start));
    }
    report("unused for 5 s, gone from all nodes after %d ms".formatted(gone));
    assertThat(gone).isBetween(4_000L, 8_000L);
  }

  private static int holding(String path) throws Exception {
    int nodes = 0;
    for (GatewayNode node : cluster.nodes()) {
      nodes += node.homes("brief").containsKey(path) ? 1 : 0;
    }
    return nodes;
  }

  private interface OnEach {
    void run(List<HttpSocket> sockets, int i) throws Exception;
  }

  /** Requests all of them on every node; the destinations that a node sent elsewhere than home, and where to. */
  private static Map<String, String> elsewhere(String prefix, Map<String, String> homes)
      throws Exception {
    Map<String, String> elsewhere = new ConcurrentHashMap<>();
    inParallel(DESTINATIONS, (sockets, i) -> {
      for (HttpSocket socket : sockets) {
        String server = GatewayCluster.server(socket.get(prefix + i));
        if (!server.equals(homes.get(prefix + i))) {
          elsewhere.put(prefix + i, server);
        }
      }
    });
    return elsewhere;
  }

  /** Runs a task for each number, by some threads that have a connection to every node each. */
  private static void inParallel(int count, OnEach task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Callable<Void>> parts = new ArrayList<>();
      for (int t = 0; t < CLIENTS; t++) {
        int first = t;
        parts.add(() -> {
          List<HttpSocket> sockets = connectAll();
          for (int i = first; i < count; i += CLIENTS) {
            task.run(sockets, i);
          }
          closeAll(sockets);
          return null;
        });
      }
      for (Future<Void> part : threads.invokeAll(parts)) {
        part.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<HttpSocket> connectAll() throws Exception {
    List<HttpSocket> sockets = new ArrayList<>();
    for (GatewayNode node : cluster.nodes()) {
      sockets.add(cluster.connect(node));
    }
    return sockets;
  }

  private static void closeAll(List<HttpSocket> sockets) throws Exception {
    for (HttpSocket socket : sockets) {
      socket.close();
    }
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static void report(String line) {
    System.out.println("ThreeNodesIT: " + line);
  }
}
