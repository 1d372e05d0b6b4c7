package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.partition.PartitionService;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Service;
import dev.lblc.scheduler.WeightedLeastConnection;
import dev.lblc.testing.ExpectedLog;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a node looks at the maps, with the time of a minute passing at once. */
@ExpectedLog("WARN Degradation: .* does not work")
final class SharedStateTest {
  private final FakeExecutor executor = new FakeExecutor();
  private final AtomicLong workedMillis = new AtomicLong();
  private final FakeMap map = new FakeMap();
  private final Degradation degradation = new Degradation();
  private final List<Long> pullsMillis = new ArrayList<>();
  private final SharedState state = new SharedState(
      "test",
      hazelcast(),
      new NodeContext(
          "node",
          1,
          new ClusterTime(executor::nowMillis, executor::nowMillis),
          new ClusterThread(executor, workedMillis::get),
          degradation),
      service -> true);

  @BeforeEach
  void join() {
    state.join();
    state
        .share(new Service(
            "images",
            WeightedLeastConnection::new,
            SchedulerOptions.DEFAULTS,
            executor::nowMillis,
            true,
            Random::new))
        .onSuccess(PreparedShare::use);
    executor.runFor(0);
    map.reading = () -> pullsMillis.add(executor.nowMillis());
  }

  @Test
  void pull_thatFailsAgainAndAgain_isRepeatedUntilItWorks() {
    map.stopped = true;
    state.pullAgainAndSettle();
    executor.runFor(100_000);
    assertThat(degradation.parts()).containsExactly("pull");
    for (long second = 0; second <= 100; second++) {
      assertThat(pullsMillis).contains(second * 1_000);
    }
    assertThat(pullsMillis).as("with those of the settling").hasSizeLessThan(120);
    map.stopped = false;
    executor.runFor(1_000);
    assertThat(degradation.parts()).isEmpty();
    pullsMillis.clear();
    executor.runFor(100_000);
    assertThat(pullsMillis).isEmpty();
  }

  @Test
  void settle_comparesForAMinute() {
    state.settle();
    executor.runFor(100_000);
    assertThat(pullsMillis).isEqualTo(minuteFrom(0));
  }

  @Test
  void settle_whileAnotherWaits_beginsAnew() {
    state.settle();
    executor.runFor(1_000);
    state.settle();
    executor.runFor(100_000);
    assertThat(pullsMillis).isEqualTo(minuteFrom(1_000));
  }

  @Test
  void settle_againAndAgain_doesNotPutTheComparisonOff() {
    for (int second = 0; second < 20; second++) {
      state.settle();
      executor.runFor(1_000);
    }
    assertThat(pullsMillis).containsExactly(6_000L, 12_000L, 18_000L);
    executor.runFor(100_000);
    assertThat(pullsMillis.subList(3, pullsMillis.size())).isEqualTo(minuteFrom(19_000));
  }

  @Test
  void comparison_ofALargeMap_isFollowedByALongPause() {
    map.reading = () -> {
      pullsMillis.add(executor.nowMillis());
      workedMillis.addAndGet(2_000);
    };
    state.settle();
    executor.runFor(40_000);
    assertThat(pullsMillis).containsExactly(2_000L, 20_000L, 38_000L);
  }

  /** As for a migration that comes to nothing: what is to be seen is to be seen soon after that. */
  @Test
  void comparison_thatWaits_isFollowedByAShortPause() {
    map.reading = () -> {
      pullsMillis.add(executor.nowMillis());
      executor.pass(14_000);
    };
    state.settle();
    executor.runFor(45_000);
    assertThat(pullsMillis).containsExactly(2_000L, 22_000L, 42_000L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 9, 10})
  void settle_whileAComparisonOfAnotherRuns_beginsAnew(int comparison) {
    List<Long> expected = new ArrayList<>(minuteFrom(0).subList(0, comparison));
    expected.addAll(minuteFrom(expected.get(comparison - 1)));
    map.reading = () -> {
      pullsMillis.add(executor.nowMillis());
      if (pullsMillis.size() == comparison) {
        state.settle(); // as from another thread
      }
    };
    state.settle();
    executor.runFor(200_000);
    assertThat(pullsMillis).isEqualTo(expected);
  }

  /** When maps are compared after members came or went then. */
  private static List<Long> minuteFrom(long startMillis) {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      times.add(startMillis + 2_000 + 6_000L * i);
    }
    return times;
  }

  private HazelcastInstance hazelcast() {
    Config config = new Config();
    Object partitions = Proxy.newProxyInstance(
        PartitionService.class.getClassLoader(),
        new Class<?>[] {PartitionService.class},
        (proxy, method, arguments) -> Set.of());
    return (HazelcastInstance) Proxy.newProxyInstance(
        HazelcastInstance.class.getClassLoader(),
        new Class<?>[] {HazelcastInstance.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "getConfig" -> config;
          case "getMap" -> map.proxy();
          case "getPartitionService" -> partitions;
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }
}
