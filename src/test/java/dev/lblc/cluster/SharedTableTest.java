package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.LocalityBased;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A table whose map does not answer, or does not take anything: what stays behind on the node. */
@ExpectedLog({"WARN Degradation: .* does not work", "WARN Dropped: dropped what is not a record"})
final class SharedTableTest {
  private static final int HARD_LIMIT = 100;

  /** What is beyond it makes room for newcomers. */
  private static final int GOAL = 94;

  private static final SchedulerOptions OPTIONS = new SchedulerOptions(
      Duration.ofSeconds(1),
      HARD_LIMIT,
      HARD_LIMIT,
      SchedulerOptions.Ties.SPREAD,
      Duration.ofSeconds(60),
      SchedulerOptions.EntryCounter.EXACT);

  private final ScheduledExecutorService executor = new ScheduledThreadPoolExecutor(1);
  private final Servers servers = new Servers();
  private final AtomicLong nowMillis = new AtomicLong();
  private long slowMillis;
  private final Strategy lblc = new LocalityBased(
      new Strategy.Context(servers, () -> OPTIONS, nowMillis::get, true, Random::new));
  private final DestinationTable destinations = Objects.requireNonNull(lblc.table());
  private final Degradation degradation = new Degradation();
  private final FakeMap map = new FakeMap();

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void map_thatDoesNotAnswer_leavesABacklogNoLargerThanTheTable() throws Exception {
    map.answer = new CompletableFuture<>();
    SharedTable table = join();
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < HARD_LIMIT; i++) {
        lblc.choose("/" + round + "/" + i);
      }
      assertThat(destinations.size()).isEqualTo(GOAL);
      nowMillis.addAndGet(1_000);
      onExecutor(() -> table.sweep(false));
      assertThat(destinations.size()).isZero();
    }
    Eventually.holds("something was sent", () -> map.calls.get() > 0);
    assertThat(table.state().backlog()).isLessThanOrEqualTo(HARD_LIMIT);
    table.leave();
  }

  @Test
  void records_thatAreNone_goToTheOldestMembersSweepUnlessSomebodyHasTheDestination()
      throws Exception {
    SharedTable table = join();
    Server home = Objects.requireNonNull(lblc.choose("/kept").server());
    Eventually.holds("it is in the map", () -> map.homes("/kept").equals(List.of(home.id())));
    HomeRecord bad = bad();
    map.entries.put("/kept", bad);
    map.entries.put("/strange", bad);
    HomeRecord future = new HomeRecord(List.of("s1"), 9, TimeUnit.DAYS.toMillis(365));
    map.entries.put("/future", future);
    onExecutor(table::reconcile);
    onExecutor(() -> table.sweep(false));
    Eventually.holds(
        "it is re-published in its place", () -> map.homes("/kept").equals(List.of(home.id())));
    assertThat(map.entries).as("of another member's sweep").containsKeys("/strange", "/future");
    onExecutor(table::reconcile);
    onExecutor(() -> table.sweep(true));
    Eventually.holds("they are removed", () -> map.entries.keySet().equals(Set.of("/kept")));
    for (HomeRecord strange : List.of(bad, future)) {
      map.entries.put("/kept", strange);
      onExecutor(table::reconcile);
      Eventually.holds(
          "it is re-published in its place", () -> map.homes("/kept").equals(List.of(home.id())));
      onExecutor(() -> table.sweep(true));
      assertThat(map.homes("/kept")).as("once it is").isEqualTo(List.of(home.id()));
    }
    assertThat(destinations.size()).isEqualTo(1);
    table.leave();
  }

  @Test
  void removalOfWhatIsNone_leavesWhatThisNodeHasInItsPlace() throws Exception {
    FakeExecutor tasks = new FakeExecutor();
    SharedTable table = table(tasks);
    table.join();
    map.entries.put("/bad", bad());
    map.entries.put("/future", new HomeRecord(List.of("s9"), 9, TimeUnit.DAYS.toMillis(365)));
    for (String destination : List.of("/bad", "/future")) {
      Server home = Objects.requireNonNull(lblc.choose(destination).server());
      map.remove(destination); // by the oldest member, before this decision is sent
      Eventually.holds("it is in the map", () -> {
        tasks.runFor(0); // the map was counted before, on a thread that is none of these
        return map.homes(destination).equals(List.of(home.id()));
      });
      assertThat(placement(destination)).isEqualTo(List.of(home.id()));
    }
    table.leave();
  }

  private static HomeRecord bad() throws Exception {
    HomeRecord bad = new HomeRecord();
    bad.readData(
        new DefaultSerializationServiceBuilder().build().createObjectDataInput(new byte[1]));
    return bad;
  }

  @Test
  void comparison_republishesWhatTheMapHasLostSinceTheOneBefore() throws Exception {
    SharedTable table = join();
    for (String destination : List.of("/a", "/b")) {
      lblc.choose(destination);
      Eventually.holds("it is in the map", () -> map.entries.containsKey(destination));
    }
    for (String lost : List.of("/a", "/b", "/a")) {
      onExecutor(table::reconcile);
      int calls = map.calls.get();
      map.entries.remove(lost);
      onExecutor(table::reconcile);
      Eventually.holds("it is again", () -> map.entries.containsKey(lost));
      assertThat(map.calls).as("the other one is not sent").hasValue(calls + 1);
    }
    table.leave();
  }

  @Test
  void sweep_thatTookLong_isFollowedByALongPause() throws Exception {
    SharedTable table = join();
    onExecutor(() -> table.sweep(true));
    assertThat(table.pauseMillis()).isEqualTo(table.sweepMillis());
    slowMillis = 5_000;
    long before = nowMillis.get();
    onExecutor(() -> table.sweep(true));
    slowMillis = 0;
    long took = nowMillis.get() - before;
    assertThat(table.pauseMillis())
        .as("after %d ms", took)
        .isBetween(9 * (took - 5_000), 9 * took)
        .isGreaterThan(table.sweepMillis());
    onExecutor(() -> table.sweep(true));
    assertThat(table.pauseMillis()).isEqualTo(table.sweepMillis());
    table.leave();
  }

  @Test
  void map_thatRefuses_keepsADecisionForLater() throws Exception {
    map.answer = CompletableFuture.failedFuture(new IllegalStateException("away"));
    SharedTable table = join();
    lblc.choose("/a");
    Eventually.holds("it is sent again", () -> map.calls.get() >= 2);
    assertThat(degradation.parts()).isEqualTo(Set.of("table images"));
    assertThat(destinations.size()).isEqualTo(1);
    table.leave();
  }

  @Test
  void map_thatWorksAgainWhenNothingWaitsForItAnyMore_isShownAsWorking() throws Exception {
    map.isCounted = false;
    SharedTable table = join();
    lblc.choose("/a");
    Eventually.holds("shown", () -> degradation.parts().equals(Set.of("table images")));
    assertThat(new TableReplica(destinations, servers).forgetAll("/a")).isOne();
    Eventually.holds("nothing waits", () -> table.state().backlog() == 0);
    map.isCounted = true;
    Eventually.holds("works again", () -> degradation.parts().isEmpty());
    table.leave();
  }

  @Test
  void map_thatIsFull_makesTheNodeForget() throws Exception {
    SharedTable table = join();
    for (int i = 0; i < HARD_LIMIT; i++) {
      map.entries.put("/others/" + i, new HomeRecord(List.of("s1"), 1, 0));
    }
    for (int i = 0; i < HARD_LIMIT; i++) {
      lblc.choose("/" + i);
    }
    Eventually.holds(
        "nothing is remembered that the others will not know", () -> destinations.size() == 0);
    assertThat(map.calls).hasValue(0);
    assertThat(table.state().backlog()).isZero();
    table.leave();
  }

  /** As where another node has a shorter expiration: records that are gone without an event. */
  @Test
  void victims_thatTheMapHasNotAnyMore_goAfterTheyWerePutBack() {
    FakeExecutor tasks = new FakeExecutor();
    SharedTable table = joinFull(tasks);
    map.entries.clear();
    for (int round = 0; round < 1_000 && destinations.size() > GOAL; round++) {
      table.keepRoom();
      tasks.runFor(0);
    }
    assertThat(destinations.size()).isEqualTo(GOAL);
    table.leave();
  }

  @Test
  void map_thatFailsAfterTheTableHasLeft_isNotShown() {
    FakeExecutor tasks = new FakeExecutor();
    SharedTable table = joinFull(tasks);
    CompletableFuture<Object> late = new CompletableFuture<>();
    map.answer = late;
    lblc.choose("/0");
    tasks.runFor(0);
    table.keepRoom();
    assertThat(map.calls).as("a decision and a removal").hasValue(2);
    table.leave();
    late.completeExceptionally(new IllegalStateException("away"));
    tasks.runFor(1_000);
    assertThat(degradation.parts()).isEmpty();
  }

  @Test
  void map_thatTakesRemovalsAndNoDecisions_isShownUntilItTakesThem() {
    FakeExecutor tasks = new FakeExecutor();
    SharedTable table = joinFull(tasks);
    map.answer = CompletableFuture.failedFuture(new IllegalStateException("away"));
    lblc.choose("/0");
    tasks.runFor(0);
    map.answer = null;
    table.keepRoom();
    tasks.runFor(0);
    assertThat(map.entries).as("one made room").hasSize(GOAL);
    assertThat(degradation.parts()).isEqualTo(Set.of("table images"));
    tasks.runFor(1_000);
    assertThat(map.homes("/0")).containsExactly("s2");
    assertThat(degradation.parts()).isEmpty();
    table.leave();
  }

  /** As where the map waits for a backup on a member that is gone: others hear of the change before its sender has the answer. */
  @Test
  void change_thatIsHeardOfBeforeItsAnswer_isNoDecisionOnTopOfItsRecord() throws Exception {
    FakeExecutor tasks = new FakeExecutor();
    SharedTable table = table(tasks);
    table.join();
    CompletableFuture<Object> answer = new CompletableFuture<>();
    map.answer = answer;
    Server unused = sendsOne(tasks);
    assertThat(table.hints().due(10)).as("noticed").isEmpty();
    map.change("/a", new PutHomes(List.of("s1"), 0, 0, 60_000, false));
    for (int i = 0; i < 3; i++) {
      nowMillis.addAndGet(TableHints.INTERVAL_MILLIS);
      assertThat(table.hints().due(10)).as("told beside a map that has it").isEmpty();
    }
    answer.complete(map.entries.get("/a"));
    tasks.runFor(0);
    map.entries.put("/a", new HomeRecord(List.of("s2"), 1, nowMillis.get())); // another side's
    table.reconcile();
    assertThat(placement("/a")).isEqualTo(List.of("s2"));
    table.leave();
  }

  @Test
  void decision_onTopOfAChangeThatIsHeardOfBeforeItsAnswer_isTold() throws Exception {
    FakeExecutor tasks = new FakeExecutor();
    SharedTable table = table(tasks);
    table.join();
    servers.add(new ServerSpec("s2", "192.0.2.2", 80, 1, 0, 0));
    map.answer = new CompletableFuture<>();
    Server first = sendsOne(tasks);
    map.change("/a", new PutHomes(List.of(first.id()), 0, 0, 60_000, false));
    servers.editWeight(first.id(), 0);
    Server second = Objects.requireNonNull(lblc.choose("/a").server());
    tasks.runFor(0);
    map.change("/a", new NoteUse(1, 60_000, 1));
    assertThat(placement("/a")).isEqualTo(List.of(second.id()));
    List<HomeHint> told = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      nowMillis.addAndGet(TableHints.INTERVAL_MILLIS);
      told.addAll(table.hints().due(10));
    }
    assertThat(told).isNotEmpty().allMatch(hint -> hint.homes().equals(List.of(second.id())));
    table.leave();
  }

  /** The other node's decision is in the map first, and known here before the map has this one. */
  @Test
  void homeThatAServerTells_outranksOneThatAnotherNodePlacedAtThatTime() throws Exception {
    FakeExecutor tasks = new FakeExecutor();
    SharedTable table = table(tasks);
    table.join();
    Server home = servers.add(new ServerSpec("s2", "192.0.2.2", 80, 1, 0, 0));
    map.answer = new CompletableFuture<>();
    lblc.learn("/a", home);
    Eventually.holds("it is sent", () -> {
      tasks.runFor(0); // the map was counted before, on a thread that is none of these
      return map.calls.get() > 0;
    });
    map.change("/a", new PutHomes(List.of("s1"), 0, 0, 60_000, false));
    assertThat(placement("/a")).isEqualTo(List.of("s2"));
    nowMillis.addAndGet(TableHints.INTERVAL_MILLIS);
    List<HomeHint> none = table.hints().due(10);
    nowMillis.addAndGet(TableHints.INTERVAL_MILLIS);
    assertThat(none).isEmpty();
    assertThat(table.hints().due(10))
        .singleElement()
        .satisfies(hint -> assertThat(hint.claim())
            .as("what the others have heard from the map")
            .isGreaterThan(Claim.ofRecord(1)));
    map.answer.completeExceptionally(new IllegalStateException("away"));
    map.answer = null;
    tasks.runFor(1_000);
    assertThat(map.entries.get("/a")).hasToString("[s2] v2 used 0");
    assertThat(placement("/a")).isEqualTo(List.of("s2"));
    map.change("/a", new PutHomes(List.of("s1"), 2, 0, 60_000, false));
    assertThat(placement("/a")).as("a decision on top of it").isEqualTo(List.of("s1"));
    table.leave();
  }

  /** Chooses a server for "/a", and sends that to a map that does not answer yet. */
  private Server sendsOne(FakeExecutor tasks) throws Exception {
    Server chosen = Objects.requireNonNull(lblc.choose("/a").server());
    Eventually.holds("it is sent", () -> {
      tasks.runFor(0); // the map was counted before, on a thread that is none of these
      return map.calls.get() > 0;
    });
    return chosen;
  }

  /** A table with one destination more than leaves room for newcomers, and "/0" to be decided again. */
  private SharedTable joinFull(FakeExecutor tasks) {
    for (int i = 0; i <= GOAL; i++) {
      map.entries.put("/" + i, new HomeRecord(List.of("s1"), 1, 0));
    }
    SharedTable table = table(tasks);
    table.join();
    servers.add(new ServerSpec("s2", "192.0.2.2", 80, 1, 0, 0));
    servers.editWeight("s1", 0);
    nowMillis.set(500);
    return table;
  }

  private List<String> placement(String destination) {
    return Objects.requireNonNull(new TableReplica(destinations, servers).placement(destination))
        .homes();
  }

  private SharedTable join() throws Exception {
    SharedTable table = table(executor);
    onExecutor(table::join);
    return table;
  }

  private SharedTable table(ScheduledExecutorService tasks) {
    servers.add(new ServerSpec("s1", "192.0.2.1", 80, 1, 0, 0));
    return new SharedTable(
        "images",
        map.proxy(),
        List.of("any"),
        new TableReplica(destinations, servers),
        this::options,
        new NodeContext(
            "node",
            1,
            new ClusterTime(nowMillis::get, nowMillis::get),
            new ClusterThread(tasks, nowMillis::get),
            degradation));
  }

  /** Returns the options, after as long as the test says. */
  private SchedulerOptions options() {
    nowMillis.addAndGet(slowMillis);
    return OPTIONS;
  }

  private void onExecutor(Runnable task) throws Exception {
    executor.submit(task).get(20, TimeUnit.SECONDS);
  }
}
