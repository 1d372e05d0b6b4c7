package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 64 keep-alive connections on a gateway of its own process, a fifth of the exchanges aborted in mid-answer, one of
 * three upstreams killed and started again: requests in flight there are repeated unless their answers have begun. {@code -Dlblc.load.seconds=60} makes it longer.
 */
@Tag("busy")
final class LoadIT {
  private static final int CLIENTS = 64;
  private static final double ABORTS = 0.2;
  private static final int SECONDS = Integer.getInteger("lblc.load.seconds", 8);

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void load_withAbortsAndAKilledUpstream_everyAnswerExplainedAndCountsBackToZero(
      @TempDir Path folder) throws Exception {
    long seed = new Random().nextLong();
    List<Integer> ports = Ports.free(5);
    int web = ports.get(3);
    int admin = ports.get(4);
    Path file = Files.writeString(folder.resolve("gateway.json"), config(ports).encodePrettily());
    List<JavaProcess> upstreams = new ArrayList<>();
    try {
      for (int port : ports.subList(0, 3)) {
        upstreams.add(upstream(port));
      }
      try (JavaProcess gateway =
          JavaProcess.start(String.valueOf(web), "dev.lblc.cli.Main", "run", file.toString())) {
        Map<String, LongAdder> outcomes = LoadClient.outcomes();
        AtomicBoolean running = new AtomicBoolean(true);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          Thread client = new Thread(new LoadClient(web, seed + i, ABORTS, running, outcomes));
          client.start();
          clients.add(client);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        await(end, status -> active(status) > CLIENTS / 8, admin); // the counts move
        Random random = new Random(seed);
        int kills = 0;
        while (System.nanoTime() - end < 0) {
          int victim = random.nextInt(3);
          upstreams.get(victim).close();
          kills++;
          await(end, status -> !available(status, victim), admin);
          upstreams.set(victim, upstream(ports.get(victim)));
          await(end, status -> available(status, victim), admin);
        }
        running.set(false);
        for (Thread client : clients) {
          client.join();
        }
        Map<String, Long> sums = new TreeMap<>();
        outcomes.forEach((outcome, count) -> sums.put(outcome, count.sum()));
        System.out.printf("LoadIT: seed %d, %d s, %d kills, %s%n", seed, SECONDS, kills, sums);

        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        await(patience, status -> active(status) == 0 && allAvailable(status), admin);
        assertThat(allAvailable(status(admin)))
            .as("seed %d: all servers are back", seed)
            .isTrue();
        assertThat(active(status(admin))).as("seed %d: connections left", seed).isZero();
        assertThat(sums.keySet())
            .as("seed %d: kinds of outcome", seed)
            .isSubsetOf("200", "aborted", "reopened", "cut answer");
        assertThat(sums.get("200")).isGreaterThan(sums.get("aborted"));
        assertThat(sums).containsKey("aborted");
        assertThat(kills).isPositive();
        assertThat(gateway.lines().stream().filter(LoadIT::isUnexplained))
            .as("seed %d: log", seed)
            .isEmpty();
      }
    } finally {
      for (JavaProcess upstream : upstreams) {
        upstream.close();
      }
    }
  }

  /** Warnings that name a server are the health checks' own words; nothing else is expected above INFO. */
  private static boolean isUnexplained(String line) {
    return line.contains("Exception")
        || line.startsWith("\tat ")
        || line.contains(" ERROR ")
        || (line.contains(" WARN ") && !line.matches(".*server s\\d of service load is .*"));
  }

  private static JavaProcess upstream(int port) throws Exception {
    return JavaProcess.start(
        "listening on", UpstreamMain.class.getName(), "127.0.0.1", String.valueOf(port));
  }

  private static JsonObject config(List<Integer> ports) {
    // A machine with more to do than it can takes its time; that is no fault.
    JsonObject timeouts = new JsonObject().put("connect", "20s");
    JsonArray servers = new JsonArray();
    for (int i = 0; i < 3; i++) {
      servers.add(
          new JsonObject().put("id", "s" + i).put("host", "127.0.0.1").put("port", ports.get(i)));
    }
    JsonObject active = new JsonObject()
        .put("path", "/health")
        .put("interval", "500ms")
        .put("timeout", "500ms")
        .put(
            "fall",
            20); // late checks: else all are down, and none is left for what a killed one failed
    JsonObject passive = new JsonObject().put("failures", 3).put("eject", "500ms");
    JsonObject service = new JsonObject()
        .put("strategy", "lblc")
        .put("servers", servers)
        .put("health", new JsonObject().put("active", active).put("passive", passive));
    return new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", ports.get(3))))
        .put("routes", new JsonArray().add(ConfigJson.route("load").put("timeouts", timeouts)))
        .put("services", new JsonObject().put("load", service))
        .put("admin", new JsonObject().put("port", ports.get(4)));
  }

  private void await(long deadline, Predicate<JsonObject> condition, int admin) throws Exception {
    while (!condition.test(status(admin)) && System.nanoTime() - deadline < 0) {
      TimeUnit.MILLISECONDS.sleep(10); // between two looks, not for a state
    }
  }

  private JsonObject status(int admin) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + admin + "/api/v1/services/load");
    return new JsonObject(
        http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
            .body());
  }

  private static int active(JsonObject status) {
    return servers(status).stream()
        .mapToInt(s -> s.getJsonObject("active").getInteger("local"))
        .sum();
  }

  private static boolean available(JsonObject status, int server) {
    return servers(status).stream()
        .filter(s -> s.getString("id").equals("s" + server))
        .allMatch(s -> s.getBoolean("available"));
  }

  private static boolean allAvailable(JsonObject status) {
    return servers(status).stream().allMatch(s -> s.getBoolean("available"));
  }

  private static List<JsonObject> servers(JsonObject status) {
    return status.getJsonArray("servers").stream().map(JsonObject.class::cast).toList();
  }
}
