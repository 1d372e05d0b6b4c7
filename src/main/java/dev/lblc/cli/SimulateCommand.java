package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.PluginFolder;
import dev.lblc.config.ConfigException;
import dev.lblc.simulation.Figures;
import dev.lblc.simulation.Measurements;
import dev.lblc.simulation.Model;
import dev.lblc.simulation.Scenario;
import dev.lblc.simulation.ScenarioRun;
import dev.lblc.simulation.Scenarios;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code simulate}: says what strategies do to servers with caches. */
@Command(
    name = "simulate",
    description =
        "Says what strategies do to servers with caches: the gateway's own code on a model.",
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  private static final double REPORT_SECONDS = 0.1;
  private static final int MOST_WEIGHT = 10_000;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The gateway's configuration: servers, routes and options for --trace.")
  private @Nullable Path file;

  @ArgGroup(exclusive = false, heading = "%nThe replay of a log or a trace:%n")
  private TraceSimulation replay = new TraceSimulation();

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      description = "A known model: S2, or S for all that begin so; \"list\" lists them.")
  private @Nullable String scenario;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Another number, other requests (default: 1).")
  private long seed = 1;

  @Option(
      names = "--strategy",
      paramLabel = "A",
      split = ",",
      description = {
        "What is compared, with commas between them: a strategy, round-robin, ring-hash,",
        "bounded-load-hash, or pooled: one server that has it all."
      })
  private List<String> strategies = List.of();

  @Option(
      names = "--option",
      paramLabel = "KEY=VALUE",
      description =
          "An option of the strategies' own, such as breakOut=0.5, for those that have it.")
  private Map<String, String> options = new LinkedHashMap<>();

  @Option(names = "--nodes", paramLabel = "G", description = "How many gateways.")
  private @Nullable Integer nodes;

  @Option(
      names = "--report",
      paramLabel = "D",
      converter = ShortDuration.class,
      description = "How often they tell each other their counts, such as 50ms.")
  private @Nullable Duration report;

  @Option(
      names = "--weight",
      paramLabel = "W",
      defaultValue = "1",
      description = "Weight of a server for each of its slots (default: 1).")
  private double weight = 1;

  @Option(
      names = "--plugins",
      paramLabel = "FOLDER",
      description = "Folder of further strategies (default: plugins, if there is one).")
  private @Nullable Path plugins;

  @Option(
      names = "--plot",
      paramLabel = "FILE.svg",
      description = "Writes a picture: loads and hit ratio, second by second.")
  private @Nullable Path plot;

  @Option(names = "--json", description = "A line of JSON for each strategy in place of the table.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (replay.isAsked() == (scenario != null)) {
      throw new ParameterException(
          spec.commandLine(), "Missing, or too much: either --scenario=NAME, or --trace=LOG");
    }
    if ("list".equals(scenario)) {
      list().forEach(out::println);
      return 0;
    }
    requireThatAllCounts();
    SimulationPlot picture = plot == null ? null : new SimulationPlot(plot);
    try (PluginFolder folder = PluginFolder.openNamed(plugins)) {
      if (scenario == null) {
        replay(out, folder, picture);
      } else {
        scenarios(out, folder, scenario, picture);
      }
    }
    if (picture != null) {
      picture.write();
    }
    return 0;
  }

  /** What the other kind of run knows would be passed over without a word. */
  private void requireThatAllCounts() {
    ParseResult given = spec.commandLine().getParseResult();
    List<String> others = scenario == null
        ? List.of("--seed", "--weight")
        : List.of(
            "--service",
            "--host",
            "--servers",
            "--weights",
            "--slots",
            "--cache",
            "--hit",
            "--miss",
            "--traffic",
            "--stop",
            "--come",
            "--warm");
    for (String option : others) {
      if (given.hasMatchedOption(option)) {
        throw new ParameterException(
            spec.commandLine(),
            option + " does not go with " + (scenario == null ? "--trace" : "--scenario"));
      }
    }
    if (scenario != null && file != null) {
      throw new ParameterException(spec.commandLine(), "FILE does not go with --scenario");
    }
  }

  private void scenarios(
      PrintWriter out, PluginFolder folder, String name, @Nullable SimulationPlot picture)
      throws CommandException, ConfigException {
    List<Scenario> wanted = Scenarios.named(name);
    if (wanted.isEmpty()) {
      throw new CommandException("--scenario: " + name + " (expected: one of "
          + String.join(", ", Scenarios.all().stream().map(Scenario::name).toList()) + ")");
    }
    Contenders contenders = new Contenders(folder.strategies(), options);
    contenders.requireKnown(names());
    for (Scenario one : wanted) {
      run(out, changed(one), contenders, picture);
    }
  }

  private void replay(PrintWriter out, PluginFolder folder, @Nullable SimulationPlot picture)
      throws CommandException, ConfigException {
    requireNodes();
    replay.run(
        out,
        file == null ? null : GatewayFile.read(file, folder),
        folder.strategies(),
        strategies,
        options,
        nodes == null ? 1 : nodes,
        report == null ? REPORT_SECONDS : report.toMillis() / 1_000.0,
        json,
        picture);
  }

  private void requireNodes() throws CommandException {
    if (nodes != null && (nodes < 1 || nodes > Model.MOST_NODES)) {
      throw new CommandException(
          "--nodes: " + nodes + " (expected: 1 to " + Model.MOST_NODES + ")");
    }
  }

  private void run(
      PrintWriter out, Scenario wanted, Contenders contenders, @Nullable SimulationPlot picture)
      throws CommandException, ConfigException {
    SimulationReport report = new SimulationReport();
    for (String name : names()) {
      Measurements run = name.equals(Contenders.POOLED)
          ? ScenarioRun.pooled(wanted, seed, contenders.anyServer())
          : ScenarioRun.of(wanted, wanted.model(weight), seed, contenders.factory(name, null));
      if (picture != null) {
        picture.add(wanted.name() + ", " + name, run);
      }
      Map<String, Figures> seen = ScenarioRun.figures(wanted, run);
      if (json) {
        out.println(line(wanted, name, seen).encode());
      } else {
        report.add(name, seen, run.entries());
      }
    }
    if (!json) {
      out.println(wanted.name() + ": " + wanted.about());
      report.lines().forEach(out::println);
    }
  }

  /** The first stretch is the scenario's own; where there are several, all follow it. */
  private JsonObject line(Scenario of, String strategy, Map<String, Figures> seen) {
    JsonObject line =
        new JsonObject().put("scenario", of.name()).put("seed", seed).put("strategy", strategy);
    line.mergeIn(SimulationReport.json(seen.values().iterator().next()));
    if (seen.size() > 1) {
      JsonObject stretches = new JsonObject();
      seen.forEach((stretch, figures) -> stretches.put(stretch, SimulationReport.json(figures)));
      line.put("stretches", stretches);
    }
    return line;
  }

  private List<String> names() {
    if (!strategies.isEmpty()) {
      return json ? strategies : Contenders.withYardsticks(strategies);
    }
    List<String> all =
        new ArrayList<>(Contenders.withYardsticks(List.of("lblc-adaptive", "lblc", "lblcr")));
    all.add(Contenders.POOLED);
    return all;
  }

  private Scenario changed(Scenario one) throws CommandException {
    requireNodes();
    TraceServers.require(
        "--weight", weight, weight > 0 && weight <= MOST_WEIGHT, "above 0, up to " + MOST_WEIGHT);
    Scenario with = one;
    if (nodes != null) {
      with = with.withNodes(nodes);
    }
    if (report != null) {
      with = with.withReports(report.toMillis() / 1_000.0);
    }
    return with;
  }

  private static List<String> list() {
    return Columns.format(
        Scenarios.all().stream()
            .map(one -> new String[] {one.name(), one.about()})
            .toList(),
        column -> true);
  }
}
