package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rates by a clock that the test moves. */
class TrafficTest {
  private static final long SEED = 20_261_129;

  private final Random random = new Random(SEED);
  private final Server server = new Server("a");
  private final Server other = new Server("b");
  private long now = 1_000;
  private final Traffic traffic = new Traffic(() -> now, () -> random);

  @Test
  void few_areCountedExactly() {
    for (int i = 0; i < 10; i++) {
      traffic.note("/cats", server);
    }
    traffic.note("/dogs", other);
    traffic.note(null, other);
    now += 1_000;
    List<Traffic.Rate> top = traffic.top(5);
    assertThat(top).extracting(Traffic.Rate::destination).containsExactly("/cats", "/dogs");
    assertThat(top.get(0).perSecond()).isCloseTo(10, within(1e-9));
    assertThat(top.get(0).errorPerSecond()).isZero();
    assertThat(traffic.perSecond()).isCloseTo(12, within(1e-9));
    assertThat(traffic.perSecond(List.of(server, other)))
        .containsExactly(new double[] {10, 2}, within(1e-9));
  }

  @Test
  void steadyRate_isTold_howeverLongItLasts() {
    for (int second = 0; second < 200; second++) {
      for (int i = 0; i < 50; i++) {
        traffic.note("/cats", server);
        now += 20;
      }
      assertThat(traffic.perSecond()).isCloseTo(50, within(0.5));
    }
  }

  @Test
  void whatIsOver_fades_andItsCounterIsFree() {
    for (int i = 0; i < 1_000; i++) {
      traffic.note("/cats", server);
    }
    now += 1_000;
    double first = traffic.perSecond();
    now += 1_000L * Traffic.HALF_LIFE_SECONDS * 2;
    assertThat(traffic.perSecond()).isLessThan(first / 4);
    now += 1_000L * Traffic.HALF_LIFE_SECONDS * 15;
    assertThat(traffic.top(5)).isEmpty();
    traffic.note("/dogs", server);
    assertThat(traffic.top(5))
        .singleElement()
        .satisfies(rate -> assertThat(rate.errorPerSecond()).isZero());
  }

  /** A million destinations, of which few are asked for often: no counter is below the truth, or above it by more than it says. */
  @Test
  void manyDestinations_areWithinTheBound() {
    Map<String, Integer> truth = new HashMap<>();
    for (int i = 0; i < Traffic.MOST_SAMPLES - 1; i++) { // all of them are counted
      String key =
          random.nextInt(4) > 0 ? "hot-" + random.nextInt(10) : "cold-" + random.nextInt(1_000_000);
      truth.merge(key, 1, Integer::sum);
      traffic.note(key, server);
    }
    now += 999; // no second is over
    List<Traffic.Rate> top = traffic.top(Traffic.COUNTERS);
    assertThat(top).hasSizeBetween(10, Traffic.COUNTERS);
    assertThat(top.subList(0, 10)).allMatch(rate -> rate.destination().startsWith("hot-"));
    for (Traffic.Rate rate : top) {
      int real = truth.getOrDefault(rate.destination(), 0);
      assertThat(rate.perSecond())
          .as("seed %d, %s", SEED, rate)
          .isGreaterThanOrEqualTo(real - 1e-9);
      assertThat(rate.perSecond() - rate.errorPerSecond()).isLessThanOrEqualTo(real + 1e-9);
      assertThat(rate.errorPerSecond())
          .isLessThanOrEqualTo((double) Traffic.MOST_SAMPLES / Traffic.COUNTERS);
    }
  }

  /** The tolerance is five standard deviations of a sum of samples that each stand for some hundred decisions. */
  @Test
  void heavyTraffic_isSampled_andToldWithinItsError() {
    int perSecond = 400_000;
    for (int second = 0; second < 5; second++) {
      for (int i = 0; i < perSecond; i++) {
        if (i % 400 == 0) {
          now += 1;
        }
        traffic.note(i % 4 == 0 ? "/cats" : "cold-" + i % 1_000, i % 2 == 0 ? server : other);
      }
    }
    double oneIn = perSecond / (Traffic.MOST_SAMPLES / 2.0);
    double tolerance = 5 * Math.sqrt(perSecond / 2.0 * oneIn);
    assertThat(traffic.perSecond()).as("seed %d", SEED).isCloseTo(perSecond, within(2 * tolerance));
    Traffic.Rate cats = traffic.top(1).get(0);
    assertThat(cats.destination()).isEqualTo("/cats");
    assertThat(cats.perSecond()).isCloseTo(perSecond / 4.0, within(tolerance));
    assertThat(cats.errorPerSecond()).isBetween(1.0, tolerance);
    assertThat(traffic.perSecond(List.of(server))[0]).isCloseTo(perSecond / 2.0, within(tolerance));
  }

  @Test
  void fewAfterMany_areCountedExactlyAgain() {
    for (int i = 0; i < 1_000_000; i++) {
      traffic.note("/cats", server);
    }
    now += 1_000L * Traffic.HALF_LIFE_SECONDS * 30;
    assertThat(traffic.top(5)).isEmpty(); // whoever looks sees that it is over
    traffic.note("/dogs", server);
    assertThat(traffic.top(5)).singleElement().satisfies(rate -> {
      assertThat(rate.destination()).isEqualTo("/dogs");
      assertThat(rate.errorPerSecond()).isZero();
    });
  }
}
