package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.config.ConfigException;
import dev.lblc.config.ServiceConfig;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.Strategy;
import dev.lblc.simulation.Figures;
import dev.lblc.simulation.Incident;
import dev.lblc.simulation.Measurements;
import dev.lblc.simulation.Model;
import dev.lblc.simulation.RecordedWorkload;
import dev.lblc.simulation.ScenarioRun;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The replay of a log or a trace: {@code simulate FILE --trace LOG}. */
final class TraceSimulation {
  private static final double WARM = 0.2;
  private static final double MOST_TRAFFIC = 1_000;

  /** So long a log may be, in seconds: what is seen is kept for each. */
  private static final double LONGEST = 7 * 24 * 3_600;

  @Option(
      names = "--trace",
      paramLabel = "LOG",
      description = {
        "In place of a scenario: an access log (text, json, common or combined; packed by gzip",
        "or not), or a binary trace of 24 octets a request."
      })
  private @Nullable Path trace;

  @Option(names = "--service", paramLabel = "S", description = "The service of FILE that it is of.")
  private @Nullable String service;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "The host of requests where the log has none (default: localhost).")
  private String host = "localhost";

  @Option(
      names = "--traffic",
      paramLabel = "F",
      description = "So many times as fast as it was: 2 doubles the traffic.")
  private double traffic = 1;

  @Option(
      names = "--warm",
      paramLabel = "D",
      converter = SimulatedTime.class,
      description = "What comes before is not measured (default: a fifth of the time).")
  private @Nullable Double warm;

  @ArgGroup(exclusive = false)
  private TraceServers servers = new TraceServers();

  /** Whether it is what was asked for. */
  boolean isAsked() {
    return trace != null;
  }

  /**
   * Runs it with each strategy.
   *
   * @param read the gateway's file; null: there is none
   * @param strategies those that there are
   * @param named what is compared; empty: the service's, {@code lblc-adaptive}, and the yardsticks
   * @param plot gets a picture of each; null: nobody wants any
   */
  void run(
      PrintWriter out,
      @Nullable GatewayFile read,
      Strategies strategies,
      List<String> named,
      Map<String, String> options,
      int nodes,
      double reportSeconds,
      boolean json,
      @Nullable SimulationPlot plot)
      throws CommandException, ConfigException {
    servers.requireRanges();
    TraceServers.require(
        "--traffic", traffic, traffic > 0 && traffic <= MOST_TRAFFIC, "above 0, up to 1000");
    ServiceConfig config = config(read);
    List<String> compared = names(named, config, json);
    Contenders contenders = new Contenders(strategies, options);
    contenders.requireKnown(compared);
    TraceReader.Read input = new TraceReader(required(), nodes, new SplittableRandom(1), host)
        .read(read, config == null ? null : config.name());
    if (input.requests().count() == 0) {
      throw new CommandException("--trace: " + trace + " has no request with a destination"
          + (config == null ? "" : " of service " + config.name()) + "; " + input.leftOut()
          + ". Where the log has no host it is " + host + ": see --host");
    }
    RecordedWorkload workload = input.requests().recorded(traffic);
    if (workload.seconds() > LONGEST) {
      throw new CommandException(String.format(
          Locale.ROOT,
          "--trace: %s spans %.0f s (expected: at most 7 days; cut it, or see whether a line has a wrong date)",
          trace,
          workload.seconds()));
    }
    Model model = servers.model(config, workload, input.durations(), nodes, reportSeconds);
    List<Incident> incidents = servers.incidents(model);
    int end = (int) workload.seconds() + 1;
    int from = (int) (warm == null ? workload.seconds() * WARM : warm);
    if (from >= end) {
      throw new CommandException(String.format(
          Locale.ROOT,
          "--warm: %d s (expected: less than the %.1f s of the requests)",
          from,
          workload.seconds()));
    }
    SimulationReport report = new SimulationReport();
    for (String name : compared) {
      boolean isPooled = name.equals(Contenders.POOLED);
      Measurements seen = ScenarioRun.of(
          isPooled ? servers.pooled(model) : model,
          workload.again(),
          isPooled ? List.of() : incidents,
          factory(contenders, name, config),
          config == null ? ScenarioRun.OPTIONS : config.options());
      Figures figures = seen.figures(from, end);
      report.add(name, Map.of(from + "-" + end + " s", figures), seen.entries());
      if (plot != null) {
        plot.add(name, seen);
      }
      if (json) {
        out.println(new JsonObject()
            .put("trace", String.valueOf(trace))
            .put("strategy", name)
            .mergeIn(SimulationReport.json(figures))
            .put("entries", seen.entries())
            .encode());
      }
    }
    if (!json) {
      print(out, input, workload, model, report);
    }
  }

  private static Strategy.Factory factory(
      Contenders contenders, String name, @Nullable ServiceConfig config)
      throws CommandException, ConfigException {
    if (name.equals(Contenders.POOLED)) {
      return contenders.anyServer();
    }
    return contenders.factory(
        name, config != null && name.equals(config.strategy()) ? config.strategyOptions() : null);
  }

  private void print(
      PrintWriter out,
      TraceReader.Read input,
      RecordedWorkload workload,
      Model model,
      SimulationReport report) {
    Model.Upstream first = model.servers().get(0);
    out.printf(
        Locale.ROOT,
        "%s in %.1f s for %s; %s%n",
        Counted.of(workload.count(), "request"),
        workload.seconds(),
        Counted.of(workload.keys(), "destination"),
        input.leftOut());
    out.printf(
        Locale.ROOT,
        "%s of %d slots and a cache of %d destinations; a hit takes %.2f ms, a miss %.2f ms%n",
        Counted.of(model.servers().size(), "server"),
        first.slots(),
        first.cached(),
        model.hitSeconds() * 1_000,
        model.missSeconds() * 1_000);
    report.lines().forEach(out::println);
  }

  private @Nullable ServiceConfig config(@Nullable GatewayFile read) throws CommandException {
    if (read == null) {
      return null;
    }
    Map<String, ServiceConfig> services = read.config().plugin().services();
    ServiceConfig config = service == null && services.size() == 1
        ? services.values().iterator().next()
        : services.get(String.valueOf(service));
    if (config == null) {
      throw new CommandException("--service: " + (service == null ? "missing" : service)
          + " (expected: one of " + String.join(", ", services.keySet()) + ")");
    }
    return config;
  }

  private static List<String> names(
      List<String> named, @Nullable ServiceConfig config, boolean json) {
    if (!named.isEmpty()) {
      return json ? named : Contenders.withYardsticks(named);
    }
    List<String> all = new ArrayList<>();
    if (config != null) {
      all.add(config.strategy());
    }
    all.add("lblc-adaptive");
    all.add("lblc");
    return Contenders.withYardsticks(all);
  }

  private Path required() throws CommandException {
    if (trace == null) {
      throw new CommandException("--trace: missing");
    }
    return trace;
  }
}
