package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.RawCrowd.Member;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that keep their connections and want nothing, and some that do not read what they asked for: what a gateway with {@code
 * conf/jvm.options} needs for them, and that it has it back when they are gone. {@code -Dlblc.idle.clients=10000} has more of
 * them.
 */
@Tag("alone")
@EnabledIfSystemProperty(
    named = "lblc.idle.clients",
    matches = "\\d+",
    disabledReason = "it says how many clients; -Plong sets it")
final class IdleCrowdIT {
  private static final int CLIENTS = Integer.getInteger("lblc.idle.clients", 300);
  private static final String LEAKS =
      System.getProperty("lblc.idle.leaks", "paranoid"); // finding them takes memory
  private static final int NOT_READING = 20;
  private static final int ANSWER = 20_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What an idle connection may take of the heap, in KiB. */
  private static final int MOST_EACH = 12;

  /** What those that do not read may take of the heap, in MiB: a fraction of their answers. Vert.x reads ahead. */
  private static final Map<String, Integer> MOST_NOT_READING = Map.of("lane", 16, "vertx", 80);

  @ParameterizedTest
  @ValueSource(strings = {"lane", "vertx"})
  void memory_ofClientsThatWantNothingOrDoNotRead_isBoundedAndGivenBack(
      String engine, @TempDir Path folder) throws Exception {
    JsonObject timeouts = new JsonObject().put("idle", "10m");
    try (LoadScene scene =
            new LoadScene(folder, timeouts, "-Dio.netty.leakDetection.level=" + LEAKS);
        RawCrowd crowd = new RawCrowd(scene.node(engine).web())) {
      JavaProcess process = scene.gateway.process();
      warmUp(scene);
      int heap = process.heapMib();
      int resident = process.residentMib();
      int descriptors = process.descriptors();

      crowd.await(crowd.open(CLIENTS, get("/idle")), "HTTP/1.1 200 ");
      Eventually.holds("answered", PATIENCE, () -> scene.counted() == 0);
      int heapIdle = process.heapMib();
      int residentIdle = process.residentMib();

      crowd.stopReading(crowd.open(NOT_READING, get("/bytes/" + ANSWER)));
      List<Member> webSocket = crowd.open(1, """
          GET /flood HTTP/1.1
          Host: load.test
          Connection: Upgrade
          Upgrade: websocket
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

          """.replace("\n", "\r\n"));
      crowd.await(webSocket, "HTTP/1.1 101 ");
      crowd.stopReading(webSocket);
      Eventually.holds("they hang", PATIENCE, () -> scene.active() == NOT_READING + 1);
      scene.get("/beside", 1);
      int heapHanging = process.heapMib();
      int residentHanging = process.residentMib();
      assertThat(scene.active()).as("still hang").isEqualTo(NOT_READING + 1);

      crowd.leave();
      Eventually.holds("they are gone", PATIENCE, () -> scene.counted() == 0);
      Eventually.passes(
          "descriptors",
          PATIENCE,
          () -> assertThat(process.descriptors()).isLessThanOrEqualTo(descriptors));
      int heapAfter = process.heapMib();
      scene.get("/after", 20); // buffers: Netty tells of leaks then
      System.out.printf(
          "IdleCrowdIT: %s, MiB of heap/resident: %d/%d, %d/%d with %d idle, %d/%d with %d that do not read, %d/%d without all; leak detection %s%n",
          engine,
          heap,
          resident,
          heapIdle,
          residentIdle,
          CLIENTS,
          heapHanging,
          residentHanging,
          NOT_READING + 1,
          heapAfter,
          process.residentMib(),
          LEAKS);
      assertThat(heapIdle - heap).isLessThan(CLIENTS * MOST_EACH / 1024 + 4);
      assertThat(heapHanging - heapIdle).isLessThan(MOST_NOT_READING.get(engine));
      assertThat(heapAfter).isLessThan(heap + heap / 4 + 4);
      assertThat(scene.gateway.lines("LEAK")).isEmpty();
      assertThat(scene.gateway.lines("WARN")).isEmpty();
      assertThat(scene.gateway.lines("ERROR")).isEmpty();
    }
  }

  /** Has all loaded, and descriptors open, that stay. */
  private static void warmUp(LoadScene scene) throws Exception {
    scene.gateway.process().heapMib(); // the JVM's own, for jcmd
    scene.get("/warm", 50);
    assertThat(scene.counted()).isZero();
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: load.test\r\n\r\n";
  }
}
