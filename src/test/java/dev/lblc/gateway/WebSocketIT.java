package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class WebSocketIT {
  private static final SelfSigned CERTIFICATE = SelfSigned.of("localhost");
  private static final int LARGE = 4 * 1024 * 1024;
  private static final String OK = RawClient.head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok";
  private static final String UPGRADE = RawClient.head(
      "GET /raw/%s HTTP/1.1",
      "Host: h",
      "Connection: keep-alive, Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  private static final String GET_OK = RawClient.head("GET /raw/ok HTTP/1.1", "Host: h");
  private static final String SWITCHED = RawClient.head(
      "HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket", "X-Kept: 1");

  @Parameter
  Engine engine;

  private TestGateway gateway;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicLong sent = new AtomicLong();
  private WebSocketClient client;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    gateway = new TestGateway(engine);
    int echo = gateway.http(
        new HttpServerOptions()
            .setMaxWebSocketMessageSize(2 * LARGE)
            .setMaxWebSocketFrameSize(2 * LARGE),
        WebSocketIT::echo);
    int raw = gateway.tcp(this::serveRaw);
    JsonObject brief = new JsonObject()
        .put("timeouts", new JsonObject().put("response", "400ms").put("idle", "400ms"));
    gateway
        .service("echo", echo)
        .service("raw", new JsonObject().put("pool", new JsonObject().put("idle", "1s")), raw)
        .service("brief", raw)
        .route("echo", new JsonObject())
        .route("raw", new JsonObject())
        .route("brief", brief)
        .listener(new JsonObject().put("accessLog", true))
        .listener(new JsonObject().put("name", "secure").put("tls", CERTIFICATE.json()))
        .route(ConfigJson.route("raw").put("listener", "secure"))
        .start(1);
    client = gateway.vertx.createWebSocketClient(
        new WebSocketClientOptions().setMaxFrameSize(2 * LARGE).setMaxMessageSize(2 * LARGE));
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
    Eventually.holds("connections are closed", () -> connections.get() == 0);
  }

  private static void echo(HttpServerRequest request) {
    if (request.path().endsWith("/refused")) {
      request.response().setStatusCode(403).end("refused");
    } else {
      request
          .toWebSocket()
          .onSuccess(socket -> socket.binaryMessageHandler(socket::writeBinaryMessage));
    }
  }

  /** Each connection serves one request, and is closed at the second. */
  private void serveRaw(NetSocket socket) {
    connections.incrementAndGet();
    socket.closeHandler(v -> connections.decrementAndGet());
    AtomicBoolean isUsed = new AtomicBoolean();
    socket.handler(head -> {
      if (isUsed.getAndSet(true)) {
        socket.close();
        return;
      }
      String path = head.toString().split(" ", 3)[1];
      switch (path.substring(path.lastIndexOf('/') + 1)) {
        case "close" -> socket.close();
        case "refuse" ->
          socket.write(RawClient.head("HTTP/1.1 403 Forbidden", "Content-Length: 2") + "no");
        case "bye" -> socket.end(Buffer.buffer(SWITCHED + "x".repeat(LARGE) + "bye"));
        case "ok" -> socket.write(OK);
        case "flood" -> {
          socket.write(SWITCHED);
          flood(socket);
        }
        case "echo" -> {
          socket.write(SWITCHED + "hello");
          socket.handler(socket::write);
        }
        default -> {} // silence
      }
    });
  }

  private void flood(NetSocket socket) {
    Buffer piece = Buffer.buffer("x".repeat(65_536));
    while (!socket.writeQueueFull()) {
      sent.addAndGet(piece.length());
      if (socket.write(piece).failed()) {
        return; // closed, and never full
      }
    }
    socket.drainHandler(v -> flood(socket));
  }

  @Test
  void webSocket_withLargeMessages_countsUntilItIsClosed() throws Exception {
    WebSocket socket = client.connect(gateway.port(), "127.0.0.1", "/echo/a").await(10, SECONDS);
    CompletableFuture<Buffer> answer = new CompletableFuture<>();
    socket.binaryMessageHandler(answer::complete);
    Buffer message = Buffer.buffer(new byte[LARGE]).setInt(LARGE - 4, 42);
    socket.writeBinaryMessage(message);
    assertThat(answer.get(10, SECONDS)).isEqualTo(message);
    assertThat(gateway.active("echo")).isEqualTo(1);
    socket.close().await(10, SECONDS);
  }

  @Test
  void webSocket_refused_isAnsweredAsTheServerDid() throws Exception {
    String request = UPGRADE.formatted("x").replace("/raw/x", "/echo/refused");
    try (RawClient raw = new RawClient(gateway.port())) {
      assertThat(raw.send(request).response()).startsWith("HTTP/1.1 403 ").endsWith("refused");
      assertThat(raw.send(UPGRADE.formatted("refuse")).response()).endsWith("no");
      assertThat(raw.send(UPGRADE.formatted("close")).response()).startsWith("HTTP/1.1 502 ");
    }
  }

  /** Whatever the server took the request for: it answers one of a connection, and an upgrade is no more than a GET. */
  @Test
  void webSocket_onAConnectionThatTheServerCloses_isSentOnAFreshOne() throws Exception {
    for (int round = 0; round < 5; round++) {
      try (RawClient raw = new RawClient(gateway.port());
          RawClient other = new RawClient(gateway.port())) {
        assertThat(raw.send(GET_OK).response()).endsWith("ok");
        assertThat(other.send(UPGRADE.formatted("echo") + "abc").until("\r\n\r\n"))
            .startsWith("HTTP/1.1 101 ");
        assertThat(other.exactly(8)).isEqualTo("helloabc");
      }
    }
  }

  private RawClient client(boolean isSecure) throws Exception {
    return isSecure
        ? new RawClient(TrustsAll.context()
            .getSocketFactory()
            .createSocket(InetAddress.getLoopbackAddress(), gateway.gateway().port("secure")))
        : new RawClient(gateway.port());
  }

  /** Some of it looks like HTTP, and some is too much to be kept. */
  static Stream<Arguments> sentEarly() {
    return Stream.of(
            "FIRST",
            "\r\n",
            "\0\1\r\n\377",
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            UPGRADE.formatted("echo"),
            "x".repeat(100_000),
            "x".repeat(1_000_000) + "end")
        .flatMap(text -> Stream.of(Arguments.of(false, text), Arguments.of(true, text)));
  }

  @ParameterizedTest(name = "TLS {0}")
  @MethodSource("sentEarly")
  void bytes_rightBehindTheRequest_reachTheServer(boolean isSecure, String first) throws Exception {
    try (RawClient raw = client(isSecure)) {
      raw.send(UPGRADE.formatted("echo") + first);
      assertThat(raw.until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      raw.send("SECOND");
      assertThat(raw.exactly(5 + first.length() + 6)).isEqualTo("hello" + first + "SECOND");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bytes_inPieces_reachBothSides(boolean isSecure) throws Exception {
    try (RawClient raw = client(isSecure)) {
      raw.trickle((UPGRADE.formatted("echo") + "FIRST").getBytes(StandardCharsets.ISO_8859_1));
      assertThat(raw.until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      raw.trickle("SECOND".getBytes(StandardCharsets.ISO_8859_1));
      assertThat(raw.exactly(16)).isEqualTo("helloFIRSTSECOND");
    }
  }

  /** Behind an upgrade that comes to nothing the bytes are requests again. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void requests_aroundARefusedUpgrade_areAnsweredInOrder(boolean isSecure) throws Exception {
    try (RawClient raw = client(isSecure)) {
      raw.send(GET_OK + UPGRADE.formatted("refuse") + GET_OK + UPGRADE.formatted("echo") + "FIRST");
      assertThat(raw.response()).endsWith("ok");
      assertThat(raw.response()).startsWith("HTTP/1.1 403 ").endsWith("no");
      assertThat(raw.response()).endsWith("ok");
      assertThat(raw.until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      assertThat(raw.send("SECOND").exactly(16)).isEqualTo("helloFIRSTSECOND");
    }
  }

  @Test
  void webSocket_withoutAnAnswer_isTimedOut() throws Exception {
    String request = UPGRADE.formatted("silence").replace("/raw/", "/brief/");
    assertThat(RawClient.exchange(gateway.port(), request)).startsWith("HTTP/1.1 504 ");
  }

  @Test
  void tunnel_withoutTraffic_isClosed() throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient raw = new RawClient(gateway.port())) {
      raw.send(UPGRADE.formatted("echo").replace("/raw/", "/brief/"));
      assertThat(raw.rest()).endsWith("hello");
      assertThat(lines.await(1).get(0)).contains(" 101 ").endsWith(" tunnel idle for too long");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tunnel_whoseClientLeaves_isClosed(boolean reset) throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient raw = new RawClient(gateway.port())) {
      raw.send(UPGRADE.formatted("echo"));
      assertThat(raw.until("\r\n\r\n"))
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("connection: upgrade")
          .containsIgnoringCase("upgrade: websocket")
          .containsIgnoringCase("x-kept: 1");
      assertThat(raw.exactly(5)).isEqualTo("hello");
      assertThat(raw.send("abc").exactly(3)).isEqualTo("abc");
      assertThat(gateway.active("raw")).isEqualTo(1);
      if (reset) {
        raw.reset();
      } else {
        raw.leave();
      }
      assertThat(lines.await(1).get(0)).contains(" 101 ").endsWith(" -");
    }
  }

  @Test
  void tunnel_closedByTheServer_passesOnAllThatCameBefore() throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient raw = new RawClient(gateway.port())) {
      raw.send(UPGRADE.formatted("bye"));
      raw.until("\r\n\r\n");
      assertThat(raw.rest()).hasSize(LARGE + 3).endsWith("xbye");
      assertThat(lines.await(1).get(0)).contains(" 101 ").endsWith(" -");
    }
  }

  @Test
  void tunnel_whoseClientDoesNotRead_holdsTheServerBack() throws Exception {
    sent.set(0);
    try (RawClient raw = new RawClient(gateway.port())) {
      raw.send(UPGRADE.formatted("flood"));
      raw.until("\r\n\r\n");
      long[] seen = {-1, System.nanoTime()};
      Eventually.holds("the server is held back", () -> {
        if (sent.get() != seen[0]) {
          seen[0] = sent.get();
          seen[1] = System.nanoTime();
        }
        return System.nanoTime() - seen[1] > TimeUnit.MILLISECONDS.toNanos(500);
      });
      assertThat(sent.get()).isLessThan(64 * 1024 * 1024);
    }
  }
}
