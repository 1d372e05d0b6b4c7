package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.TableReplica.Adoption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TableReplicaTest {
  private static final long HOUR = 3_600_000;

  private final TestService service = new TestService().with("s1", "s2", "s3");
  private final List<String> decided = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private Strategy lblc;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TableReplica replica;

  @BeforeEach
  void share() {
    service.options = service.options.withExpiration(Duration.ofHours(1));
    lblc = service.strategy(LocalityBased::new);
    replica = new TableReplica(Objects.requireNonNull(lblc.table()), service.servers);
    replica.onDecision(decided::add);
  }

  @Test
  void adopted_fromAnother_isUsedAndNoDecisionOfThisNode() {
    assertThat(adopt("/a", 1, 0, "s1")).isTrue();
    assertThat(TestService.id(lblc.choose("/a"))).isEqualTo("s1");
    assertThat(decided).isEmpty();
    assertThat(service.server("s1").homes()).isEqualTo(1);
  }

  @Test
  void decision_ofThisNode_givesWayToTheWinner() {
    lblc.choose("/a");
    assertThat(decided).containsExactly("/a");
    assertThat(replica.placement("/a")).extracting(Placement::version).isEqualTo(0);
    adopt("/a", 1, 0, "s1");
    assertThat(replica.placement("/a")).isEqualTo(new Placement("/a", List.of("s1"), 1, 0));
    assertThat(service.servers.list()).extracting(Server::homes).containsExactly(0, 0, 1);
  }

  @Test
  void set_whoseServerCameBackAtAnotherAddress_holdsItOnceAndShrinksAsAnyOther() {
    Strategy lblcr = service.strategy(ReplicatedLocalityBased::new);
    TableReplica sets = new TableReplica(Objects.requireNonNull(lblcr.table()), service.servers);
    sets.adopt(new Placement("/a", List.of("s1"), 1, 0), service.options);
    service.servers.settle("s1", new ServerSpec("s1", "192.0.2.77", 8080, 100, 0, 0), false);
    service.servers.settle("s2", null, false);
    service.servers.settle("s3", null, false);
    assertThat(TestService.id(lblcr.choose("/a"))).isEqualTo("s1");
    assertThat(Objects.requireNonNull(sets.placement("/a")).homes()).containsExactly("s1");
    sets.adopt(new Placement("/a", List.of("s1", "s1", "s2"), 5, 0), service.options);
    assertThat(Objects.requireNonNull(sets.placement("/a")).homes()).containsExactly("s1", "s2");
    for (int hour = 1; hour < 6; hour++) {
      service.nowMillis = hour * HOUR + hour;
      sets.adopt(
          new Placement("/a", List.of("s1", "s2"), 5, service.nowMillis - 1), service.options);
      assertThat(TestService.id(lblcr.choose("/a"))).isEqualTo("s1");
    }
  }

  @Test
  void set_ofADestinationThatIsHotElsewhere_isUsedAndKeptForTheTimeOfShrink() {
    Strategy adaptive = service.strategy(context ->
        new AdaptiveLocalityBased(context.withOwnOptions(() -> AdaptiveOptions.DEFAULTS)));
    TableReplica sets = new TableReplica(Objects.requireNonNull(adaptive.table()), service.servers);
    sets.onDecision(decided::add);
    sets.adopt(new Placement("/hot", List.of("s1", "s2"), 1, 0), service.options);
    service.load("s1", 2).load("s2", 1);
    service.nowMillis = AdaptiveOptions.DEFAULTS.shrink().toMillis();
    assertThat(TestService.id(adaptive.choose("/hot"))).isEqualTo("s2");
    // after a merge: that of the other side, whole
    sets.adopt(new Placement("/hot", List.of("s3", "s1"), 5, service.nowMillis), service.options);
    assertThat(TestService.id(adaptive.choose("/hot"))).isEqualTo("s3");
    service.nowMillis += AdaptiveOptions.DEFAULTS.shrink().toMillis();
    assertThat(TestService.id(adaptive.choose("/hot"))).isEqualTo("s3");
    assertThat(decided).isEmpty();

    service.nowMillis++;
    adaptive.choose("/hot");
    assertThat(Objects.requireNonNull(sets.placement("/hot")).homes()).containsExactly("s3");
    assertThat(decided).containsExactly("/hot");
  }

  @Test
  void adopted_homesOfTheSameNameAtAnotherAddress_areThoseOfNow() {
    adopt("/a", 1, 0, "s1");
    service.servers.settle("s1", new ServerSpec("s1", "192.0.2.77", 8080, 100, 0, 0), false);
    adopt("/a", 2, 0, "s1");
    assertThat(lblc.choose("/a")).isEqualTo(service.server("s1").chosenFor(Reason.HIT));
  }

  @Test
  void adopted_ofALowerVersion_isOnlyAUse() {
    adopt("/a", 5, 1_000, "s1");
    adopt("/a", 4, 2_000, "s2");
    assertThat(replica.placement("/a")).isEqualTo(new Placement("/a", List.of("s1"), 5, 2_000));
  }

  @Test
  void adopted_besideWhatIsHeld_saysHowTheyStand() {
    adopt("/a", 5, 1_000, "s1");
    assertThat(adopted("/a", 5, 1_000, "s1")).isEqualTo(Adoption.AGREED);
    assertThat(adopted("/a", 5, 1_000, "s2")).isEqualTo(Adoption.TIED);
    assertThat(adopted("/a", 5, 1_000, "s1", "s2")).isEqualTo(Adoption.TIED);
    assertThat(adopted("/a", 4, 1_000, "s2")).isEqualTo(Adoption.BEHIND);
    assertThat(adopted("/a", 6, 1_000, "s2", "s1")).isEqualTo(Adoption.AGREED);
    assertThat(adopted("/a", 6, 1_000, "s1", "s2")).isEqualTo(Adoption.TIED);
    assertThat(adopted("/a", 6, 1_000, "s2")).isEqualTo(Adoption.TIED);
  }

  @Test
  void provisional_inThePlaceOfOtherHomes_isNotTaken() {
    adopt("/a", 5, 1_000, "s1");
    Placement theirs = new Placement("/a", List.of("s3"), 5, 2_000);
    Placement other = new Placement("/a", List.of("s2"), 5, 1_000);
    assertThat(replica.adoptProvisional(theirs, other, service.options)).isFalse();
    assertThat(replica.adoptProvisional(theirs, replica.placement("/a"), service.options))
        .isTrue();
    assertThat(replica.placement("/a")).isEqualTo(theirs);
  }

  @Test
  void adopted_afterWhatIsHeldHadExpired_isNewerWhateverItsVersion() {
    adopt("/a", 5, 1_000, "s1");
    adopt("/a", 1, 999 + HOUR, "s2");
    assertThat(replica.placement("/a")).extracting(Placement::version).isEqualTo(5);
    adopt("/b", 5, 1_000, "s1");
    adopt("/b", 1, 1_000 + HOUR, "s2");
    assertThat(replica.placement("/b"))
        .isEqualTo(new Placement("/b", List.of("s2"), 1, 1_000 + HOUR));
  }

  @Test
  void adopted_whenFull_isRefusedUnlessItIsThere() {
    service.options = service.options(SchedulerOptions.Ties.SPREAD, 1, 2).options;
    assertThat(adopt("/a", 1, 0, "s1")).isTrue();
    assertThat(adopt("/b", 1, 0, "s1")).isTrue();
    assertThat(adopt("/c", 1, 0, "s1")).isFalse();
    assertThat(adopt("/b", 2, 0, "s2")).isTrue();
    assertThat(replica.size()).isEqualTo(2);
    replica.forget("/a", 1);
    assertThat(adopt("/c", 1, 0, "s1")).isTrue();
  }

  @Test
  void forget_ofAnOlderVersion_keepsWhatThisNodeKnows() {
    adopt("/a", 2, 0, "s1");
    replica.forget("/a", 1);
    assertThat(replica.placement("/a")).isNotNull();
    replica.forget("/a", 2);
    assertThat(replica.placement("/a")).isNull();
    assertThat(service.server("s1").homes()).isZero();
    replica.forget("/a", 2);
  }

  @Test
  void confirm_leavesTheHomeAndRaisesTheVersion() {
    lblc.choose("/a");
    String home = Objects.requireNonNull(replica.placement("/a")).homes().get(0);
    replica.confirm(new Placement("/a", List.of("s1", "s2"), 3, 0));
    assertThat(replica.placement("/a")).isEqualTo(new Placement("/a", List.of(home), 3, 0));
    replica.confirm(new Placement("/a", List.of(home), 2, 0));
    assertThat(replica.placement("/a")).extracting(Placement::version).isEqualTo(3);
  }

  @Test
  void uses_thatOthersDoNotKnowOf_areTakenOnce() {
    adopt("/a", 1, 0, "s1");
    adopt("/b", 1, 0, "s1");
    service.nowMillis = 1_000;
    lblc.choose("/a");
    lblc.choose("/new"); // the map does not have it yet
    assertThat(replica.takeUnsharedUses(1_001)).isEmpty();
    assertThat(replica.takeUnsharedUses(1_000))
        .containsExactly(new Placement("/a", List.of("s1"), 1, 1_000));
    assertThat(replica.takeUnsharedUses(1_000)).isEmpty();
  }

  @Test
  void removeIdle_takesWhatNobodyUsed() {
    adopt("/a", 1, 0, "s1");
    adopt("/b", 1, 1, "s1");
    replica.removeIdle(HOUR, HOUR);
    assertThat(replica.placement("/a")).isNull();
    assertThat(replica.placement("/b")).isNotNull();
  }

  private Adoption adopted(String destination, int version, long lastUse, String... homes) {
    return replica.adopt(
        new Placement(destination, List.of(homes), version, lastUse), service.options);
  }

  private boolean adopt(String destination, int version, long lastUse, String home) {
    return replica.adopt(
            new Placement(destination, List.of(home), version, lastUse), service.options)
        != Adoption.NO_ROOM;
  }
}
