package dev.lblc.gateway;

import static dev.lblc.gateway.FrameClient.DATA;
import static dev.lblc.gateway.FrameClient.END_HEADERS;
import static dev.lblc.gateway.FrameClient.END_STREAM;
import static dev.lblc.gateway.FrameClient.GOAWAY;
import static dev.lblc.gateway.FrameClient.HEADERS;
import static dev.lblc.gateway.FrameClient.RST_STREAM;
import static dev.lblc.gateway.FrameClient.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.FrameClient.Frame;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of HTTP/2 in clear text, frame by frame. */
@TestInstance(PER_CLASS)
final class Http2ClientsIT {
  private static final long SECOND = 1_000_000_000L;

  private final Set<HttpServerRequest> held = ConcurrentHashMap.newKeySet();
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    gateway = new TestGateway(Engine.LANE);
    gateway
        .service("s", gateway.http(this::serve))
        .listener(new JsonObject()
            .put("name", "web")
            .put("accessLog", true)
            .put(
                "limits",
                new JsonObject().put("streams", 10).put("resets", 5).put("header", "4KiB")))
        .listener(new JsonObject().put("name", "old").put("http2", false))
        .route(ConfigJson.route("s")
            .put("destination", new JsonArray().add("{host}{path}"))
            .put("limits", new JsonObject().put("body", "1KiB")))
        .route(ConfigJson.route("s").put("listener", "old"))
        .start(1);
  }

  @AfterAll
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
    held.clear();
  }

  private void serve(HttpServerRequest request) {
    if (request.path().endsWith("/held")) {
      held.add(request);
    } else if (request.path().endsWith("/host")) {
      request.response().end(String.valueOf(request.getHeader("host")));
    } else {
      request.body().onSuccess(body -> request.response().end("got " + body.length()));
    }
  }

  private FrameClient client() throws Exception {
    return FrameClient.begun(gateway.port(), 65_535);
  }

  /** Returns the fields of the first head that has come on a stream. */
  private static Http2Headers head(FrameClient client, int stream) throws Exception {
    Frame frame = client.await(HEADERS, stream);
    return new DefaultHttp2HeadersDecoder(true, 1 << 20)
        .decodeHeaders(stream, Unpooled.wrappedBuffer(frame.payload().getBytes()));
  }

  private static void awaitEnd(FrameClient client, int stream) throws Exception {
    client.await("the end of stream " + stream, frame -> frame.stream() == stream && frame.isEnd());
  }

  @Test
  void preface_inPieces_beginsHttp2() throws Exception {
    try (FrameClient client = new FrameClient(gateway.port())) {
      byte[] preface = FrameClient.PREFACE.getBytes(StandardCharsets.US_ASCII);
      for (byte octet : preface) {
        client.send(new byte[] {octet});
      }
      client.frame(SETTINGS, 0, 0, new byte[0]);
      client.listen();
      client.get(1, "/x");
      awaitEnd(client, 1);
      assertThat(client.data(1)).isEqualTo("got 0");
    }
  }

  /** The second request of a connection that speaks HTTP/1.1 is none that begins with a preface. */
  @ParameterizedTest
  @CsvSource({"web, true", "old, false"})
  void preface_whereItIsNoBeginning_isRefused(String listener, boolean isSecond) throws Exception {
    try (RawClient client = new RawClient(gateway.gateway().port(listener))) {
      String first = isSecond ? "GET /x HTTP/1.1\r\nHost: h\r\n\r\n" : "";
      client.send(first + FrameClient.PREFACE);
      assertThat(client.rest()).contains("505").doesNotContain("\0");
    }
  }

  @Test
  void preface_thatGoesOnOtherwise_isClosed() throws Exception {
    try (FrameClient client = new FrameClient(gateway.port())) {
      client.listen();
      client.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      client.awaitEnd();
    }
  }

  @Test
  void requests_overTheLimitOfStreams_areRefusedAlone() throws Exception {
    try (FrameClient client = client()) {
      for (int i = 0; i < 11; i++) {
        client.get(2 * i + 1, "/held");
      }
      assertThat(client.await(RST_STREAM, 21).code()).isEqualTo(FrameClient.REFUSED_STREAM);
      Eventually.holds("ten arrived", () -> held.size() == 10);
      assertThat(gateway.active("s")).isEqualTo(10);
      held.forEach(request -> request.response().end("done"));
      awaitEnd(client, 19);
      client.get(23, "/x");
      awaitEnd(client, 23);
    }
  }

  @Test
  void requests_resetMoreOftenThanAllowed_endTheConnection() throws Exception {
    try (FrameClient client = client()) {
      for (int i = 0; i < 6; i++) {
        client.get(2 * i + 1, "/held");
        client.frame(RST_STREAM, 0, 2 * i + 1, FrameClient.four(8));
      }
      assertThat(client.await(GOAWAY, 0).code()).isEqualTo(FrameClient.ENHANCE_YOUR_CALM);
      client.awaitEnd();
    }
  }

  /** The stream ends without an error, since the answer is whole: RFC 9113 8.1. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void head_largerThanAllowed_isRefusedAndLogged(boolean hasBody) throws Exception {
    try (FrameClient client = client();
        AccessLines lines = new AccessLines()) {
      if (hasBody) {
        client.post(1, "/x", "x-a", "x".repeat(5000));
      } else {
        client.get(1, "/x", "x-a", "x".repeat(5000));
      }
      awaitEnd(client, 1);
      assertThat(head(client, 1).status()).hasToString("431");
      assertThat(client.data(1)).isEqualTo("431 headers too large\n");
      assertThat(client.await(RST_STREAM, 1).code()).isZero();
      assertThat(lines.await(1).get(0)).contains(" 431 ").endsWith(" headers too large");
      if (hasBody) {
        client.frame(DATA, END_STREAM, 1, new byte[100]);
      }
      client.get(3, "/x");
      awaitEnd(client, 3);
      assertThat(client.data(3)).isEqualTo("got 0");
    }
  }

  /** What is on its way when the gateway resets a stream is no fault of the client's, however much it is. */
  @Test
  void frames_onStreamsThatTheGatewayHasReset_areIgnored() throws Exception {
    try (FrameClient client = client()) {
      for (int stream = 1; stream < 21; stream += 2) {
        client.post(stream, "/x");
        client.frame(DATA, 0, stream, new byte[2000]); // more than the route allows
        assertThat(client.await(RST_STREAM, stream).code()).isZero();
        for (int i = 0; i < 20; i++) {
          client.frame(DATA, 0, stream, new byte[2000]);
        }
        client.frame(HEADERS, END_STREAM | END_HEADERS, stream, FrameClient.fields("x-sum", "7"));
      }
      client.get(21, "/x");
      awaitEnd(client, 21);
      assertThat(client.data(21)).isEqualTo("got 0");
      assertThat(client.frames())
          .filteredOn(frame -> frame.type() == RST_STREAM)
          .hasSize(10);
    }
  }

  @Test
  void trailers_largerThanAllowed_endTheRequest() throws Exception {
    try (FrameClient client = client();
        AccessLines lines = new AccessLines()) {
      client.post(1, "/held");
      Eventually.holds("it arrived", () -> held.size() == 1);
      client.frame(
          HEADERS, END_STREAM | END_HEADERS, 1, FrameClient.fields("x-a", "x".repeat(5000)));
      assertThat(client.await(RST_STREAM, 1).code()).isEqualTo(FrameClient.PROTOCOL_ERROR);
      assertThat(lines.await(1).get(0)).contains(" 400 ");
      client.get(3, "/x");
      awaitEnd(client, 3);
      assertThat(client.data(3)).isEqualTo("got 0");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a.example:, /host, 200, a.example",
    "a.example, https://other/host, 400, 400 bad target",
    "a b, /host, 400, 400 bad host",
    "'a,b', /host, 400, 400 bad host",
    "user@a.example, /host, 400, 400 bad host"
  })
  void authority_isTheHost(String authority, String path, String status, String seen)
      throws Exception {
    try (FrameClient client = client()) {
      client.frame(
          HEADERS,
          END_STREAM | END_HEADERS,
          1,
          FrameClient.fields(
              ":method", "GET", ":scheme", "http", ":path", path, ":authority", authority));
      awaitEnd(client, 1);
      assertThat(head(client, 1).status()).hasToString(status);
      assertThat(client.data(1).trim()).isEqualTo(seen);
    }
  }

  /** It would be a part of the first line for a server of HTTP/1.1. */
  @ParameterizedTest
  @ValueSource(strings = {"GET /secret HTTP/1.1", "G ET", "GET\u00e9", "(GET)"})
  void method_thatIsNoToken_isRefused(String method) throws Exception {
    try (FrameClient client = client()) {
      client.frame(HEADERS, END_STREAM | END_HEADERS, 1, FrameClient.head(method, "/held"));
      awaitEnd(client, 1);
      assertThat(head(client, 1).status()).hasToString("400");
      assertThat(held).isEmpty();
    }
  }

  /** Without one, or with an empty one, it is no request: the stream is reset. */
  @ParameterizedTest
  @CsvSource({
    "http, 200",
    "https, 200",
    "HTTP, 200",
    "ftp, 400",
    "ws, 400",
    "1a, 400",
    "a b, 400",
    "http:, 400",
    "'ht,tp', 400",
    "http://a/, 400",
    "'', reset",
    ", reset"
  })
  void scheme_isOneOfHttp(@Nullable String scheme, String expected) throws Exception {
    try (FrameClient client = client()) {
      List<String> fields =
          new ArrayList<>(List.of(":method", "GET", ":path", "/host", ":authority", "h"));
      if (scheme != null) {
        fields.addAll(List.of(":scheme", scheme));
      }
      client.frame(
          HEADERS, END_STREAM | END_HEADERS, 1, FrameClient.fields(fields.toArray(String[]::new)));
      if (expected.equals("reset")) {
        assertThat(client.await(RST_STREAM, 1).code()).isEqualTo(FrameClient.PROTOCOL_ERROR);
      } else {
        awaitEnd(client, 1);
        assertThat(head(client, 1).status()).hasToString(expected);
        assertThat(client.data(1).trim())
            .isEqualTo(expected.equals("200") ? "h" : "400 bad scheme");
      }
    }
  }

  /** It has neither a scheme nor a path: RFC 9113 8.5. */
  @Test
  void connect_isNotImplemented() throws Exception {
    try (FrameClient client = client()) {
      client.frame(
          HEADERS,
          END_HEADERS,
          1,
          FrameClient.fields(":method", "CONNECT", ":authority", "elsewhere:443"));
      awaitEnd(client, 1);
      assertThat(head(client, 1).status()).hasToString("501");
      client.get(3, "/host");
      awaitEnd(client, 3);
      assertThat(head(client, 3).status()).hasToString("200");
    }
  }

  @Test
  void host_thatIsNotTheAuthority_isRefused() throws Exception {
    try (FrameClient client = client()) {
      client.get(1, "/host", "host", "other");
      awaitEnd(client, 1);
      assertThat(head(client, 1).status()).hasToString("400");
      client.frame(
          HEADERS,
          END_STREAM | END_HEADERS,
          3,
          FrameClient.fields(
              ":method", "GET", ":scheme", "http", ":path", "/host", "host", "alone"));
      awaitEnd(client, 3);
      assertThat(client.data(3)).isEqualTo("alone");
    }
  }

  /** The answer comes although the body is not read to its end. */
  @Test
  void body_largerThanAllowed_isAnsweredAndAskedToStop() throws Exception {
    try (FrameClient client = client()) {
      client.post(1, "/x", "content-length", "5000");
      client.frame(DATA, 0, 1, new byte[100]);
      awaitEnd(client, 1);
      assertThat(head(client, 1).status()).hasToString("413");
      assertThat(client.await(RST_STREAM, 1).code()).isZero();
      client.get(3, "/x");
      awaitEnd(client, 3);
      assertThat(client.data(3)).isEqualTo("got 0");
    }
  }

  @Test
  void request_withExpect_isToldToGoOn() throws Exception {
    try (FrameClient client = client()) {
      client.post(1, "/x", "expect", "100-continue");
      assertThat(head(client, 1).status()).hasToString("100");
      client.frame(DATA, END_STREAM, 1, new byte[7]);
      awaitEnd(client, 1);
      assertThat(client.data(1)).isEqualTo("got 7");
    }
  }

  @Test
  void connection_withoutRequests_endsAfterTheTimeAllowed() throws Exception {
    try (FrameClient client = client()) {
      client.get(1, "/x");
      awaitEnd(client, 1);
      passTime(61);
      assertThat(client.await(GOAWAY, 0).code()).isZero();
      client.awaitEnd();
    }
  }

  @Test
  void connection_withHalfAPreface_endsAfterTheTimeForAHead() throws Exception {
    try (FrameClient client = new FrameClient(gateway.port())) {
      client.listen();
      client.send("PRI * HTTP/2.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      client.await(SETTINGS, 0);
      passTime(11);
      client.awaitEnd();
    }
  }

  private void passTime(int seconds) throws Exception {
    for (int i = 0; i < 2; i++) {
      gateway.awaitTicks();
      gateway.later.addAndGet(seconds * SECOND);
    }
    gateway.awaitTicks();
  }

  /** What the server has not taken is not taken from the client either, and is no other stream's loss. */
  @Test
  void stream_thatIsStalled_holdsUpNoOther() throws Exception {
    try (FrameClient client = FrameClient.begun(gateway.port(), 0)) {
      client.get(1, "/x"); // whose answer has no window
      head(client, 1);
      client.get(3, "/x");
      client.frame(FrameClient.WINDOW_UPDATE, 0, 3, FrameClient.four(1000));
      awaitEnd(client, 3);
      assertThat(client.data(1)).isEmpty();
      client.frame(FrameClient.WINDOW_UPDATE, 0, 1, FrameClient.four(1000));
      awaitEnd(client, 1);
      assertThat(client.data(1)).isEqualTo("got 0");
    }
  }
}
