package dev.lblc.cli;

import dev.lblc.config.ServiceConfig;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.simulation.Durations;
import dev.lblc.simulation.Incident;
import dev.lblc.simulation.Model;
import dev.lblc.simulation.RecordedWorkload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The servers that a log or a trace is replayed to: those of the service, with what the options change. */
final class TraceServers {
  private static final int SERVERS = 16;
  private static final int SLOTS = 16;
  private static final double CACHED = 0.2;
  private static final double HIT_SECONDS = 0.002;
  private static final double MISS_SECONDS = 0.040;
  private static final double SPREAD_SECONDS = 0.001;
  private static final int MOST_SERVERS = 1_000;
  private static final int MOST_SLOTS = 10_000;
  private static final double LEAST_SECONDS = 1e-6;

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
      converter = SimulatedTime.class,
      description =
          "What a server takes for what it has (default: by the log's durations, or 2ms).")
  private @Nullable Double hit;

  @Option(
      names = "--miss",
      paramLabel = "D",
      converter = SimulatedTime.class,
      description = "What it takes for the rest (default: by the log's durations, or 40ms).")
  private @Nullable Double miss;

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

  /** How many of the model's servers are there at the start. */
  private int atFirst;

  /**
   * Returns them, with what nodes and servers need to know.
   *
   * @param config of the service; null: there is none
   * @param durations as the log tells; null: it does not
   */
  Model model(
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
    atFirst = ids.size();
    for (String come : comes) {
      String id = timed("--come", come)[0];
      if (!ids.contains(id)) {
        ids.add(id);
      }
    }
    if (atFirst == 0) {
      throw new CommandException("--servers: missing (the service has none in the file)");
    }
    int each = cache == null ? cached(workload, durations) : cache;
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

  private int cached(RecordedWorkload workload, @Nullable Durations durations) {
    double all = durations == null ? CACHED * workload.keys() : workload.cacheFor(durations.hit());
    return (int) Math.max(1, Math.ceil(all / atFirst));
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

  /** Returns what happens to the servers of a model, by time. */
  List<Incident> incidents(Model model) throws CommandException {
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
    try {
      return new Incident(new SimulatedTime().convert(parts[1]), kind, number);
    } catch (TypeConversionException e) {
      throw new CommandException(option + ": " + e.getMessage());
    }
  }

  private static String[] timed(String option, String text) throws CommandException {
    int at = text.lastIndexOf('@');
    if (at < 1) {
      throw new CommandException(option + ": " + text + " (expected: SERVER@D, such as s2@30s)");
    }
    return new String[] {text.substring(0, at), text.substring(at + 1)};
  }

  /** Returns a model with one server in the place of those that are there at the start. */
  Model pooled(Model model) {
    List<Model.Upstream> first = model.servers().subList(0, atFirst);
    int slotsOfAll = first.stream().mapToInt(Model.Upstream::slots).sum();
    int cachedByAll = first.stream().mapToInt(Model.Upstream::cached).sum();
    Model.Upstream all = new Model.Upstream("all", slotsOfAll, cachedByAll, slotsOfAll);
    return new Model(
        model.nodes(),
        List.of(all),
        model.hitSeconds(),
        model.missSeconds(),
        model.reportSeconds(),
        model.spreadSeconds());
  }

  /** Throws for a value out of its range. */
  void requireRanges() throws CommandException {
    if (servers != null) {
      require("--servers", servers, servers >= 1 && servers <= MOST_SERVERS, "1 to 1000");
    }
    require("--slots", slots, slots >= 1 && slots <= MOST_SLOTS, "1 to 10000");
    if (cache != null) {
      require("--cache", cache, cache >= 1, "1 or more");
    }
    for (int weight : weights) {
      require(
          "--weights",
          weight,
          weight >= 0 && weight <= ServerSpec.MAX_WEIGHT,
          "0 to " + ServerSpec.MAX_WEIGHT);
    }
  }

  static void require(String option, Number value, boolean isRight, String expected)
      throws CommandException {
    if (!isRight) {
      throw new CommandException(option + ": " + value + " (expected: " + expected + ")");
    }
  }

  private static double seconds(@Nullable Double given, double estimated) {
    return given == null ? Math.max(LEAST_SECONDS, estimated) : given;
  }
}
