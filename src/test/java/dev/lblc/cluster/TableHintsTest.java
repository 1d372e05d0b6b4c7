package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.TableReplica;
import dev.lblc.testing.ExpectedLog;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node tells beside the map, and what it takes. How nodes agree by it is in {@link TwoNodesModelTest}. */
final class TableHintsTest {
  private static final long INTERVAL = TableHints.INTERVAL_MILLIS;

  private final FakeExecutor executor = new FakeExecutor();
  private final FakeMap map = new FakeMap();
  private final Servers servers = new Servers();
  private final Strategy lblc = new LocalityBased(new Strategy.Context(
      servers, () -> SchedulerOptions.DEFAULTS, executor::nowMillis, true, Random::new));
  private final DestinationTable table = Objects.requireNonNull(lblc.table());
  private final TableReplica replica = new TableReplica(table, servers);
  private final ClusterTime time = new ClusterTime(executor::nowMillis, executor::nowMillis);
  private final TablePublisher publisher = new TablePublisher(
      "table images",
      map.proxy(),
      replica,
      () -> SchedulerOptions.DEFAULTS,
      new NodeContext("self", 1, time, new ClusterThread(executor), new Degradation()),
      executor,
      (destination, record) ->
          replica.adopt(record.placement(destination, time()), SchedulerOptions.DEFAULTS));
  private final TableHints hints =
      new TableHints("self", replica, publisher, () -> SchedulerOptions.DEFAULTS, time);

  @BeforeEach
  void fill() {
    servers.add(new ServerSpec("s1", "192.0.2.1", 80, 1, 0, 0));
    replica.onDecision(publisher::decided);
  }

  @Test
  void decisions_thatTheMapConfirms_areNotTold() {
    choose(100);
    for (int i = 0; i < 10; i++) {
      assertThat(hints.due(200)).isEmpty();
      executor.runFor(INTERVAL / 2);
    }
  }

  @Test
  void decisions_thatWaitForTheMap_areToldUntilItAnswers() {
    CompletableFuture<Object> answer = new CompletableFuture<>();
    map.answer = answer;
    choose(3);
    assertThat(hints.due(200)).isEmpty();
    executor.runFor(INTERVAL);
    assertThat(hints.due(200))
        .extracting(HomeHint::claim)
        .containsOnly(new Claim(0, 1, 0, "self"))
        .hasSize(3);
    assertThat(hints.due(200)).as("told just now").isEmpty();
    executor.runFor(INTERVAL);
    assertThat(hints.due(2)).hasSize(2);
    assertThat(hints.due(2)).as("the rest").hasSize(1);
    answer.complete(new HomeRecord(List.of("s1"), 1, 0));
    executor.runFor(INTERVAL);
    assertThat(hints.due(200)).isEmpty();
  }

  @Test
  @ExpectedLog("WARN Degradation: .* does not work")
  void backlogOfThousands_isToldInPortions() {
    map.answer = CompletableFuture.failedFuture(new IllegalStateException("away"));
    choose(5_000);
    executor.runFor(0);
    int told = 0;
    for (int i = 0; i < 100 && told < 5_000; i++) {
      int now = hints.due(200).size();
      assertThat(now).isLessThanOrEqualTo(200);
      told += now;
      executor.runFor(10);
    }
    assertThat(told).isGreaterThanOrEqualTo(5_000);
  }

  @Test
  void homes_ofAnotherNode_areTakenWithoutTheMap() {
    hints.hear(List.of(new HomeHint("/new", List.of("s2"), new Claim(0, 1, 0, "other"), 0)));
    assertThat(homes("/new")).containsExactly("s2");
    executor.runFor(INTERVAL);
    assertThat(hints.due(200)).as("it is the other's to tell").isEmpty();
  }

  @Test
  void homes_ofARecordThatThisNodeDoesNotKnow_areWrittenForItMayBeGone() {
    hints.hear(List.of(new HomeHint("/gone", List.of("s2"), new Claim(1, 1, 0, "other"), 0)));
    executor.runFor(0);
    assertThat(map.homes("/gone")).isEqualTo(homes("/gone")).containsExactly("s2");
  }

  @Test
  void homes_thatTheMapHas_areNotReplacedByWhatWasDecidedBefore() {
    replica.adopt(new Placement("/a", List.of("s1"), 1, 0), SchedulerOptions.DEFAULTS);
    hints.hear(List.of(new HomeHint("/a", List.of("s2"), new Claim(0, 7, 0, "other"), 0)));
    assertThat(homes("/a")).containsExactly("s1");
    hints.hear(List.of(new HomeHint("/a", List.of("s2"), new Claim(1, 1, 0, "other"), 0)));
    assertThat(homes("/a")).containsExactly("s2");
  }

  @Test
  void use_thatIsHeardOf_doesNotUndoWhatWasDecidedSince() {
    replica.adopt(new Placement("/a", List.of("s1"), 1, 0), SchedulerOptions.DEFAULTS);
    Placement used = new Placement("/a", List.of("s1"), 1, 5);
    assertThat(hints.isAheadOf(used)).isFalse();
    hints.hear(List.of(new HomeHint("/a", List.of("s2"), new Claim(1, 1, 0, "other"), 0)));
    assertThat(hints.isAheadOf(used)).isTrue();
    assertThat(hints.isAheadOf(new Placement("/a", List.of("s1"), 2, 5))).isFalse();
  }

  @Test
  void decision_thatTheMapWasAskedForJustNow_waitsForItsAnswer() {
    map.answer = new CompletableFuture<>();
    executor.runFor(1_000);
    choose(1);
    HomeHint earlier = new HomeHint("/0", List.of("s2"), new Claim(0, 1, 5, "other"), 0);
    hints.hear(List.of(earlier));
    assertThat(homes("/0")).containsExactly("s1");
    executor.runFor(INTERVAL);
    assertThat(hints.due(200)).as("noticed").isEmpty();
    executor.runFor(INTERVAL);
    assertThat(hints.due(200)).as("told").hasSize(1);
    hints.hear(List.of(earlier));
    assertThat(homes("/0")).containsExactly("s2");
  }

  @Test
  void hints_ofNoUse_areDropped() {
    hints.hear(List.of(
        new HomeHint("/none", List.of(), new Claim(0, 1, 0, "other"), 0),
        new HomeHint("/record", List.of("s2"), Claim.ofRecord(3), 0)));
    assertThat(table.size()).isZero();
  }

  private ClusterTime time() {
    return time;
  }

  private void choose(int count) {
    for (int i = 0; i < count; i++) {
      lblc.choose("/" + i);
    }
    executor.runFor(0);
  }

  private List<String> homes(String destination) {
    return Objects.requireNonNull(replica.placement(destination)).homes();
  }
}
