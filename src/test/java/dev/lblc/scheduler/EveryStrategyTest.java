package dev.lblc.scheduler;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.SchedulerOptions.Ties;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every strategy has to answer in the same way. */
final class EveryStrategyTest {
  static Stream<Named<Strategy.Factory>> strategies() {
    return Stream.concat(
        ofTheKernel(),
        Stream.of(Named.of(
            "lblc-adaptive",
            context -> new AdaptiveLocalityBased(
                context.withOwnOptions(() -> AdaptiveOptions.DEFAULTS)))));
  }

  static Stream<Named<Strategy.Factory>> ofTheKernel() {
    return Stream.of(
        Named.of("wlc", WeightedLeastConnection::new),
        Named.of("lblc", LocalityBased::new),
        Named.of("lblcr", ReplicatedLocalityBased::new));
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void choose_noServers_none(Strategy.Factory factory) {
    Strategy strategy = new TestService().strategy(factory);
    assertThat(strategy.choose("a")).isEqualTo(Choice.NONE);
    assertThat(strategy.choose(null)).isEqualTo(Choice.NONE);
    assertThat(strategy.chooseOther(Set.of("a"))).isEqualTo(Choice.NONE);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void choose_noneUsable_none(Strategy.Factory factory) {
    TestService service = new TestService().with("saturated", "quiesced", "failing");
    service.servers.editThresholds("saturated", 1, 0);
    service.load("saturated", 1);
    service.servers.editWeight("quiesced", 0);
    service.servers.setHealthy(service.server("failing"), false);
    assertThat(service.strategy(factory).choose("a")).isEqualTo(Choice.NONE);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void choose_fullServers_arePassedOver_evenTheHome(Strategy.Factory factory) {
    TestService service = new TestService();
    service.servers.add(new ServerSpec("a", "192.0.2.1", 80, 100, 0, 0, 2));
    service.servers.add(new ServerSpec("b", "192.0.2.1", 81, 100, 0, 0, 2));
    Strategy strategy = service.strategy(factory);
    String home = String.valueOf(TestService.id(strategy.choose("x")));
    service.load(home, 2);
    String other = home.equals("a") ? "b" : "a";
    assertThat(TestService.id(strategy.explain("x"))).isEqualTo(other);
    assertThat(TestService.id(strategy.choose("x"))).isEqualTo(other);
    service.servers.setPeers(service.server(other), 2, 0);
    assertThat(strategy.choose("x")).isEqualTo(Choice.NONE);
    assertThat(strategy.chooseOther(Set.of("c"))).isEqualTo(Choice.NONE);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void choose_noDestination_leastLoadedPerWeightAndNotRemembered(Strategy.Factory factory) {
    TestService service = new TestService();
    service.add("small", 10);
    service.add("big", 40);
    service.load("small", 1).load("big", 3);
    Strategy strategy = service.strategy(factory);
    assertThat(strategy.choose(null))
        .isEqualTo(service.server("big").chosenFor(Reason.NO_DESTINATION));
    assertThat(service.server("big").homes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void learn_makesTheServerTheOnlyHome(Strategy.Factory factory) {
    TestService service = new TestService().with("a", "b", "c");
    Strategy strategy = service.strategy(factory);
    if (strategy.table() == null) {
      strategy.learn("new", service.server("a"));
      assertThat(service.server("a").homes()).isZero();
      return;
    }
    String placed = String.valueOf(TestService.id(strategy.choose("placed")));
    String other = placed.equals("a") ? "b" : "a";
    strategy.learn("new", service.server(other));
    strategy.learn("placed", service.server(other));
    for (String destination : List.of("new", "placed")) {
      assertThat(strategy.choose(destination))
          .isEqualTo(service.server(other).chosenFor(Reason.HIT));
      assertThat(requireNonNull(strategy.table().row(destination)).homes()).containsExactly(other);
    }
    assertThat(service.server(other).homes()).isEqualTo(2);
    assertThat(service.server(placed).homes()).isZero();
    service.servers.setHealthy(service.server(other), false);
    assertThat(TestService.id(strategy.choose("new"))).isNotEqualTo(other);
  }

  /** One that has grown a set of homes for a destination has one again: the session is there and nowhere else. */
  @Test
  void learn_inAReplicatedStrategy_endsTheSetOfHomes() {
    TestService service = new TestService();
    for (String id : List.of("a", "b", "c")) {
      service.add(id, 1);
    }
    Strategy strategy = service.strategy(ReplicatedLocalityBased::new);
    String first = String.valueOf(TestService.id(strategy.choose("s")));
    service.load(first, 3);
    String second = String.valueOf(TestService.id(strategy.choose("s")));
    assertThat(second).isNotEqualTo(first);
    assertThat(requireNonNull(requireNonNull(strategy.table()).row("s")).homes())
        .containsExactly(second, first);
    strategy.learn("s", service.server(first));
    assertThat(requireNonNull(requireNonNull(strategy.table()).row("s")).homes())
        .containsExactly(first);
    assertThat(service.server(second).homes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("ofTheKernel")
  void choose_idleServers_spreadByWeightOnAverage(Strategy.Factory factory) {
    TestService service = new TestService();
    service.add("one", 100);
    service.add("two", 200);
    service.add("three", 300);
    Strategy strategy = service.strategy(factory);
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 600; i++) {
      counts.merge(String.valueOf(TestService.id(strategy.choose("/" + i))), 1, Integer::sum);
    }
    if (strategy.table() == null) { // nothing to weigh: they take turns
      assertThat(counts).isEqualTo(Map.of("one", 200, "two", 200, "three", 200));
    } else {
      assertThat(counts).isEqualTo(Map.of("one", 100, "two", 200, "three", 300));
    }
  }

  @ParameterizedTest
  @MethodSource("ofTheKernel")
  void choose_idleServersKernelTies_allGoToTheHead(Strategy.Factory factory) {
    TestService service =
        new TestService().with("first", "last").options(Ties.KERNEL, 16_384, 24_576);
    Strategy strategy = service.strategy(factory);
    for (int i = 0; i < 10; i++) {
      assertThat(TestService.id(strategy.choose("/" + i))).isEqualTo("last");
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void chooseOther_leavesOutTheNamedAndKeepsHomes(Strategy.Factory factory) {
    TestService service = new TestService().with("a", "b", "c");
    Strategy strategy = service.strategy(factory);
    Choice home = strategy.choose("/");
    String first = String.valueOf(TestService.id(home));
    Choice other = strategy.chooseOther(Set.of(first));
    assertThat(other.reason()).isEqualTo(Reason.UNAVAILABLE);
    assertThat(TestService.id(other)).isNotEqualTo(first);
    assertThat(strategy.chooseOther(Set.of("a", "b", "c"))).isEqualTo(Choice.NONE);
    if (strategy.table() != null) {
      assertThat(strategy.choose("/")).isEqualTo(service.server(first).chosenFor(Reason.HIT));
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void choose_withUnreachableServers_takesThemForUnavailable(Strategy.Factory factory) {
    TestService service = new TestService().with("a", "b", "c");
    Strategy strategy = service.strategy(factory);
    Choice placed = strategy.choose("/", Set.of("a", "b"));
    assertThat(TestService.id(placed)).isEqualTo("c");
    Choice moved = strategy.choose("/", Set.of("a", "c"));
    assertThat(TestService.id(moved)).isEqualTo("b");
    assertThat(strategy.choose("/", Set.of("a", "b", "c"))).isEqualTo(Choice.NONE);
    if (strategy.table() != null) {
      assertThat(moved.reason()).isEqualTo(Reason.UNAVAILABLE);
      assertThat(strategy.choose("/", Set.of("a", "c")))
          .isEqualTo(service.server("b").chosenFor(Reason.HIT));
      service.load("b", 101); // the one that has room cannot be reached
      assertThat(strategy.choose("/", Set.of("a", "c")))
          .isEqualTo(service.server("b").chosenFor(Reason.HIT));
    }
  }

  @ParameterizedTest
  @MethodSource("ofTheKernel")
  void explain_asked_foretellsTheChoiceAndChangesNothing(Strategy.Factory factory) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    TestService service = new TestService();
    for (String id : List.of("a", "b", "c", "d")) {
      service.add(id, 1 + random.nextInt(3));
    }
    Strategy strategy = service.strategy(factory);
    for (int i = 0; i < 2_000; i++) {
      service.nowMillis = i * 5L;
      String destination = random.nextInt(10) == 0 ? null : "/" + random.nextInt(20);
      Choice foretold = strategy.explain(destination);
      assertThat(strategy.explain(destination)).as("seed %d, step %d", seed, i).isEqualTo(foretold);
      Choice choice = strategy.choose(destination);
      assertThat(choice).as("seed %d, step %d", seed, i).isEqualTo(foretold);
      Server server = choice.server();
      if (server != null && random.nextBoolean()) {
        service.servers.bind(server);
      }
      service.servers.list().stream()
          .filter(s -> s.active() > 0 && random.nextInt(8) == 0)
          .forEach(service.servers::unbindActive);
    }
  }
}
