package dev.lblc.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lblc.scheduler.AdaptiveLocalityBased;
import dev.lblc.scheduler.AdaptiveOptions;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.WeightedLeastConnection;
import dev.lblc.simulation.Incident.Kind;
import dev.lblc.simulation.SyntheticWorkload.Flash;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs of a few seconds. The figures are those of another program of the same model, with a rule of its own that was written after the
 * kernel's: seed 4, seconds 2 and 3.
 */
final class SimulationTest {
  private static final long SEED = 4;

  @ParameterizedTest
  @CsvSource({
    // name, requests, hit, imbalance, imbalance 99 %, mean, p99, errors of 10,000, moves
    "gateways, 28314, 0.6848, 1.919,  2.80, 215.54, 726.7, 202,   3",
    "death,    21962, 0.6200, 1.058,  2.39,  24.94, 114.9,   0, 569",
    "growth,   29954, 0.6888, 1.956,  4.80, 114.55, 659.8,   0, 116",
    "restarts, 17976, 0.6379, 1.097,  1.51,  15.68,  92.4,   0,   0",
    "flash,    20217, 0.6742, 4.978, 11.23,  32.83, 210.5,   0,   8",
    "unequal,  29947, 0.6904, 1.442,  2.23,  19.31, 123.0,   0,   4",
    "drift,    25994, 0.6650, 1.111,  1.72,  30.31, 170.7,   0,   0"
  })
  void kernelRule_inKnownScenarios_asAnotherProgramHasIt(
      String name,
      long requests,
      double hit,
      double imbalance,
      double imbalance99,
      double mean,
      double p99,
      int errors,
      long moves) {
    Figures seen = run(scenario(name), LocalityBased::new);

    assertThat(seen.requests()).isEqualTo(requests);
    assertThat(seen.hit()).isCloseTo(hit, within(0.000_051));
    assertThat(seen.imbalance()).isCloseTo(imbalance, within(0.000_51));
    assertThat(seen.imbalance99()).isCloseTo(imbalance99, within(0.02));
    assertThat(seen.meanMillis()).isCloseTo(mean, within(0.005_1));
    assertThat(seen.p99Millis()).isCloseTo(p99, within(0.051));
    assertThat(seen.errors() * 10_000.0 / requests).isCloseTo(errors, within(0.51));
    assertThat(seen.moves()).isEqualTo(moves);
  }

  @Test
  void adaptive_inAFlash_keepsTheLoadEvenAndLosesNothing() {
    Figures kernel = run(scenario("flash"), LocalityBased::new);
    Figures adaptive = run(
        scenario("flash"),
        context ->
            new AdaptiveLocalityBased(context.withOwnOptions(() -> AdaptiveOptions.DEFAULTS)));

    assertThat(adaptive.errors()).isZero();
    assertThat(adaptive.imbalance()).isLessThan(0.5 * kernel.imbalance());
    assertThat(adaptive.replicas()).isPositive();
  }

  @Test
  void pooled_inAScenarioWhoseServersStop_isOneThatStays() {
    Figures pooled = ScenarioRun.pooled(scenario("death"), SEED, WeightedLeastConnection::new)
        .figures(2, 4);
    Figures kernel = run(scenario("death"), LocalityBased::new);

    assertThat(pooled.errors()).isZero();
    assertThat(pooled.hit()).isGreaterThan(kernel.hit());
    assertThat(pooled.imbalance()).isEqualTo(1);
  }

  @Test
  void run_again_sameFigures() {
    Strategy.Factory adaptive = context ->
        new AdaptiveLocalityBased(context.withOwnOptions(() -> AdaptiveOptions.DEFAULTS));

    assertThat(run(scenario("restarts"), adaptive)).isEqualTo(run(scenario("restarts"), adaptive));
  }

  @Test
  void scenarios_byNameAndByItsBeginning() {
    assertThat(Scenarios.named("S2")).extracting(Scenario::rate).containsExactly(15_000.0);
    assertThat(Scenarios.named("Z"))
        .extracting(Scenario::name)
        .containsExactly("Z0.6", "Z0.9", "Z1.1", "Z1.3");
    assertThat(Scenarios.named("X")).isEmpty();
  }

  private static Figures run(Scenario scenario, Strategy.Factory factory) {
    return ScenarioRun.of(scenario, scenario.model(1), SEED, factory).figures(2, 4);
  }

  private static Scenario scenario(String name) {
    return switch (name) {
      case "gateways" -> scenario(16, 0, false, 15_000, 0, null, List.of());
      case "death" -> scenario(4, 0, false, 11_000, 0, null, stopped());
      case "growth" -> scenario(4, 4, false, 15_000, 0, null, added());
      case "restarts" -> scenario(4, 0, false, 9_000, 0, null, restarts());
      case "flash" -> scenario(4, 0, false, 9_000, 0, new Flash(2.5, 1, 0.20, 1), List.of());
      case "unequal" -> scenario(4, 0, true, 15_000, 0, null, List.of());
      default -> scenario(4, 0, false, 13_000, 200, null, List.of());
    };
  }

  private static List<Incident> stopped() {
    List<Incident> incidents = new ArrayList<>();
    for (int server = 3; server < 7; server++) {
      incidents.add(new Incident(2.5, Kind.SERVER_STOPS, server));
      incidents.add(new Incident(3.2, Kind.SERVER_COMES, server));
    }
    return incidents;
  }

  private static List<Incident> added() {
    return List.of(
        new Incident(2.5, Kind.SERVER_COMES, 16),
        new Incident(2.5, Kind.SERVER_COMES, 17),
        new Incident(2.5, Kind.SERVER_COMES, 18),
        new Incident(2.5, Kind.SERVER_COMES, 19));
  }

  private static List<Incident> restarts() {
    return List.of(
        new Incident(2.2, Kind.NODE_STOPS, 0),
        new Incident(2.7, Kind.NODE_COMES, 0),
        new Incident(3.2, Kind.NODE_STOPS, 1),
        new Incident(3.7, Kind.NODE_COMES, 1));
  }

  private static Scenario scenario(
      int nodes,
      int added,
      boolean unequal,
      double rate,
      double drift,
      @Nullable Flash flash,
      List<Incident> incidents) {
    double hitSeconds = flash == null ? 0.002 : 0.008;
    return new Scenario(
        "test",
        "",
        nodes,
        16,
        added,
        unequal,
        rate,
        0.9,
        hitSeconds,
        0.1,
        drift,
        4,
        0,
        flash,
        incidents);
  }
}
