package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.SchedulerOptions.Ties;
import dev.lblc.scheduler.SchedulerOptions.WhenFull;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A full table with {@code whenFull: replace}: who gets in, who goes, and a flood of keys that are asked for once. */
final class FullTableTest {
  private static final int LIMIT = 100;
  private static final int LIMIT_OF_FLOOD =
      Integer.getInteger("lblc.bounded.destinations", 200_000) / 10;
  private static final long IDLE = SchedulerOptions.IDLE.toMillis();

  private final TestService service = new TestService().with("s1", "s2", "s3");
  private long now;

  static Stream<Named<Strategy.Factory>> strategies() {
    return Stream.of(
        Named.of("lblc", LocalityBased::new), Named.of("lblcr", ReplicatedLocalityBased::new));
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void newcomer_hotTable_isRememberedTheSecondTime(Strategy.Factory factory) {
    Strategy strategy = full(factory);
    for (int i = 0; i < 50; i++) {
      String newcomer = "/new/" + i;
      assertThat(strategy.choose(newcomer).reason()).isEqualTo(Reason.PLACED);
      assertThat(table(strategy).row(newcomer)).isNull();
      Choice second = strategy.choose(newcomer);
      assertThat(second.reason()).isEqualTo(Reason.PLACED);
      assertThat(table(strategy).row(newcomer)).isNotNull();
      Choice third = strategy.choose(newcomer);
      assertThat(third.reason()).isEqualTo(Reason.HIT);
      assertThat(third.server()).isEqualTo(second.server());
    }
    assertThat(table(strategy).size()).isEqualTo(LIMIT);
    assertThat(table(strategy).refused()).isEqualTo(50);
    assertThat(table(strategy).replaced()).isEqualTo(50);
    assertThat(homes()).isEqualTo(LIMIT);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void newcomer_tableWithSomethingIdle_isRememberedAtOnceInThePlaceOfThat(
      Strategy.Factory factory) {
    Strategy strategy = full(factory);
    pass(IDLE);
    IntStream.range(0, LIMIT / 2).forEach(i -> strategy.choose("/old/" + i));
    strategy.choose("/new");
    assertThat(table(strategy).row("/new")).isNotNull();
    assertThat(IntStream.range(0, LIMIT / 2))
        .allMatch(i -> table(strategy).row("/old/" + i) != null);
    assertThat(table(strategy).size()).isEqualTo(LIMIT);
  }

  @Test
  void newcomer_tableThatNodesShare_getsInWhileThereIsRoomAndTakesNobodysPlace() {
    service.options(Ties.SPREAD, 160, 160);
    Strategy strategy = service.strategy(LocalityBased::new);
    TableReplica replica = new TableReplica(table(strategy), service.servers);
    replica.forgetBy(new OwnForgetter(table(strategy)));
    IntStream.range(0, 150).forEach(i -> strategy.choose("/first/" + i));
    assertThat(replica.size()).isEqualTo(150);
    assertThat(replica.victims(now, service.options)).isEmpty();
    IntStream.range(0, 50).forEach(i -> strategy.choose("/once/" + i));
    assertThat(replica.size()).as("asked for once, while all are in use").isEqualTo(150);
    for (int i = 0; i < 50; i++) {
      strategy.choose("/twice/" + i);
      strategy.choose("/twice/" + i);
    }
    assertThat(replica.size()).as("what is left is for others").isEqualTo(155);
    assertThat(IntStream.range(0, 150)).allMatch(i -> table(strategy).row("/first/" + i) != null);
    assertThat(replica.victims(now, service.options))
        .as("nobody knows them yet")
        .isEmpty();
    replica.unconfirmed().forEach(destination -> replica.confirm(version1(replica, destination)));
    List<Placement> victims = replica.victims(now, service.options);
    assertThat(victims).hasSizeBetween(1, 5).doesNotHaveDuplicates();
    assertThat(replica.size()).as("they stay until the map has let go of them").isEqualTo(155);
    assertThat(replica.victims(now, service.options.withWhenFull(WhenFull.REFUSE)))
        .isEmpty();
  }

  @Test
  void victims_ofATableWhoseLimitWasLowered_areAPartOfThem() {
    service.options(Ties.SPREAD, 40_000, 40_000);
    Strategy strategy = service.strategy(LocalityBased::new);
    TableReplica replica = new TableReplica(table(strategy), service.servers);
    replica.forgetBy(new OwnForgetter(table(strategy)));
    IntStream.range(0, 30_000).forEach(i -> strategy.choose("/old/" + i));
    replica.unconfirmed().forEach(destination -> replica.confirm(version1(replica, destination)));
    service.options(Ties.SPREAD, LIMIT, LIMIT);
    assertThat(replica.victims(now, service.options).size()).isBetween(8_192, 16_384);
  }

  @Test
  void newcomer_expirationShorterThanSixMinutes_takesThePlaceOfWhatHasExpired() {
    service.options(Ties.SPREAD, LIMIT, LIMIT);
    service.options = service.options.withExpiration(Duration.ofSeconds(16));
    Strategy strategy = full(LocalityBased::new);
    pass(16_000);
    strategy.choose("/new");
    assertThat(table(strategy).row("/new")).isNotNull();
  }

  @Test
  void victim_hotTable_isOneThatWasNotUsedAgain() {
    Strategy strategy = full(LocalityBased::new);
    pass(1_000);
    IntStream.range(0, LIMIT / 2).forEach(i -> strategy.choose("/old/" + i));
    for (int i = 0; i < LIMIT / 4; i++) { // later than the uses of those
      pass(10);
      strategy.choose("/new/" + i);
      strategy.choose("/new/" + i);
    }
    assertThat(IntStream.range(0, LIMIT / 2))
        .allMatch(i -> table(strategy).row("/old/" + i) != null);
  }

  @Test
  void victim_allUsedAgain_isAmongTheIdlest() {
    Strategy strategy = full(LocalityBased::new);
    for (int i = 0; i < LIMIT; i++) {
      pass(1);
      strategy.choose("/old/" + i);
    }
    for (int i = 0; i < 10; i++) {
      strategy.choose("/new/" + i);
      strategy.choose("/new/" + i);
      pass(1);
      strategy.choose("/new/" + i);
    }
    // That none of 16 drawn is of the idler half has a probability of 1 to 65,536 each time.
    assertThat(IntStream.range(LIMIT / 2, LIMIT))
        .allMatch(i -> table(strategy).row("/old/" + i) != null);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void newcomer_whenFullRefuse_isNeverRemembered(Strategy.Factory factory) {
    service.options(Ties.SPREAD, LIMIT, LIMIT).whenFull(WhenFull.REFUSE);
    assertRefuses(full(factory));
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void newcomer_tableThatOthersShare_isNotRememberedWhileTheyDo(Strategy.Factory factory) {
    Strategy strategy = full(factory);
    TableReplica replica = new TableReplica(table(strategy), service.servers);
    replica.forgetBy(new OwnForgetter(table(strategy)));
    assertRefuses(strategy);
    replica.forgetBy(null);
    strategy.choose("/new");
    assertThat(table(strategy).row("/new")).isNotNull();
  }

  private void assertRefuses(Strategy strategy) {
    pass(IDLE);
    IntStream.range(0, 3).forEach(i -> strategy.choose("/new"));
    assertThat(table(strategy).row("/new")).isNull();
    assertThat(table(strategy).refused()).isEqualTo(3);
    assertThat(table(strategy).replaced()).isZero();
    assertThat(IntStream.range(0, LIMIT)).allMatch(i -> table(strategy).row("/old/" + i) != null);
  }

  /**
   * Ten times as many as the table holds, beside a hundredth of it that is asked for five times each, and a fifth of it that was
   * there before and is asked for on. With {@code -Plong}: a million, 1,000 and 20,000.
   */
  @Test
  void flood_ofKeysThatAreAskedForOnce_takesNobodysLocality() {
    int limit = LIMIT_OF_FLOOD;
    int flood = 10 * limit;
    Random random = new Random(16);
    service.options(Ties.SPREAD, limit, limit);
    Strategy strategy = service.strategy(LocalityBased::new);
    List<String> known = keys("/known/", limit / 5);
    List<String> legitimate = keys("/legitimate/", limit / 100);
    Map<String, @Nullable String> homes = new HashMap<>();
    known.forEach(key -> homes.put(key, TestService.id(strategy.choose(key))));
    pass(1);
    known.forEach(strategy::choose);
    int[] times = random.ints(5L * legitimate.size(), 0, flood).sorted().toArray();
    List<String> asked = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      asked.addAll(legitimate);
    }
    Collections.shuffle(asked, random);
    Map<String, Integer> asks = new HashMap<>();
    Map<String, Integer> servers = new HashMap<>();
    int moved = 0;
    int next = 0;
    for (int i = 0; i < flood; i++) {
      pass(i % 20 == 0 ? 1 : 0);
      strategy.choose("/flood/" + i);
      if (i % 10 == 0) {
        String key = known.get(random.nextInt(known.size()));
        moved += Objects.equals(homes.get(key), TestService.id(strategy.choose(key))) ? 0 : 1;
      }
      for (; next < times.length && times[next] <= i; next++) {
        String key = asked.get(next);
        String server = Objects.requireNonNull(TestService.id(strategy.choose(key)));
        if (asks.merge(key, 1, Integer::sum) > 1) { // the first one is not remembered
          servers.merge(key, 1 << (server.charAt(1) - '0'), (one, other) -> one | other);
        }
      }
    }
    long oneServer =
        servers.values().stream().filter(bits -> Integer.bitCount(bits) == 1).count();
    long remembered =
        legitimate.stream().filter(key -> table(strategy).row(key) != null).count();
    long kept = known.stream().filter(key -> table(strategy).row(key) != null).count();
    assertThat(table(strategy).size()).isEqualTo(limit);
    assertThat(oneServer)
        .as("legitimate, on one server from the second time on")
        .isGreaterThanOrEqualTo(limit / 100 * 99 / 100);
    assertThat(remembered)
        .as("legitimate, remembered")
        .isGreaterThanOrEqualTo(limit / 100 * 99 / 100);
    assertThat(kept).as("known, remembered").isGreaterThanOrEqualTo(limit / 5 - 10);
    assertThat(moved).as("requests for what was known, moved").isLessThan(flood / 10_000);
  }

  private void pass(long millis) {
    now += millis;
    service.nowMillis = now;
  }

  private static List<String> keys(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }

  /** A strategy whose table holds {@code /old/0} and so on, all placed now. */
  private Strategy full(Strategy.Factory factory) {
    if (service.options.hardLimit() != LIMIT) {
      service.options(Ties.SPREAD, LIMIT, LIMIT);
    }
    Strategy strategy = service.strategy(factory);
    IntStream.range(0, LIMIT).forEach(i -> strategy.choose("/old/" + i));
    return strategy;
  }

  private int homes() {
    return Arrays.stream(service.servers.snapshot()).mapToInt(Server::homes).sum();
  }

  private static DestinationTable table(Strategy strategy) {
    return Objects.requireNonNull(strategy.table());
  }

  private static Placement version1(TableReplica replica, String destination) {
    Placement placement = Objects.requireNonNull(replica.placement(destination));
    return new Placement(destination, placement.homes(), 1, placement.lastUseMillis());
  }
}
