package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastInstanceNotActiveException;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.Forgetter;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.ReplicatedLocalityBased;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.TableReplica;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several nodes' tables over one map, through hours that pass at once: what members of a real cluster could not show. */
@ExpectedLog("WARN Degradation: .* does not work")
final class SharedTablesTest {
  private static final long HOUR = 3_600_000;

  private final AtomicLong nowMillis = new AtomicLong();
  private final FakeMap map = new FakeMap();
  private final List<Node> nodes = new ArrayList<>();

  @AfterEach
  void stop() {
    nodes.forEach(node -> node.executor.shutdownNow());
  }

  @Test
  void map_thatStopsInTheProcess_isTriedAgainNowAndThen() throws Exception {
    Node node = node(LocalityBased::new, 100, 1);
    node.strategy.choose("/a");
    Eventually.holds("it is shared", () -> node.version("/a") == 1);
    map.stopped = true;
    int before = map.calls.get();
    Server home = Objects.requireNonNull(node.strategy.choose("/a").server());
    node.servers.editWeight(home.id(), 0); // so that it is decided again
    node.strategy.choose("/a");
    Eventually.holds("it was tried again", () -> map.calls.get() >= before + 3);
    assertThat(map.calls.get() - before).as("tries in about a second").isLessThan(20);
    assertThat(node.executor.getQueue()).hasSizeLessThan(5);
    map.stopped = false;
    Eventually.holds("it is shared in the end", () -> node.version("/a") == 2);
  }

  @Test
  void partialCheck_ofOneNode_leavesWhatAnotherUses() throws Exception {
    Node judge = node(LocalityBased::new, 100, 1_000);
    Node user = node(LocalityBased::new, 100, 1_000);
    for (int i = 0; i < 150; i++) {
      user.strategy.choose("/hot/" + i);
      nowMillis.incrementAndGet();
    }
    Eventually.holds("all are shared", () -> judge.replica.size() == 150);
    for (int second = 0; second < 15 * 60; second += 10) {
      nowMillis.addAndGet(10_000);
      for (int i = 0; i < 150; i++) {
        assertThat(user.strategy.choose("/hot/" + i).reason())
            .as("second %d", second)
            .isEqualTo(Reason.HIT);
      }
      judge.run(() -> judge.table.sweep(true));
      user.run(() -> user.table.sweep(false));
      Eventually.holds("sent", () -> user.table.state().backlog() == 0);
    }
    nowMillis.addAndGet(10 * 60_000);
    judge.run(() -> judge.table.sweep(true));
    Eventually.holds("what nobody uses goes", () -> user.replica.size() < 150);
  }

  @Test
  void fullTable_keysThatAreAskedForTwice_takeThePlaceOfEachOtherAndNotOfWhatANodeUses()
      throws Exception {
    int limit = 2 * 800;
    Node keeper = node(LocalityBased::new, 800, 1_000);
    Node user = node(LocalityBased::new, 800, 1_000);
    Node flooded = node(LocalityBased::new, 800, 1_000);
    long[] sweeps = new long[nodes.size()];
    int remembered = 0;
    for (int i = 0; i < 100; i++) {
      user.strategy.choose("/hot/" + i);
    }
    for (int step = 1; step <= 240; step++) { // a minute
      nowMillis.addAndGet(250);
      for (int i = 0; i < 40; i++) {
        flooded.strategy.choose("/once/" + step + "/" + i);
        flooded.strategy.choose("/twice/" + step + "/" + i / 2);
      }
      String newcomer = "/new/" + step;
      user.strategy.choose(newcomer);
      Server home = user.strategy.choose(newcomer).server();
      for (int i = 0; i < 100; i++) {
        user.strategy.choose("/hot/" + i);
      }
      keeper.run(keeper.table::keepRoom);
      for (int i = 0; i < nodes.size(); i++) {
        Node node = nodes.get(i);
        if (nowMillis.get() - sweeps[i] >= node.table.sweepMillis()) {
          sweeps[i] = nowMillis.get();
          boolean isKeeper = node == keeper;
          node.run(() -> node.table.sweep(isKeeper));
        }
      }
      Eventually.holds(
          "all is sent",
          () -> nodes.stream().allMatch(node -> node.table.state().backlog() == 0));
      for (Node node : nodes) {
        node.run(() -> {}); // what was answered is applied
      }
      remembered += Objects.requireNonNull(home)
              .id()
              .equals(map.homes(newcomer).stream().findFirst().orElse(""))
          ? 1
          : 0;
      assertThat(map.entries).as("step %d", step).hasSizeLessThanOrEqualTo(limit);
    }
    assertThat(remembered).as("newcomers that were remembered, of 240").isGreaterThanOrEqualTo(238);
    for (int i = 0; i < 100; i++) {
      assertThat(user.strategy.choose("/hot/" + i).reason()).isEqualTo(Reason.HIT);
    }
    keeper.run(keeper.table::keepRoom);
    for (Node node : nodes) {
      assertThat(node.replica.size()).isEqualTo(map.entries.size());
      assertThat(node.replica.size()).isBetween(limit * 9 / 10, limit);
    }
  }

  @Test
  void fullMap_takesOfWhatWasPlacedBeforeThatWasKnown_whatWasAskedForAgain() throws Exception {
    int limit = 2 * 160;
    for (int i = 0; i < limit * 15 / 16; i++) {
      map.entries.put("/others/" + i, new HomeRecord(List.of("s1"), 1, 0));
    }
    map.reading = () -> {
      throw new IllegalStateException("not yet");
    };
    Node node = new Node(LocalityBased::new, options(160), 1_000, 0);
    nodes.add(node);
    assertThatThrownBy(() -> node.run(node.table::join)).hasMessageContaining("not yet");
    node.run(() -> {
      for (int i = 0; i < 100; i++) {
        node.strategy.choose("/once/" + i);
      }
      node.strategy.choose("/again");
      nowMillis.incrementAndGet();
      node.strategy.choose("/again");
    });
    Eventually.holds("all is sent", () -> node.table.state().backlog() == 0);
    assertThat(map.homes("/again")).isNotEmpty();
    assertThat(node.replica.placement("/again")).isNotNull();
    assertThat(map.entries).hasSizeLessThan(limit * 31 / 32);
    assertThat(node.replica.size()).isLessThanOrEqualTo(11);
    map.entries.clear();
    nowMillis.addAndGet(1_000);
    node.strategy.choose("/later");
    Eventually.holds("there is room again", () -> !map.homes("/later").isEmpty());
  }

  @Test
  void fullTable_ofANodeWhoseTimeIsAhead_makesRoomAllTheSame() throws Exception {
    nowMillis.set(10_000);
    Node keeper = node(LocalityBased::new, 10, 1_000);
    Node ahead = node(LocalityBased::new, 10, 1_000, 50);
    for (int i = 0; i < 20; i++) {
      ahead.strategy.choose("/" + i);
      nowMillis.incrementAndGet();
      ahead.strategy.choose("/" + i);
    }
    Eventually.holds("it is full", () -> keeper.replica.size() == 20);
    nowMillis.addAndGet(1_000);
    keeper.run(keeper.table::keepRoom);
    assertThat(map.entries).hasSize(19);
  }

  @Test
  void destination_thatIsGoneBeforeTheAnswerToItsPlacement_staysGone() throws Exception {
    Node node = node(LocalityBased::new, 100, 1_000);
    CompletableFuture<Object> late = new CompletableFuture<>();
    map.answer = late;
    node.strategy.choose("/x");
    Eventually.holds("it is on its way", () -> map.calls.get() == 1);
    HomeRecord record = new HomeRecord(node.homes("/x"), 1, 0);
    map.entries.put("/x", record);
    map.remove("/x");
    late.complete(record);
    Eventually.holds("it is answered", () -> node.table.state().backlog() == 0);
    node.run(() -> {}); // and what that brings is applied
    assertThat(node.replica.size()).isZero();
  }

  @Test
  void destination_thatIsGoneWhileTheMapIsRead_staysGone() throws Exception {
    Node node = node(LocalityBased::new, 100, 1_000);
    map.entries.put("/x", new HomeRecord(List.of("s1"), 1, 0));
    map.read = () -> map.remove("/x");
    node.run(node.table::reconcile);
    assertThat(node.replica.size()).isZero();
    map.read = () -> {};
    map.entries.put("/x", new HomeRecord(List.of("s1"), 1, 0));
    node.run(node.table::reconcile);
    assertThat(node.replica.size()).as("of another placement").isEqualTo(1);
  }

  @Test
  void destination_forgottenByTheMapAndPlacedAnew_endsWithOneHome() throws Exception {
    Node keeper = node(LocalityBased::new, 100, 1_000);
    Node other = node(LocalityBased::new, 100, 1_000);
    keeper.strategy.choose("/x");
    Eventually.holds("it is shared", () -> other.version("/x") == 1);
    String home = Objects.requireNonNull(keeper.replica.placement("/x")).homes().get(0);
    keeper.servers.editWeight(home, 0);
    keeper.strategy.choose("/x");
    keeper.servers.editWeight(home, 1_000);
    Eventually.holds("it moved", () -> other.version("/x") == 2);
    for (int hour = 0; hour < 60; hour++) {
      if (hour == 5) {
        keeper.strategy.choose("/x"); // sooner than uses are shared
      }
      if (hour == 24) {
        map.entries.remove("/x"); // expired there
      }
      nowMillis.addAndGet(HOUR);
      keeper.run(() -> keeper.table.sweep(true));
      other.run(() -> other.table.sweep(false));
      if (hour >= 24) {
        other.servers.bind(Objects.requireNonNull(other.servers.find("s1")));
        other.strategy.choose("/x");
        keeper.strategy.choose("/x");
      }
    }
    keeper.run(keeper.table::reconcile);
    Eventually.holds(
        "one home",
        () -> keeper.homes("/x").equals(other.homes("/x"))
            && keeper.homes("/x").equals(map.homes("/x")));
  }

  @Test
  void record_thatTheMapLostTheNewestOf_isMendedByWhoKnowsIt() throws Exception {
    Node ahead = node(LocalityBased::new, 100, 1_000);
    Node behind = node(LocalityBased::new, 100, 1_000);
    map.entries.put("/x", new HomeRecord(List.of("s2"), 5, 0));
    ahead.replica.adopt(new Placement("/x", List.of("s1"), 6, 0), options(100));
    behind.run(behind.table::reconcile);
    ahead.run(ahead.table::reconcile);
    Eventually.holds(
        "the newest homes are everywhere",
        () -> map.homes("/x").equals(List.of("s1"))
            && behind.homes("/x").equals(List.of("s1"))
            && ahead.homes("/x").equals(List.of("s1")));
  }

  @Test
  void copy_thatTheMapFailedToComplete_isCompletedLater() throws Exception {
    List.of("/a", "/b", "/c")
        .forEach(key -> map.entries.put(key, new HomeRecord(List.of("s1"), 1, 0)));
    Node node = node(LocalityBased::new, 1, 1_000);
    assertThat(node.replica.size()).as("as many as it has room for").isEqualTo(2);
    map.entries.keySet().removeIf(key -> node.version(key) > 0);
    List.of("/a", "/b", "/c").forEach(key -> node.replica.forget(key, 1));
    map.stopped = true;
    assertThatThrownBy(() -> node.run(() -> node.table.sweep(false)))
        .hasCauseInstanceOf(HazelcastInstanceNotActiveException.class);
    map.stopped = false;
    node.run(() -> node.table.sweep(false));
    assertThat(node.replica.size()).isEqualTo(1);
  }

  @Test
  void compare_beforeTheSidesOfASplitAreMerged_leavesTheHomeOfTheLaterUse() throws Exception {
    Node user = node(LocalityBased::new, 100, 1_000);
    Node other = node(LocalityBased::new, 100, 1_000);
    nowMillis.set(10_000);
    for (int version = 1; version <= 2; version++) {
      String destination = "/on/the/other/side/v" + version;
      map.entries.put(destination, new HomeRecord(List.of("s1"), 1, 500));
      user.replica.adopt(new Placement(destination, List.of("s1"), 1, 2_000), options(100));
      other.replica.adopt(new Placement(destination, List.of("s2"), version, 1_000), options(100));
      other.run(other.table::reconcile);
      Eventually.holds(
          destination,
          () -> map.homes(destination).equals(List.of("s1"))
              && user.homes(destination).equals(List.of("s1"))
              && other.homes(destination).equals(List.of("s1")));
    }
  }

  @Test
  void homes_thatBothSidesGoOnToUse_areContestedAFewTimesAtMost() throws Exception {
    Node one = node(LocalityBased::new, 100, 1_000);
    Node other = node(LocalityBased::new, 100, 1_000);
    nowMillis.set(10_000);
    map.entries.put("/x", new HomeRecord(List.of("s1"), 1, 500));
    one.replica.adopt(new Placement("/x", List.of("s1"), 1, 500), options(100));
    other.replica.adopt(new Placement("/x", List.of("s2"), 1, 1_000), options(100));
    map.meanwhile = () -> {
      nowMillis.incrementAndGet();
      one.strategy.choose("/x");
      other.strategy.choose("/x");
    };
    for (int compare = 0; compare < 10; compare++) {
      other.run(other.table::reconcile);
      one.run(one.table::reconcile);
      Eventually.holds(
          "sent", () -> one.table.state().backlog() == 0 && other.table.state().backlog() == 0);
    }
    HomeRecord last = Objects.requireNonNull(map.entries.get("/x"));
    assertThat(List.of(one.homes("/x"), other.homes("/x"))).containsOnly(last.homes());
    assertThat(last.version()).as("after a dispute and three contests").isEqualTo(1 + 1 + 3);
    assertThat(last.contests()).isZero();
  }

  @Test
  void decision_thatWaitsWhileTheMapIsCompared_isNotDisputed() throws Exception {
    Node decider = node(LocalityBased::new, 100, 1_000);
    Node user = node(LocalityBased::new, 100, 1_000);
    nowMillis.set(10_000);
    decider.strategy.choose("/x");
    Eventually.holds("it is shared", () -> user.version("/x") == 1);
    String before = decider.homes("/x").get(0);
    decider.run(() -> {
      decider.servers.editWeight(before, 0);
      decider.strategy.choose("/x");
      nowMillis.incrementAndGet();
      user.strategy.choose("/x");
      decider.table.reconcile();
    });
    Eventually.holds("it is told", () -> user.version("/x") > 1);
    Eventually.holds("sent", () -> decider.table.state().backlog() == 0);
    assertThat(map.homes("/x")).doesNotContain(before);
    assertThat(map.entries.get("/x")).extracting(HomeRecord::contests).isEqualTo(0);
    assertThat(user.homes("/x")).isEqualTo(map.homes("/x")).isEqualTo(decider.homes("/x"));
  }

  @Test
  void homes_restatedAgainBeforeTheAnswer_giveWayToWhatItBrings() throws Exception {
    Node node = node(LocalityBased::new, 100, 1_000);
    nowMillis.set(10_000);
    map.entries.put("/x", new HomeRecord(List.of("s1"), 1, 500));
    node.replica.adopt(new Placement("/x", List.of("s2"), 1, 1_000), options(100));
    CompletableFuture<Object> late = new CompletableFuture<>();
    map.answer = late;
    node.run(node.table::reconcile);
    Eventually.holds("it is on its way", () -> map.calls.get() == 1);
    HomeRecord decidedMeanwhile = new HomeRecord(List.of("s3"), 5, 2_000);
    node.run(() -> {
      late.complete(decidedMeanwhile); // handled behind this, and before what is republished here
      node.table.reconcile();
      map.entries.put("/x", decidedMeanwhile);
      map.answer = null;
    });
    Eventually.holds("sent", () -> node.table.state().backlog() == 0);
    assertThat(node.homes("/x")).containsExactly("s3");
    assertThat(map.entries.get("/x")).hasToString("[s3] v5 used 2000");
  }

  @Test
  void set_dueToShrink_losesOneMemberAndNotOnePerNode() throws Exception {
    List<String> all = List.of("s3", "s2", "s1");
    List<Node> three = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      three.add(node(ReplicatedLocalityBased::new, 100, 100));
    }
    map.entries.put("/hot", new HomeRecord(all, 4, 0));
    for (Node node : three) {
      node.run(node.table::reconcile);
    }
    nowMillis.addAndGet(25 * HOUR);
    for (Node node : three) { // used all the time by somebody
      node.replica.adopt(new Placement("/hot", all, 4, nowMillis.get() - 1_000), options(100));
    }
    for (Node node : three) {
      node.strategy.choose("/hot");
      Eventually.holds("sent", () -> node.table.state().backlog() == 0);
    }
    assertThat(map.homes("/hot")).hasSize(2);
  }

  @Test
  void destination_forgottenOnDemand_isGoneOnAllNodesAndStaysGone() throws Exception {
    Node asked = node(LocalityBased::new, 100, 100);
    Node user = node(LocalityBased::new, 100, 100);
    for (String destination : List.of("/a/1", "/a/2", "/b")) {
      user.strategy.choose(destination);
    }
    Eventually.holds("all are shared", () -> asked.replica.size() == 3);
    nowMillis.addAndGet(HOUR);
    user.strategy.choose("/a/1"); // the others do not know of this use
    user.strategy.choose("/b");
    assertThat(asked.forgetter().forgetAll("/a/").get(20, TimeUnit.SECONDS)).isEqualTo(2);
    assertThat(asked.forgetter().forget("/b").get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(asked.forgetter().forget("/b").get(20, TimeUnit.SECONDS)).isFalse();
    for (Node node : nodes) {
      Eventually.holds("all are gone", () -> node.replica.size() == 0);
      node.run(() -> node.table.sweep(true));
      node.run(node.table::reconcile);
    }
    Eventually.holds("nothing is under way", () -> user.table.state().backlog() == 0);
    assertThat(map.entries).isEmpty();
    assertThat(user.strategy.choose("/b").reason()).isEqualTo(Reason.PLACED);
  }

  @Test
  void forgetting_whileTheMapIsAway_fails() throws Exception {
    Node node = node(LocalityBased::new, 100, 100);
    node.strategy.choose("/a");
    Eventually.holds("it is shared", () -> node.version("/a") == 1);
    map.stopped = true;
    for (CompletableFuture<?> failing :
        List.of(node.forgetter().forget("/a"), node.forgetter().forgetAll("/"))) {
      assertThatThrownBy(() -> failing.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("some may be left");
    }
  }

  private Node node(Strategy.Factory factory, int maxEntries, int weight) throws Exception {
    return node(factory, maxEntries, weight, 0);
  }

  private Node node(Strategy.Factory factory, int maxEntries, int weight, long aheadMillis)
      throws Exception {
    Node node = new Node(factory, options(maxEntries), weight, aheadMillis);
    nodes.add(node);
    node.run(node.table::join);
    return node;
  }

  private static SchedulerOptions options(int maxEntries) {
    return new SchedulerOptions(
        Duration.ofHours(24),
        maxEntries,
        2 * maxEntries,
        SchedulerOptions.Ties.SPREAD,
        Duration.ofSeconds(60),
        SchedulerOptions.EntryCounter.EXACT);
  }

  /** One node's part. */
  private final class Node {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    private final Servers servers = new Servers();
    private final Strategy strategy;
    private final TableReplica replica;
    private final SharedTable table;

    private Node(Strategy.Factory factory, SchedulerOptions options, int weight, long aheadMillis) {
      for (int i = 1; i <= 3; i++) {
        servers.add(new ServerSpec("s" + i, "192.0.2." + i, 80, weight, 0, 0));
      }
      strategy = factory.create(
          new Strategy.Context(servers, () -> options, nowMillis::get, true, Random::new));
      DestinationTable destinations = Objects.requireNonNull(strategy.table());
      replica = new TableReplica(destinations, servers);
      table = new SharedTable(
          "images",
          map.proxy(),
          List.of("any"),
          replica,
          () -> options,
          new NodeContext(
              "node",
              1,
              new ClusterTime(nowMillis::get, () -> nowMillis.get() + aheadMillis),
              new ClusterThread(executor),
              new Degradation()));
    }

    /** What removes destinations on demand. */
    private Forgetter forgetter() {
      return replica.forgetter();
    }

    private void run(Runnable task) throws Exception {
      executor.submit(task).get(20, TimeUnit.SECONDS);
    }

    private int version(String destination) {
      Placement placement = replica.placement(destination);
      return placement == null ? -1 : placement.version();
    }

    private List<String> homes(String destination) {
      Placement placement = replica.placement(destination);
      return placement == null ? List.of() : placement.homes();
    }
  }
}
