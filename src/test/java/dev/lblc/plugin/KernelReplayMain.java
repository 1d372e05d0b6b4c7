package dev.lblc.plugin;

import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Replays the recordings of {@code lblc} whose connections are all opened and closed in an orderly way, in a network namespace
 * where the destinations are addresses of this machine; prints what differs, and a last line with figures.
 */
public final class KernelReplayMain {
  private static final Set<String> OTHER_TRAFFIC = Set.of("udp", "syn", "reset");

  private KernelReplayMain() {}

  /** Has no arguments. */
  public static void main(String[] args) throws Exception {
    List<String> mismatches = new ArrayList<>();
    int decisions = 0;
    Map<String, JsonObject> traces = traces();
    try (ReplayServers upstreams = new ReplayServers()) {
      for (Map.Entry<String, JsonObject> trace : traces.entrySet()) {
        KernelReplay replay = new KernelReplay(trace.getKey(), trace.getValue(), upstreams);
        mismatches.addAll(replay.run());
        decisions += replay.decisions();
      }
    }
    mismatches.forEach(System.out::println);
    System.out.printf(
        "replayed %d recordings, %d decisions, %d mismatches%n",
        traces.size(), decisions, mismatches.size());
  }

  private static Map<String, JsonObject> traces() throws Exception {
    Map<String, JsonObject> traces = new TreeMap<>();
    try (InputStream resource =
            KernelReplayMain.class.getResourceAsStream("/dev/lblc/scheduler/traces.zip");
        ZipInputStream zip = new ZipInputStream(Objects.requireNonNull(resource))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        JsonObject trace = new JsonObject(new String(zip.readAllBytes(), StandardCharsets.UTF_8));
        boolean isOrderly = trace.getJsonArray("events").stream()
            .noneMatch(row -> OTHER_TRAFFIC.contains(((JsonObject) row).getString("op")));
        if (isOrderly && trace.getString("scheduler").equals("lblc")) {
          traces.put(entry.getName(), trace);
        }
      }
    }
    return traces;
  }
}
