package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.scheduler.AdaptiveLocalityBased;
import dev.lblc.scheduler.AdaptiveOptions;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.simulation.Figures;
import dev.lblc.simulation.Incident;
import dev.lblc.simulation.Measurements;
import dev.lblc.simulation.Model;
import dev.lblc.simulation.RecordedWorkload;
import dev.lblc.simulation.ScenarioRun;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a simulation predicts is what three gateways do to eight real servers with caches, for the same requests: 300 a second, for
 * destinations that follow Zipf's law. Then a fifth of them asks for one new destination, and then a server is killed and brought back.
 * Gateways, and servers, are processes of their own.
 */
@Tag("alone")
@EnabledIfSystemProperty(
    named = "lblc.wire.seconds",
    matches = "\\d+",
    disabledReason = "it says for how many seconds is measured; -Plong sets it")
final class SimulationOnTheWireIT {
  private static final int STEADY = Integer.getInteger("lblc.wire.seconds", 60);
  private static final int WARM = 10;
  private static final int HOT = WARM + STEADY;
  private static final int KILLED = HOT + Math.max(5, STEADY / 4);
  private static final int BACK = KILLED + 10;
  private static final int COLD = BACK + 5;
  private static final int END = COLD + 10;

  private static final int SERVERS = 8;
  private static final int NODES = 3;
  private static final int SLOTS = 8;
  private static final int KEYS = 5_000;
  private static final int CACHED = KEYS / 5 / SERVERS;
  private static final double EXPONENT = 0.9;
  private static final double PER_SECOND = Integer.getInteger("lblc.wire.rate", 300);
  private static final double REPORT_SECONDS = 0.05;
  private static final double WITHIN_PERCENT = 3;

  /** The one that is killed. */
  private static final int MORTAL = SERVERS - 1;

  /** A machine that stands still for longer says nothing of the gateways. */
  private static final Duration LATEST = Duration.ofMillis(250);

  /** What is added to the 2 ms of a hit is load that was not predicted. */
  private static final double MOST_LATE_MILLIS = 0.5;

  private final long seed = Long.getLong("lblc.wire.seed", new Random().nextLong());
  private List<Integer> ports;
  private JavaProcess mortal;

  /**
   * What the servers saw.
   *
   * @param hit which part of the requests they had in their caches
   * @param imbalance requests at the one that had most over the mean, in seconds on average
   * @param lateMillis by how much they took longer for a request than they should, on average
   */
  private record Seen(double hit, double imbalance, double lateMillis) {}

  /**
   * What was predicted of a steady stretch, and what came.
   *
   * @param latest how late a request was sent
   */
  private record Comparison(Figures predicted, Seen seen, Duration latest) {
    void assertAlike(long seed) {
      assumeTrue(
          latest.compareTo(LATEST) < 0,
          () -> "a request was sent " + latest + " late: the machine has too much else to do");
      assumeTrue(
          seen.lateMillis() < MOST_LATE_MILLIS,
          () -> "servers took " + seen.lateMillis() + " ms longer: the machine has too much to do");
      assertThat(seen.hit())
          .as("seed %d: hit ratio", seed)
          .isCloseTo(predicted.hit(), withinPercentage(WITHIN_PERCENT));
      assertThat(seen.imbalance())
          .as("seed %d: imbalance", seed)
          .isCloseTo(predicted.imbalance(), withinPercentage(WITHIN_PERCENT));
    }
  }

  @Test
  void figures_ofRealServers_areThosePredicted(@TempDir Path folder) throws Exception {
    ports = Ports.free(SERVERS);
    try (JavaProcess lasting = launch(ports.subList(0, MORTAL));
        JavaProcess first = launch(ports.subList(MORTAL, SERVERS))) {
      mortal = first;
      lasting.awaitReady();
      first.awaitReady();
      try (GatewayCluster gateways = GatewayCluster.before(folder, NODES, routes(), services());
          RecordedLoad load =
              new RecordedLoad(gateways.nodes().stream().map(GatewayNode::web).toList())) {
        Comparison adaptive = adaptive(load);
        Comparison kernel = kernel(load);
        adaptive.assertAlike(seed);
        kernel.assertAlike(seed);
      } finally {
        mortal.close();
      }
    }
  }

  private Comparison adaptive(RecordedLoad load) throws Exception {
    RecordedWorkload requests = requests("/a/", END);
    Measurements predicted = ScenarioRun.of(
        model(),
        requests.again(),
        List.of(
            new Incident(KILLED, Incident.Kind.SERVER_STOPS, MORTAL),
            new Incident(BACK, Incident.Kind.SERVER_COMES, MORTAL)),
        context ->
            new AdaptiveLocalityBased(context.withOwnOptions(() -> AdaptiveOptions.DEFAULTS)),
        SchedulerOptions.DEFAULTS);
    Map<String, Seen> seen = new TreeMap<>();
    RecordedLoad.Seen outcomes = load.run(
        requests,
        Map.of(
            WARM,
            this::begin,
            HOT,
            () -> {
              seen.put("steady", figures());
              begin();
            },
            KILLED,
            () -> {
              seen.put("hot", figures());
              mortal.kill();
            },
            BACK,
            this::bringBack,
            COLD,
            this::begin));
    seen.put("back", figures());

    Figures steady = predicted.figures(WARM, HOT);
    say("lblc-adaptive", "steady", steady, seen.get("steady"), outcomes.outcomes(0, HOT));
    say(
        "lblc-adaptive",
        "with a hot destination",
        predicted.figures(HOT, KILLED),
        seen.get("hot"),
        outcomes.outcomes(HOT, KILLED));
    say(
        "lblc-adaptive",
        "from 5 s after the server was back",
        predicted.figures(COLD, END),
        seen.get("back"),
        outcomes.outcomes(COLD, END));
    System.out.printf(
        "SimulationOnTheWireIT: seed %d; while the server was gone, and 5 s more: %s; sent %s late at most%n",
        seed, outcomes.outcomes(KILLED, COLD), outcomes.latest());
    assertThat(outcomes.outcomes(0, KILLED)).as("seed %d", seed).containsOnlyKeys("200");
    assertThat(outcomes.outcomes(KILLED, END)).as("seed %d", seed).containsOnlyKeys("200");
    return new Comparison(steady, seen.get("steady"), outcomes.latest());
  }

  private Comparison kernel(RecordedLoad load) throws Exception {
    RecordedWorkload requests = requests("/k/", HOT);
    Figures predicted = ScenarioRun.of(
            model(), requests.again(), List.of(), LocalityBased::new, SchedulerOptions.DEFAULTS)
        .figures(WARM, HOT);
    RecordedLoad.Seen outcomes = load.run(requests, Map.of(WARM, this::begin));
    Seen seen = figures();

    say("lblc", "steady", predicted, seen, outcomes.outcomes(0, HOT));
    System.out.printf(
        "SimulationOnTheWireIT: seed %d; sent %s late at most%n", seed, outcomes.latest());
    assertThat(outcomes.outcomes(0, HOT)).as("seed %d", seed).containsOnlyKeys("200");
    return new Comparison(predicted, seen, outcomes.latest());
  }

  private static void say(
      String strategy, String stretch, Figures predicted, Seen seen, Map<String, Long> outcomes) {
    System.out.printf(
        Locale.ROOT,
        "SimulationOnTheWireIT: %s, %s: hit %.4f predicted, %.4f seen; imbalance %.3f predicted, %.3f seen; servers %.2f ms late; %s%n",
        strategy,
        stretch,
        predicted.hit(),
        seen.hit(),
        predicted.imbalance(),
        seen.imbalance(),
        seen.lateMillis(),
        outcomes);
  }

  /** A fifth of those of the hot seconds is for one destination that nobody asked for before. */
  private RecordedWorkload requests(String prefix, int end) {
    Random random = new Random(seed);
    double[] cumulated = new double[KEYS];
    double sum = 0;
    for (int rank = 0; rank < KEYS; rank++) {
      sum += Math.pow(rank + 1.0, -EXPONENT);
      cumulated[rank] = sum;
    }
    RecordedWorkload.Recorder recorder = new RecordedWorkload.Recorder();
    double time = 0;
    while (time < end) {
      int found = Arrays.binarySearch(cumulated, random.nextDouble() * sum);
      boolean isHot = time >= HOT && time < KILLED && random.nextInt(5) == 0;
      String key = isHot ? "hot" : String.valueOf(found < 0 ? -found - 1 : found);
      recorder.add(time, prefix + key, random.nextInt(NODES), 1);
      time -= Math.log(1 - random.nextDouble()) / PER_SECOND;
    }
    return recorder.recorded(1);
  }

  private static Model model() {
    List<Model.Upstream> servers = IntStream.range(0, SERVERS)
        .mapToObj(i -> new Model.Upstream("s" + i, SLOTS, CACHED, SLOTS))
        .toList();
    return new Model(NODES, servers, 0.002, 0.040, REPORT_SECONDS, 0.001);
  }

  private static JsonArray routes() {
    return new JsonArray()
        .add(ConfigJson.route("kernel").put("match", new JsonObject().put("path", "/k/*")))
        .add(ConfigJson.route("adaptive"));
  }

  private JsonObject services() {
    JsonArray servers = new JsonArray();
    for (int i = 0; i < SERVERS; i++) {
      servers.add(new JsonObject()
          .put("id", "s" + i)
          .put("host", "127.0.0.1")
          .put("port", ports.get(i))
          .put("weight", SLOTS));
    }
    JsonObject health = new JsonObject()
        .put("active", new JsonObject().put("path", "/health").put("interval", "1s"));
    JsonObject service = new JsonObject().put("servers", servers).put("health", health);
    return new JsonObject()
        .put("adaptive", service.copy().put("strategy", "lblc-adaptive"))
        .put("kernel", service.copy().put("strategy", "lblc"));
  }

  private static JavaProcess launch(List<Integer> ports) throws IOException {
    List<String> args =
        new ArrayList<>(List.of("127.0.0.1", String.valueOf(SLOTS), String.valueOf(CACHED)));
    ports.forEach(port -> args.add(port.toString()));
    return JavaProcess.launch(
        List.of(),
        JavaProcess.QUICK_START,
        "listening on",
        LruServersMain.class.getName(),
        args.toArray(String[]::new));
  }

  private void bringBack() {
    try {
      mortal = launch(ports.subList(MORTAL, SERVERS));
      mortal.awaitReady();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void begin() {
    ports.forEach(port -> ask(port, "/begin"));
  }

  private Seen figures() {
    List<JsonObject> all =
        ports.stream().map(port -> new JsonObject(ask(port, "/figures"))).toList();
    int hits = all.stream().mapToInt(one -> one.getInteger("hits")).sum();
    int misses = all.stream().mapToInt(one -> one.getInteger("misses")).sum();
    int seconds = all.stream()
        .mapToInt(one -> one.getJsonArray("seconds").size() - 1) // the last one is not over
        .min()
        .orElseThrow();
    double imbalance = IntStream.range(0, seconds)
        .mapToObj(second -> all.stream()
            .mapToDouble(one -> one.getJsonArray("seconds").getDouble(second))
            .summaryStatistics())
        .mapToDouble(loads -> loads.getMax() / loads.getAverage())
        .average()
        .orElseThrow();
    double late = all.stream().mapToDouble(one -> one.getDouble("lateMillis")).sum();
    int requests = hits + misses;
    return new Seen((double) hits / requests, imbalance, late / requests);
  }

  private static String ask(int port, String path) {
    try (HttpSocket socket = new HttpSocket(new InetSocketAddress("127.0.0.1", port), 5_000)) {
      return socket.get(path).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
