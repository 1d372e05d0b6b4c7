package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A strict client of WebSockets before a well-kept server, directly and through the gateway: it sees what the protocol wants, and
 * through the gateway the very same octets.
 */
@TestInstance(PER_CLASS)
final class WebSocketCasesIT {
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private final TestGateway gateway = new TestGateway(Engine.LANE);
  private WebSocketEcho plain;
  private WebSocketEcho compressing;
  private Http2Peer http2;

  @BeforeAll
  void start() throws Exception {
    plain = new WebSocketEcho(false);
    compressing = new WebSocketEcho(true);
    gateway
        .service("plain", plain.port())
        .route("plain", new JsonObject())
        .service("deflate", compressing.port())
        .route("deflate", new JsonObject())
        .start(1);
    http2 = Http2Peer.client(gateway.port());
  }

  @AfterAll
  void stop() throws Exception {
    http2.close();
    gateway.awaitIdle();
    gateway.stop();
    plain.close();
    compressing.close();
  }

  static List<WebSocketCase> cases() {
    return WebSocketCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void server_seenThroughTheGateway_isTheSame(WebSocketCase tried) throws Exception {
    WebSocketEcho server = tried.extensions().isEmpty() ? plain : compressing;
    String direct = overHttp1(server.port(), tried);
    tried.check(direct);
    isTheSame(overHttp1(gateway.port(), tried), direct, tried);
    isTheSame(overHttp2(tried), direct, tried);
  }

  /** Where a server gives up while its client sends on, the kernel's reset may destroy the end of what the server has said. */
  private static void isTheSame(String seen, String direct, WebSocketCase tried) {
    boolean mayBeCut = tried.fails() && tried.writes().size() > 1;
    if (mayBeCut) {
      tried.check(seen);
    }
    assertThat(mayBeCut ? seen.startsWith(direct) || direct.startsWith(seen) : seen.equals(direct))
        .as("%s octets instead of %s", seen.length(), direct.length())
        .isTrue();
  }

  private static String path(WebSocketCase tried) {
    return tried.extensions().isEmpty() ? "/plain/x" : "/deflate/x";
  }

  /** Returns what comes behind the handshake. */
  private static String overHttp1(int port, WebSocketCase tried) throws IOException {
    String offer = tried.extensions().isEmpty()
        ? "X-None: 1"
        : "Sec-WebSocket-Extensions: " + tried.extensions();
    try (RawClient client = new RawClient(port)) {
      client.send(RawClient.head(
          "GET " + path(tried) + " HTTP/1.1",
          "Host: h",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: " + KEY,
          offer));
      String head = client.until("\r\n\r\n");
      assertThat(head).startsWith("HTTP/1.1 101 ").contains(WebSocketHandshake.answer(KEY));
      assertThat(head.contains("permessage-deflate"))
          .isEqualTo(!tried.extensions().isEmpty());
      send(client, tried);
      return client.rest().replace("<reset>", "");
    }
  }

  private static void send(RawClient client, WebSocketCase tried) throws IOException {
    try {
      for (byte[] write : tried.writes()) {
        client.send(write);
      }
    } catch (SocketException e) {
      assertThat(tried.fails()).as("may end before all was sent").isTrue();
    }
  }

  private String overHttp2(WebSocketCase tried) throws IOException {
    String offer = tried.extensions().isEmpty()
        ? "x-none: 1"
        : "sec-websocket-extensions: " + tried.extensions();
    Http2Peer.Stream stream = http2.request(
        false, "CONNECT", path(tried), ":protocol: websocket", "sec-websocket-version: 13", offer);
    assertThat(stream.awaitStatus()).isEqualTo("200");
    for (byte[] write : tried.writes()) {
      TunnelEnd.of(stream).send(new String(write, StandardCharsets.ISO_8859_1));
    }
    String seen = stream.awaitOver().body();
    if (stream.code() < 0) {
      stream.data(true, "");
    }
    return seen;
  }
}
