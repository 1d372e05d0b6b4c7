package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.config.ConfigException;
import dev.lblc.config.ServiceConfig;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Strategy;
import dev.lblc.simulation.Durations;
import dev.lblc.simulation.Figures;
import dev.lblc.simulation.Incident;
import dev.lblc.simulation.Measurements;
import dev.lblc.simulation.Model;
import dev.lblc.simulation.Plot;
import dev.lblc.simulation.RecordedWorkload;
import dev.lblc.simulation.ScenarioRun;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The replay of a log or a trace: {@code simulate FILE --trace LOG}. */
final class TraceSimulation {
  private static final int SERVERS = 16;
  private static final int SLOTS = 16;
  private static final double CACHED = 0.2;
  private static final double HIT_SECONDS = 0.002;
  private static final double MISS_SECONDS = 0.040;
  private static final double SPREAD_SECONDS = 0.001;
  private static final double WARM = 0.2;

  @Option(
      names = "--trace",
      paramLabel = "LOG",
      description = {
        "In place of a scenario: an access log (text, json, common or combined), or a binary",
        "trace of 24 octets a request."
      })
  private @Nullable Path trace;

  @Option(names = "--service", paramLabel = "S", description = "The service of FILE that it is of.")
  private @Nullable String service;

  @Option(
      names = "--servers",
      paramLabel = "N",
      description = "So many servers in place of those of the service (default without FILE: 16).")
  private @Nullable Integer servers;

  @Option(
      names = "--weights",
      paramLabel = "W",
      split = ",",
      description = "Weights of the servers; the last one is that of all further ones.")
  private List<Integer> weights = List.of();

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Requests that a server works on at once (default: 16).")
  private int slots = SLOTS;

  @Option(
      names = "--cache",
      paramLabel = "N",
      description = "Destinations that a server's cache holds (default: as the log's durations say,"
          + " or a fifth of all, divided by the servers).")
  private @Nullable Integer cache;

  @Option(
      names = "--hit",
      paramLabel = "D",
      converter = ShortDuration.class,
      description =
          "What a server takes for what it has (default: by the log's durations, or 2ms).")
  private @Nullable Duration hit;

  @Option(
      names = "--miss",
      paramLabel = "D",
      converter = ShortDuration.class,
      description = "What it takes for the rest (default: by the log's durations, or 40ms).")
  private @Nullable Duration miss;

  @Option(
      names = "--traffic",
      paramLabel = "F",
      description = "So many times as fast as it was: 2 doubles the traffic.")
  private double traffic = 1;

  @Option(
      names = "--stop",
      paramLabel = "SERVER@D",
      description = "The server goes at that time, and its cache with it.")
  private List<String> stops = List.of();

  @Option(
      names = "--come",
      paramLabel = "SERVER@D",
      description =
          "It comes at that time, with an empty cache; it may be one more than there are.")
  private List<String> comes = List.of();

  @Option(
      names = "--warm",
      paramLabel = "D",
      converter = ShortDuration.class,
      description = "What comes before is not measured (default: a fifth of the time).")
  private @Nullable Duration warm;

  @Option(
      names = "--plot",
      paramLabel = "FILE.svg",
      description = "Writes a picture: loads and hit ratio, second by second.")
  private @Nullable Path plot;

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
   */
  void run(
      PrintWriter out,
      @Nullable GatewayFile read,
      Strategies strategies,
      List<String> named,
      Map<String, String> options,
      int nodes,
      double reportSeconds,
      boolean json)
      throws CommandException, ConfigException {
    ServiceConfig config = config(read);
    TraceReader.Read input = new TraceReader(required(), nodes, new SplittableRandom(1))
        .read(read, config == null ? null : config.name());
    if (input.requests().count() == 0) {
      throw new CommandException("--trace: " + trace + " has no request with a destination"
          + (config == null ? "" : " of service " + config.name()) + " among "
          + Counted.of(input.others(), "line"));
    }
    RecordedWorkload workload = input.requests().recorded(traffic);
    Model model = model(config, workload, input.durations(), nodes, reportSeconds);
    List<Incident> incidents = incidents(model);
    Contenders contenders = new Contenders(strategies, options);
    double end = workload.seconds();
    int from = (int) (warm == null ? end * WARM : warm.toMillis() / 1_000.0);
    SimulationReport report = new SimulationReport();
    Map<String, Measurements> runs = new LinkedHashMap<>();
    for (String name : names(named, config, json)) {
      Strategy.Factory factory = config != null && name.equals(config.strategy())
          ? contenders.factory(name, config.strategyOptions().value())
          : contenders.factory(name);
      Measurements seen = ScenarioRun.of(
          model,
          workload.again(),
          incidents,
          factory,
          config == null ? ScenarioRun.OPTIONS : config.options());
      Figures figures = seen.figures(from, (int) Math.ceil(end));
      runs.put(name, seen);
      report.add(name, Map.of(from + "-" + (int) Math.ceil(end) + " s", figures), seen.entries());
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
    draw(runs, model.servers().size());
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
        "%d requests in %.1f s for %d destinations; %s left out%n",
        workload.count(),
        workload.seconds(),
        workload.keys(),
        Counted.of(input.others(), "line"));
    out.printf(
        Locale.ROOT,
        "%s of %d slots and a cache of %d destinations; a hit takes %.1f ms, a miss %.1f ms%n",
        Counted.of(model.servers().size(), "server"),
        first.slots(),
        first.cached(),
        model.hitSeconds() * 1_000,
        model.missSeconds() * 1_000);
    report.lines().forEach(out::println);
  }

  private Model model(
      @Nullable ServiceConfig config,
      RecordedWorkload workload,
      @Nullable Durations durations,
      int nodes,
      double reportSeconds)
      throws CommandException {
    List<String> ids = new ArrayList<>();
    if (config == null || servers != null) {
      int count = servers == null ? SERVERS : servers;
      for (int i = 1; i <= count; i++) {
        ids.add("s" + i);
      }
    } else {
      config.servers().forEach(server -> ids.add(server.id()));
    }
    int atFirst = ids.size();
    for (String come : comes) {
      String id = timed("--come", come)[0];
      if (!ids.contains(id)) {
        ids.add(id);
      }
    }
    if (atFirst == 0 || slots < 1) {
      throw new CommandException(
          "--servers: " + atFirst + ", --slots: " + slots + " (expected: 1 or more)");
    }
    double of = durations == null ? CACHED * workload.keys() : workload.cacheFor(durations.hit());
    int each = cache == null ? (int) Math.max(1, Math.ceil(of / atFirst)) : Math.max(1, cache);
    List<Model.Upstream> upstreams = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      upstreams.add(new Model.Upstream(ids.get(i), slots, each, weight(config, ids.get(i), i)));
    }
    return new Model(
        nodes,
        upstreams,
        seconds(hit, durations == null ? HIT_SECONDS : durations.hitSeconds()),
        seconds(miss, durations == null ? MISS_SECONDS : durations.missSeconds()),
        reportSeconds,
        SPREAD_SECONDS);
  }

  private int weight(@Nullable ServiceConfig config, String id, int number) {
    if (!weights.isEmpty()) {
      return weights.get(Math.min(number, weights.size() - 1));
    }
    if (config != null) {
      for (ServerSpec server : config.servers()) {
        if (server.id().equals(id)) {
          return server.weight();
        }
      }
    }
    return config == null ? slots : ServerSpec.DEFAULT_WEIGHT;
  }

  private List<Incident> incidents(Model model) throws CommandException {
    List<Incident> incidents = new ArrayList<>();
    for (String stop : stops) {
      incidents.add(incident("--stop", stop, Incident.Kind.SERVER_STOPS, model));
    }
    for (String come : comes) {
      incidents.add(incident("--come", come, Incident.Kind.SERVER_COMES, model));
    }
    incidents.sort((one, other) -> Double.compare(one.at(), other.at()));
    return incidents;
  }

  private static Incident incident(String option, String text, Incident.Kind kind, Model model)
      throws CommandException {
    String[] parts = timed(option, text);
    List<String> ids = model.servers().stream().map(Model.Upstream::id).toList();
    int number = ids.indexOf(parts[0]);
    if (number < 0) {
      throw new CommandException(
          option + ": " + text + " (expected: one of " + String.join(", ", ids) + ")");
    }
    return new Incident(new ShortDuration().convert(parts[1]).toMillis() / 1_000.0, kind, number);
  }

  private static String[] timed(String option, String text) throws CommandException {
    int at = text.lastIndexOf('@');
    if (at < 1) {
      throw new CommandException(option + ": " + text + " (expected: SERVER@D, such as s2@30s)");
    }
    return new String[] {text.substring(0, at), text.substring(at + 1)};
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

  private void draw(Map<String, Measurements> runs, int count) throws CommandException {
    if (plot != null) {
      try {
        Files.writeString(plot, Plot.of(runs, count));
      } catch (IOException e) {
        throw new CommandException("--plot: " + plot + ": " + e.getMessage());
      }
    }
  }

  private Path required() throws CommandException {
    if (trace == null) {
      throw new CommandException("--trace: missing");
    }
    return trace;
  }

  private static double seconds(@Nullable Duration given, double estimated) {
    return given == null ? estimated : given.toMillis() / 1_000.0;
  }
}
