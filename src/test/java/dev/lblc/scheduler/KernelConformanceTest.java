package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/**
 * Replays what a running Linux kernel (6.1.176) was recorded doing and compares decision by decision.
 *
 * <p>{@code -Dlblc.traces=DIR} reads another folder of recordings of the same format.
 */
final class KernelConformanceTest {
  private static final String FOLDER = "lblc.traces";
  private static final int MOST_SHOWN = 40;

  @Test
  void recordings_replayed_giveTheKernelsDecisions() throws IOException {
    Map<String, JsonObject> traces = traces();
    assertThat(traces).as("recordings").isNotEmpty();

    List<String> mismatches = new ArrayList<>();
    int decisions = 0;
    int packets = 0;
    for (Map.Entry<String, JsonObject> trace : traces.entrySet()) {
      TraceReplay replay = new TraceReplay(trace.getKey(), trace.getValue());
      mismatches.addAll(replay.run());
      decisions += replay.decisions();
      packets += replay.packets();
    }

    System.out.printf(
        "KernelConformanceTest: %d files, %d decisions (and %d UDP packets), %d mismatches%n",
        traces.size(), decisions, packets, mismatches.size());
    if (System.getProperty(FOLDER) == null) {
      assertThat(traces).as("shipped recordings").hasSize(103);
      assertThat(decisions).as("decisions compared").isEqualTo(8_461);
    }
    assertThat(decisions).as("decisions compared").isPositive();
    assertThat(mismatches.stream().limit(MOST_SHOWN))
        .as("%d mismatches", mismatches.size())
        .isEmpty();
  }

  private static Map<String, JsonObject> traces() throws IOException {
    String folder = System.getProperty(FOLDER);
    return folder == null ? shipped() : of(Path.of(folder));
  }

  private static Map<String, JsonObject> of(Path folder) throws IOException {
    Map<String, JsonObject> traces = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        traces.put(file.getFileName().toString(), new JsonObject(Files.readString(file)));
      }
    }
    return traces;
  }

  private static Map<String, JsonObject> shipped() throws IOException {
    Map<String, JsonObject> traces = new TreeMap<>();
    try (InputStream resource = KernelConformanceTest.class.getResourceAsStream("traces.zip");
        ZipInputStream zip = new ZipInputStream(Objects.requireNonNull(resource))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        traces.put(
            entry.getName(),
            new JsonObject(new String(zip.readAllBytes(), StandardCharsets.UTF_8)));
      }
    }
    return traces;
  }
}
