package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What {@code lblc-adaptive} does otherwise than {@code lblc}. */
final class AdaptiveLocalityBasedTest {
  private static final String[] FIVE = {"a", "b", "c", "d", "e"};

  private AdaptiveOptions own = AdaptiveOptions.DEFAULTS;
  private double drawn = 0.999;
  private final TestService service = new TestService();
  private final Strategy strategy = new AdaptiveLocalityBased(context(service));

  @Test
  void choose_weightFarAboveTheLoad_overloadedHomeIsLeftForTheNextOfTheOrder() {
    service.with(FIVE);
    String home = choose("/");
    loadAll(2);
    service.load(home, 10); // 12 of 20: mean 4, W = 10

    assertThat(strategy.choose("/").reason()).isEqualTo(Reason.HIT); // 0.25 * 2/12 is less likely

    drawn = 0.04;
    Choice left = strategy.choose("/");
    assertThat(left.reason()).isEqualTo(Reason.OVERLOADED);
    assertThat(TestService.id(left)).isNotEqualTo(home);
    assertThat(homes("/")).containsExactly(TestService.id(left));
  }

  @Test
  void choose_likelihoodOfLeaving_isThePartThatIsTooMuchTimesBreakOut() {
    service.with(FIVE);
    String home = choose("/");
    loadAll(2);
    service.load(home, 10);

    drawn = 0.25 * 2 / 12 + 0.001;
    assertThat(strategy.choose("/").reason()).isEqualTo(Reason.HIT);
    drawn = 0.25 * 2 / 12 - 0.001;
    assertThat(strategy.choose("/").reason()).isEqualTo(Reason.OVERLOADED);
  }

  @Test
  void choose_allAlikeLoadedAboveTheirWeights_staysAtHome() {
    for (String id : FIVE) {
      service.add(id, 1);
    }
    String home = choose("/");
    loadAll(30);
    drawn = 0;

    assertThat(choose("/")).isEqualTo(home);
  }

  @Test
  void choose_fewRequests_neverLeavesHome() {
    service.with(FIVE);
    String home = choose("/");
    service.load(home, own.floor()); // all there is, and far above twice the mean
    drawn = 0;

    assertThat(choose("/")).isEqualTo(home);
    service.load(home, 1);
    assertThat(choose("/")).isNotEqualTo(home);
  }

  @Test
  void choose_onNodesThatHaveNotSpoken_samePlacement() {
    service.with(FIVE);
    TestService otherNode =
        new TestService().with("c", "e", "a", "d", "b"); // added in another order
    Strategy other = new AdaptiveLocalityBased(context(otherNode));

    for (int i = 0; i < 200; i++) {
      assertThat(TestService.id(other.choose("/" + i))).isEqualTo(choose("/" + i));
    }
  }

  @Test
  void choose_newServer_takesItsShareAndNothingElseMoves() {
    service.with("a", "b", "c", "d");
    Map<String, String> before = new TreeMap<>();
    for (int i = 0; i < 2_000; i++) {
      before.put("/" + i, choose("/" + i));
    }
    service.add("e", 100);
    loadAll(own.floor() + 1);
    service.nowMillis += own.forget().toMillis() + 1; // now every move is free

    int moved = 0;
    for (Map.Entry<String, String> entry : before.entrySet()) {
      String now = choose(entry.getKey());
      if (!now.equals(entry.getValue())) {
        assertThat(now).isEqualTo("e");
        moved++;
      }
    }
    assertThat(moved).isBetween(330, 470); // a fifth
  }

  @Test
  void choose_weights_areSharesOfDestinations() {
    service.add("small", 1);
    service.add("big", 3);
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 4_000; i++) {
      counts.merge(choose("/" + i), 1, Integer::sum);
    }
    // With nothing loaded the order alone decides: 3,000, and four standard deviations of 27
    assertThat(counts.get("big")).isBetween(2_890, 3_110);

    service.load("small", 1); // (1 + 1) / 1 is more than (0 + 1) / 3
    assertThat(choose("/new")).isEqualTo("big");
    service.load("big", 6); // and less than (6 + 1) / 3
    assertThat(choose("/newer")).isEqualTo("small");
  }

  @Test
  void choose_unusedForLongerThanForget_isPlacedAnewOnTheLessLoadedOfTwo() {
    service.with(FIVE);
    String home = choose("/");
    service.load(home, own.floor());
    service.nowMillis = own.forget().toMillis() + 1;
    assertThat(strategy.choose("/").reason()).as("in a quiet service").isEqualTo(Reason.HIT);

    service.load(home, 1);
    service.nowMillis += own.forget().toMillis();
    assertThat(choose("/")).isEqualTo(home);

    service.nowMillis += own.forget().toMillis() + 1;
    Choice placed = strategy.choose("/");
    assertThat(placed.reason()).isEqualTo(Reason.EXPIRED);
    assertThat(TestService.id(placed)).isNotEqualTo(home);

    own = new AdaptiveOptions(2, 4, 0.25, 0.25, 8, own.shrink(), Duration.ZERO);
    service.nowMillis += Duration.ofHours(1).toMillis();
    assertThat(strategy.choose("/").reason()).isEqualTo(Reason.HIT);
  }

  @Test
  void choose_placedAnewWhereItWas_tellsNobody() {
    service.with(FIVE);
    choose("/");
    loadAll(own.floor() + 1);
    List<String> told = new ArrayList<>();
    Objects.requireNonNull(strategy.table()).listen(told::add);
    service.nowMillis = own.forget().toMillis() + 1;

    assertThat(strategy.choose("/").reason()).isEqualTo(Reason.EXPIRED);
    assertThat(told).isEmpty();
  }

  @Test
  void choose_hotDestination_getsHomesByItsShareAndLosesThemLater() {
    service.with(FIVE);
    loadAll(own.floor() + 1);
    ask("/hot", 1, 4_000); // all requests: five times a server's share, twenty quarters of it

    assertThat(homes("/hot")).containsExactlyInAnyOrder(FIVE);

    own = new AdaptiveOptions(2, 4, 0.25, 1, 8, own.shrink(), own.forget());
    ask("/hot", 10, 500); // a tenth: half a server's share, and a home is one share now
    assertThat(homes("/hot")).hasSize(5);
    ask("/hot", 10, 40_000);
    assertThat(homes("/hot")).hasSizeBetween(1, 2);
  }

  @Test
  void choose_hotDestinationOfIdleServers_staysWhereItIs() {
    service.with(FIVE);
    loadAll(own.floor());
    ask("/hot", 1, 4_000);

    assertThat(homes("/hot")).hasSize(1);
  }

  @Test
  void choose_hotDestinationWhoseHomesAreFull_getsMoreThoughNoneHasMoreThanFloor() {
    addAllWithMax(own.floor());
    ask("/hot", 1, 2_000);
    String home = homes("/hot").get(0);
    service.load(home, own.floor());

    Choice foretold = strategy.explain("/hot");
    Choice choice = strategy.choose("/hot");
    assertThat(choice.reason()).isEqualTo(Reason.HIT);
    assertThat(foretold).isEqualTo(choice);
    assertThat(homes("/hot")).hasSize(2).contains(home);
  }

  @Test
  void choose_hotDestinationWithAllItsHomes_keepsThemWhileTheyAreFull() {
    own = new AdaptiveOptions(2, 4, 0.25, 0.25, 2, own.shrink(), own.forget());
    addAllWithMax(10);
    loadAll(own.floor() + 1);
    ask("/hot", 1, 2_000);
    List<String> homes = homes("/hot");
    assertThat(homes).hasSize(2);

    service.load(homes.get(0), 5);
    assertThat(choose("/hot")).isEqualTo(homes.get(1));
    assertThat(homes("/hot")).as("one is full").isEqualTo(homes);

    service.load(homes.get(1), 5);
    Choice other = strategy.choose("/hot");
    assertThat(other.reason()).isEqualTo(Reason.OVERLOADED);
    assertThat(TestService.id(other)).isNotIn(homes);
    assertThat(homes("/hot")).as("both are full").isEqualTo(homes);

    service.servers.editWeight(homes.get(0), 0);
    service.servers.editWeight(homes.get(1), 0);
    String next = choose("/hot");
    assertThat(homes("/hot")).as("both are quiesced").containsExactly(next);
  }

  @Test
  void choose_severalHomes_leastLoadedThatIsAvailable() {
    service.with(FIVE);
    loadAll(own.floor() + 1);
    ask("/hot", 1, 4_000);
    for (String id : FIVE) {
      service.load(id, id.equals("c") ? 0 : 20);
    }
    assertThat(choose("/hot")).isEqualTo("c");

    service.servers.setHealthy(service.server("c"), false);
    assertThat(choose("/hot")).isNotEqualTo("c");
    assertThat(TestService.id(strategy.choose("/hot", Set.of("a", "b", "c", "d"))))
        .isEqualTo("e");
  }

  @Test
  void choose_homeGone_saysWhy() {
    service.with(FIVE);
    service.servers.setHealthy(service.server(choose("/down")), false);
    assertThat(strategy.choose("/down").reason()).isEqualTo(Reason.UNAVAILABLE);

    service.servers.editWeight(choose("/quiet"), 0);
    assertThat(strategy.choose("/quiet").reason()).isEqualTo(Reason.QUIESCED);

    service.servers.remove(choose("/gone"));
    assertThat(strategy.choose("/gone").reason()).isEqualTo(Reason.UNAVAILABLE);
  }

  @Test
  void choose_onlyServerOverloaded_isUsed() {
    service.with("a");
    choose("/");
    service.load("a", 1_000);
    drawn = 0;
    assertThat(strategy.choose("/").reason()).isEqualTo(Reason.HIT);
  }

  @Test
  void grounds_ofAHome_nameLoadShareAndIdleness() {
    service.with(FIVE);
    String home = choose("/");
    loadAll(2);
    service.load(home, 8); // 10 of 18: mean 3.6, W = 9
    service.nowMillis += 1_500;
    assertThat(strategy.grounds("/"))
        .isEqualTo(
            home
                + " has 10 active connections; its share of all is 3.6, and above 9 it is overloaded:"
                + " a request leaves it with a probability of 0.025."
                + " Of the requests here it has 0.00 times what a server gets on average (hot: above 0.25):"
                + " worth 1 of at most 8 homes, and it has 1."
                + " It was used 1.5 s ago; unused for more than 10.0 s it is placed anew if its home has more than 4 active connections.");

    for (String id : FIVE) {
      service.load(id, id.equals(home) ? 0 : 3);
    }
    assertThat(strategy.grounds("/")).contains(" above 14 it is overloaded. Of the ");
  }

  @Test
  void grounds_ofOneThatIsUsedMeanwhile_nameNoTimeToCome() {
    service.with(FIVE);
    service.nowMillis = 500;
    choose("/");
    service.nowMillis = 400;
    assertThat(strategy.grounds("/")).contains(" It was used 0.0 s ago;");
  }

  @Test
  void grounds_ofAHotDestination_nameItsHomesAndWhatItWaitsFor() {
    service.with(FIVE);
    loadAll(own.floor());
    ask("/hot", 12, 4_000); // a twelfth of the requests: five twelfths of a server's share
    assertThat(strategy.grounds("/hot"))
        .contains("has 0.4")
        .contains("worth 2 of at most 8 homes, and it has 1 while none has more than 4 active ");

    loadAll(1);
    ask("/hot", 12, 1_000);
    service.load(homes("/hot").get(0), 95).load(homes("/hot").get(1), 95);
    assertThat(strategy.grounds("/hot"))
        .contains("but one of several homes is not left. Of ")
        .contains("worth 2 of at most 8 homes, and it has 2. ");
  }

  @Test
  void grounds_ofAPlacement_nameTheFirstTwoOfTheOrder() {
    service.with(FIVE);
    assertThat(strategy.grounds(null)).isEmpty();
    String first = String.valueOf(TestService.id(strategy.explain("/")));
    assertThat(strategy.grounds("/"))
        .startsWith("Its first two servers are " + first
            + ", with 0 active connections for a weight of 100, and ")
        .endsWith(", with 0 for 100.");

    choose("/");
    service.nowMillis = own.forget().toMillis() + 1_000;
    String use =
        " It was used 11.0 s ago; unused for more than 10.0 s it is placed anew if its home has more than 4 active connections.";
    assertThat(strategy.grounds("/"))
        .startsWith(first + " has 0 active connections")
        .endsWith(use);
    loadAll(own.floor() + 1);
    assertThat(strategy.grounds("/")).startsWith("Its first two servers are ").endsWith(use);

    for (Server server : service.servers.list()) {
      service.servers.setHealthy(server, server.id().equals("a"));
    }
    assertThat(strategy.grounds("/new")).isEqualTo("Only a takes new destinations.");
    service.servers.setHealthy(service.server("a"), false);
    assertThat(strategy.grounds("/new")).isEmpty();
  }

  /** Asks for a destination once in so many milliseconds, and for others in between, for so long. */
  private void ask(String destination, int everyMillis, int forMillis) {
    for (int i = 0; i < forMillis; i++) {
      service.nowMillis++;
      choose(i % everyMillis == 0 ? destination : "/" + i);
    }
  }

  private void addAllWithMax(int max) {
    for (String id : FIVE) {
      service.servers.add(new ServerSpec(id, "192.0.2.1", 80, 100, 0, 0, max));
    }
  }

  private void loadAll(int connections) {
    for (String id : FIVE) {
      service.load(id, connections);
    }
  }

  private String choose(String destination) {
    return String.valueOf(TestService.id(strategy.choose(destination)));
  }

  private List<String> homes(String destination) {
    return Objects.requireNonNull(Objects.requireNonNull(strategy.table()).row(destination))
        .homes();
  }

  private Strategy.Context context(TestService of) {
    RandomGenerator draws = () -> (long) (drawn * 0x1p53) << 11;
    return new Strategy.Context(
        of.servers, () -> of.options, () -> of.nowMillis, false, () -> draws, () -> own);
  }
}
