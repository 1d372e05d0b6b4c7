package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients of HTTP/2 that send what costs them little and the gateway much. */
@TestInstance(PER_CLASS)
final class Http2FloodIT {
  private static final int FRAMES = 20_000;
  private static final long MOST_HEAP = 32L << 20;

  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private TestGateway gateway;

  /** What is sent again and again. */
  private record Kind(String name, Buffer frames) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  void start() throws Exception {
    gateway = new TestGateway(Engine.LANE);
    gateway
        .service("s", gateway.http(request -> {
          if (request.path().endsWith("held")) {
            held.incrementAndGet();
          } else {
            arrived.incrementAndGet();
            request.response().end("x".repeat(100_000));
          }
        }))
        .listener(new JsonObject().put("name", "web"))
        .listener(new JsonObject().put("name", "logged").put("accessLog", true))
        .route(ConfigJson.route("s"))
        .route(ConfigJson.route("s").put("listener", "logged"))
        .start();
  }

  @AfterAll
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
    arrived.set(0);
    held.set(0);
  }

  static Stream<Kind> kinds() {
    byte[] none = {};
    return Stream.of(
        kind("PING", FrameClient.bytes(FrameClient.PING, 0, 0, new byte[8])),
        kind("answers to no PING", FrameClient.bytes(FrameClient.PING, 1, 0, new byte[8])),
        kind("SETTINGS", FrameClient.bytes(FrameClient.SETTINGS, 0, 0, none)),
        kind(
            "PRIORITY", FrameClient.bytes(FrameClient.PRIORITY, 0, 3, new byte[] {0, 0, 0, 0, 16})),
        kind(
            "WINDOW_UPDATE",
            FrameClient.bytes(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.four(1))),
        kind("a type that nobody knows", FrameClient.bytes(0xbb, 0, 0, new byte[3])),
        kind("empty DATA", FrameClient.bytes(FrameClient.DATA, 0, 1, none)),
        kind(
            "empty CONTINUATION",
            FrameClient.bytes(FrameClient.HEADERS, 0, 3, none),
            FrameClient.bytes(FrameClient.CONTINUATION, 0, 3, none)),
        kind("PUSH_PROMISE", FrameClient.bytes(5, 4, 1, FrameClient.four(2))));
  }

  private static Kind kind(String name, byte[]... frames) {
    return new Kind(name, Buffer.buffer(together(frames)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void frames_thatBelongToNoMessage_endTheConnection(Kind kind) throws Exception {
    try (FrameClient client = FrameClient.begun(gateway.port(), 65_535)) {
      client.post(1, "/held");
      client.await(FrameClient.SETTINGS, 0);
      long before = heap();
      flood(client, kind.frames.getBytes());
      client.awaitEnd();
      assertThat(heap() - before).isLessThan(MOST_HEAP);
      assertThat(held.get()).isLessThanOrEqualTo(1);
    }
  }

  /** What has left pays for window updates, but not for ever. */
  @Test
  void windowUpdates_behindAnAnswer_endTheConnection() throws Exception {
    try (FrameClient client = FrameClient.begun(gateway.port(), 200_000)) {
      client.get(1, "/x");
      client.await(
          "all that the connection has room for", frame -> client.data(1).length() > 65_000);
      for (int i = 0; i < 10; i++) {
        flood(client, FrameClient.bytes(FrameClient.WINDOW_UPDATE, 0, 1, FrameClient.four(1)));
      }
      client.awaitEnd();
    }
  }

  /** What is answered, and the answers are not read. */
  @Test
  void pings_whoseAnswersNobodyReads_endTheConnection() throws Exception {
    try (FrameClient client = FrameClient.deaf(gateway.port())) {
      long before = heap();
      flood(client, FrameClient.bytes(FrameClient.PING, 0, 0, new byte[8]));
      assertThat(heap() - before).isLessThan(MOST_HEAP);
      client.listen();
      client.awaitEnd();
    }
  }

  @Test
  void requests_thatAreResetAtOnce_endTheConnection() throws Exception {
    try (FrameClient client = FrameClient.begun(gateway.port(), 65_535)) {
      flood(
          client,
          1,
          stream -> together(
              FrameClient.bytes(
                  FrameClient.HEADERS,
                  FrameClient.END_HEADERS | FrameClient.END_STREAM,
                  stream,
                  FrameClient.head("GET", "/x")),
              FrameClient.bytes(FrameClient.RST_STREAM, 0, stream, FrameClient.four(8))));
      client.awaitEnd();
      assertThat(arrived.get()).isLessThan(1000);
      assertThat(client.frames())
          .anyMatch(frame ->
              frame.type() == FrameClient.GOAWAY && frame.code() == FrameClient.ENHANCE_YOUR_CALM);
    }
  }

  /** By an error on each stream, the client has the gateway reset what it asked for. */
  @Test
  void requests_thatTheGatewayHasToReset_endTheConnection() throws Exception {
    try (FrameClient client = FrameClient.begun(gateway.port(), 65_535)) {
      flood(
          client,
          1,
          stream -> together(
              FrameClient.bytes(
                  FrameClient.HEADERS,
                  FrameClient.END_HEADERS | FrameClient.END_STREAM,
                  stream,
                  FrameClient.head("GET", "/x")),
              FrameClient.bytes(FrameClient.WINDOW_UPDATE, 0, stream, FrameClient.four(0))));
      client.awaitEnd();
      assertThat(arrived.get()).isLessThan(1000);
    }
  }

  @Test
  void heads_thatGoOnForEver_endTheConnection() throws Exception {
    try (FrameClient client = FrameClient.begun(gateway.port(), 65_535)) {
      long before = heap();
      client.frame(FrameClient.HEADERS, 0, 1, FrameClient.head("GET", "/x"));
      byte[] field = FrameClient.fields("x-a", "x".repeat(1000));
      flood(client, FrameClient.bytes(FrameClient.CONTINUATION, 0, 1, field));
      client.awaitEnd();
      assertThat(heap() - before).isLessThan(MOST_HEAP);
      assertThat(arrived.get()).isZero();
    }
  }

  /** Answers that nobody takes are not held for longer than the route allows. */
  @Test
  void answers_withoutAWindow_areCutAfterTheTimeAllowed() throws Exception {
    try (FrameClient client = FrameClient.begun(gateway.gateway().port("logged"), 0);
        AccessLines lines = new AccessLines()) {
      for (int i = 0; i < 100; i++) {
        client.get(2 * i + 1, "/x");
      }
      client.await("an answer on each stream", frame -> headsOf(client) == 100);
      assertThat(gateway.active("s")).isEqualTo(100);
      for (int i = 0; i < 2; i++) {
        gateway.later.addAndGet(61_000_000_000L);
        gateway.awaitTicks();
      }
      gateway.awaitIdle();
      assertThat(lines.await(100)).allMatch(line -> line.endsWith(" client did not read"));
      client.await(FrameClient.RST_STREAM, 199);
    }
  }

  private static long headsOf(FrameClient client) {
    return client.frames().stream()
        .filter(frame -> frame.type() == FrameClient.HEADERS)
        .count();
  }

  private interface Piece {
    byte[] of(int stream);
  }

  private static byte[] together(byte[]... frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Arrays.stream(frames).forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static void flood(FrameClient client, byte[]... frames) {
    byte[] all = together(frames);
    flood(client, 1, stream -> all);
  }

  /** Writes until all is written or the gateway has closed the connection. */
  private static void flood(FrameClient client, int first, Piece piece) {
    int perWrite = 100;
    try {
      for (int i = 0; i < FRAMES / perWrite; i++) {
        int from = i * perWrite;
        client.send(together(IntStream.range(from, from + perWrite)
            .mapToObj(j -> piece.of(first + 2 * j))
            .toArray(byte[][]::new)));
      }
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|closed).*");
    }
  }

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
