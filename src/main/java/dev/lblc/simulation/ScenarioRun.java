package dev.lblc.simulation;

import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.SchedulerOptions.EntryCounter;
import dev.lblc.scheduler.SchedulerOptions.Ties;
import dev.lblc.scheduler.SchedulerOptions.WhenFull;
import dev.lblc.scheduler.Strategy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a scenario, or a recording. The table of a scenario has room for every destination, and ties are decided as the kernel does, by the
 * list: so runs can be compared with those of other programs.
 */
public final class ScenarioRun {
  /** What strategies have in common in a scenario. */
  public static final SchedulerOptions OPTIONS = new SchedulerOptions(
      SchedulerOptions.DEFAULTS.expiration(),
      Integer.MAX_VALUE,
      Integer.MAX_VALUE,
      Ties.KERNEL,
      SchedulerOptions.DEFAULTS.checkInterval(),
      EntryCounter.EXACT,
      WhenFull.REFUSE);

  private ScenarioRun() {}

  /** Runs it to its end. */
  public static Measurements of(
      Scenario scenario, Model model, long seed, Strategy.Factory factory) {
    return new Simulation(model, scenario.workload(seed), scenario.incidents(), factory, OPTIONS)
        .run(scenario.seconds());
  }

  /** Runs it before {@link Scenario#pooled one server}, which neither goes nor comes. */
  public static Measurements pooled(Scenario scenario, long seed, Strategy.Factory factory) {
    List<Incident> ofNodes =
        scenario.incidents().stream().filter(incident -> !incident.isOfServer()).toList();
    return new Simulation(scenario.pooled(), scenario.workload(seed), ofNodes, factory, OPTIONS)
        .run(scenario.seconds());
  }

  /** Runs a workload to its end. */
  public static Measurements of(
      Model model,
      Workload workload,
      List<Incident> incidents,
      Strategy.Factory factory,
      SchedulerOptions options) {
    return new Simulation(model, workload, incidents, factory, options).run(Double.MAX_VALUE);
  }

  /**
   * Returns its figures by the name of a stretch of time. Of a scenario in which something happens {@code event} comes first, the ten
   * seconds from then on; {@code before} and {@code end} are the ten seconds before it and the last ten. {@code whole} is all of it
   * but the time in which caches fill.
   */
  public static Map<String, Figures> figures(Scenario scenario, Measurements seen) {
    Map<String, Figures> figures = new LinkedHashMap<>();
    int event = scenario.event();
    int seconds = scenario.seconds();
    if (event > 0) {
      figures.put("event", seen.figures(event, event + Scenario.STRETCH));
      figures.put("before", seen.figures(event - Scenario.STRETCH, event));
      figures.put("end", seen.figures(seconds - Scenario.STRETCH, seconds));
    }
    figures.put("whole", seen.figures(Scenario.WARM, seconds));
    return figures;
  }
}
