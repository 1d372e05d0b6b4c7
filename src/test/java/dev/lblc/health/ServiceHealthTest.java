package dev.lblc.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.HealthConfig;
import dev.lblc.config.HealthConfig.Fault;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.ServerState;
import dev.lblc.testing.ExpectedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ejection and slow start, by a clock that the test moves. */
@ExpectedLog({
  "WARN ServiceHealth: server .* unavailable",
  "WARN ServiceHealth: server .* is not ejected"
})
class ServiceHealthTest {
  private final ManualTime time = new ManualTime();
  private final List<String> heard = new ArrayList<>();
  private final Map<String, Integer> warmth = new LinkedHashMap<>();
  private final Set<String> quiesced = new HashSet<>();

  @Test
  void server_thatFailsAgainAndAgain_isEjectedForLonger() {
    ServiceHealth health = start(50, null, "a", "b");
    for (int seconds : new int[] {10, 20, 30, 40, 40}) {
      fail(health, "a");
      assertThat(state(health, "a")).isEqualTo(ServerState.EJECTED);
      time.pass(Duration.ofSeconds(seconds).minusNanos(1));
      assertThat(state(health, "a")).isEqualTo(ServerState.EJECTED);
      time.pass(Duration.ofNanos(1));
      assertThat(state(health, "a")).isEqualTo(ServerState.UP);
    }
    time.pass(Duration.ofMinutes(10));
    fail(health, "a");
    time.pass(Duration.ofSeconds(10));
    assertThat(state(health, "a")).as("after good time").isEqualTo(ServerState.UP);
  }

  @Test
  void state_ofAServer_hasReasonAndSince() {
    ServiceHealth health = start(50, null, "a", "b");
    assertThat(health.state("a"))
        .isEqualTo(new HealthState(ServerState.UP, "there are no active checks", 0));
    time.pass(Duration.ofSeconds(3));
    fail(health, "a");
    assertThat(health.state("a"))
        .isEqualTo(new HealthState(
            ServerState.EJECTED, "3 failed connects in a row, ejected for 10000 ms", 2_999));
    time.pass(Duration.ofSeconds(11));
    assertThat(health.state("a"))
        .isEqualTo(new HealthState(ServerState.UP, "the time of its ejection is over", 12_999));
    assertThat(heard).containsExactly("a false", "a true");
    assertThat(health.state("c")).isNull();
  }

  @Test
  void outcomes_duringAnEjection_doNotCountAfterIt() {
    ServiceHealth health = start(50, null, "a", "b");
    fail(health, "a");
    fail(health, "a");
    time.pass(Duration.ofSeconds(10));
    health.server("a").connectFailed();
    health.server("a").connectFailed();
    assertThat(heard).containsExactly("a false", "a true");
  }

  @Test
  void lastServer_isNeverEjected() {
    ServiceHealth health = start(100, null, "a", "b", "c");
    fail(health, "a");
    fail(health, "b");
    fail(health, "c");
    fail(health, "c");
    assertThat(heard).containsExactly("a false", "b false");
    time.pass(Duration.ofSeconds(10));
    fail(health, "c");
    assertThat(state(health, "c")).as("once another is back").isEqualTo(ServerState.EJECTED);
  }

  @Test
  void onlyServer_isNeverEjected() {
    ServiceHealth health = start(100, null, "a");
    fail(health, "a");
    assertThat(heard).isEmpty();
  }

  @Test
  void serverOfWeight0_doesNotCountAsAnotherOne() {
    ServiceHealth health = start(100, null, "a", "b");
    quiesced.add("b");
    fail(health, "a");
    assertThat(heard).isEmpty();
    quiesced.clear();
    fail(health, "a");
    assertThat(heard).containsExactly("a false");
  }

  @Test
  void noMoreThanTheShare_isEjectedAtOnce() {
    ServiceHealth health = start(50, null, "a", "b", "c", "d", "e");
    for (String id : List.of("a", "b", "c")) {
      fail(health, id);
    }
    assertThat(heard).containsExactly("a false", "b false");
    time.pass(Duration.ofSeconds(10));
    fail(health, "c");
    assertThat(heard).containsExactly("a false", "b false", "a true", "b true", "c false");
  }

  @Test
  void oneServer_mayBeEjectedHoweverSmallTheShare() {
    ServiceHealth health = start(1, null, "a", "b");
    fail(health, "a");
    assertThat(heard).containsExactly("a false");
  }

  @Test
  void ejectedServers_comeBackAtOnce_whenNoOtherIsLeft() {
    ServiceHealth health = start(100, null, "a", "b", "c");
    fail(health, "a");
    fail(health, "b");
    health.remove("c");
    assertThat(heard).containsExactlyInAnyOrder("a false", "b false", "a true", "b true");
    assertThat(Objects.requireNonNull(health.state("a")).reason())
        .isEqualTo("no other server is left");
    time.pass(Duration.ofSeconds(10)); // the time of the first ejection means nothing any more
    assertThat(heard).hasSize(4);
  }

  @Test
  void ejectedServer_comesBackAtOnce_whenTheOtherIsQuiesced() {
    ServiceHealth health = start(100, null, "a", "b");
    fail(health, "a");
    quiesced.add("b");
    health.edited();
    assertThat(heard).containsExactly("a false", "a true");
  }

  @Test
  void server_thatComesBack_getsItsWeightLittleByLittle() {
    ServiceHealth health = start(50, Duration.ofSeconds(30), "a", "b");
    assertThat(warmth).containsExactly(Map.entry("a", 1_000), Map.entry("b", 1_000));
    fail(health, "a");
    time.pass(Duration.ofSeconds(10));
    assertThat(warmth).containsEntry("a", 1).containsEntry("b", 1_000);
    time.pass(Duration.ofSeconds(15));
    assertThat(warmth.get("a")).isBetween(480, 500);
    time.pass(Duration.ofSeconds(15));
    assertThat(warmth).containsEntry("a", 1_000);
  }

  @Test
  void server_thatFailsInItsSlowStart_beginsAnotherOne() {
    ServiceHealth health = start(50, Duration.ofSeconds(30), "a", "b");
    fail(health, "a");
    time.pass(Duration.ofSeconds(25));
    fail(health, "a");
    assertThat(warmth).containsEntry("a", 1_000); // it has no effect on a server that is out
    time.pass(Duration.ofSeconds(10)); // 15 s of good time have made the ejection shorter again
    assertThat(warmth).containsEntry("a", 1);
    time.pass(Duration.ofSeconds(15));
    assertThat(warmth.get("a")).isBetween(480, 500);
  }

  @Test
  void server_thatIsAddedLater_hasASlowStart() {
    ServiceHealth health = start(50, Duration.ofSeconds(30), "a", "b");
    time.pass(Duration.ofMillis(1_001));
    health.add(spec("c"));
    assertThat(warmth).containsEntry("a", 1_000).containsEntry("c", 1);
    health.stop();
    assertThat(warmth).containsEntry("c", 1_000);
    time.pass(Duration.ofSeconds(30));
    assertThat(warmth).containsEntry("c", 1_000);
  }

  @Test
  void slowStart_leftOut_changesNoWeight() {
    ServiceHealth health = start(50, null, "a", "b");
    time.pass(Duration.ofSeconds(5));
    health.add(spec("c"));
    fail(health, "a");
    time.pass(Duration.ofSeconds(20));
    assertThat(warmth.values()).containsOnly(1_000);
  }

  @Test
  void stopped_tellsNothingMore() {
    ServiceHealth health = start(50, null, "a", "b");
    fail(health, "a");
    health.stop();
    time.pass(Duration.ofSeconds(20));
    fail(health, "b");
    assertThat(heard).containsExactly("a false");
  }

  private ServiceHealth start(int maxEjected, @Nullable Duration slowStart, String... ids) {
    HealthConfig config = new HealthConfig(
        null,
        new HealthConfig.Passive(
            3, Set.of(Fault.CONNECT), Duration.ofSeconds(10), Duration.ofSeconds(40), maxEjected),
        slowStart);
    HealthListener listener = new HealthListener() {
      @Override
      public void available(String id, boolean available) {
        heard.add(id + " " + available);
      }

      @Override
      public void warmed(String id, int permille) {
        warmth.put(id, permille);
      }

      @Override
      public boolean isWanted(String id) {
        return !quiesced.contains(id);
      }
    };
    ServiceHealth health = new ServiceHealth("images", config, time, time.clocks(), listener, null);
    for (String id : ids) {
      health.add(spec(id));
    }
    return health;
  }

  private static ServerState state(ServiceHealth health, String id) {
    return Objects.requireNonNull(health.state(id)).state();
  }

  /** As many failures as eject a server, if it may be. */
  private static void fail(ServiceHealth health, String id) {
    for (int i = 0; i < 3; i++) {
      health.server(id).connectFailed();
    }
  }

  private static ServerSpec spec(String id) {
    return new ServerSpec(id, "127.0.0.1", 9, 100, 0, 0);
  }
}
