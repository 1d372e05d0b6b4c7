package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients see of a gateway that stops. */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
final class ShutdownIT {
  private static final int CLIENTS = 20;
  private static final int BUSY_MILLIS = 100;
  private static final Duration DRAIN = Duration.ofSeconds(20);
  private static final String SAYS_CLOSE = "connection: close\r\n";
  private static final String UPGRADE = RawClient.head(
      "GET /raw/x HTTP/1.1",
      "Host: h",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  private static final String SWITCHED = RawClient.head(
      "HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket");
  private static final String GOODBYE_TO_CLIENT =
      RawClient.text((byte) 0x88, (byte) 2, (byte) 3, (byte) 0xe9);
  private static final String GOODBYE_TO_SERVER = RawClient.text(
      (byte) 0x88, (byte) 0x82, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 3, (byte) 0xe9);

  @Parameter
  Engine engine;

  private TestGateway gateway;

  @BeforeEach
  void create() {
    gateway = new TestGateway(engine);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
  }

  private static void answer(HttpServerRequest request) {
    request.response().end("well");
  }

  /** Of HTTP/1.0, of a server's and of the gateway's own, on new and on kept connections. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n",
        "HEAD /well/x HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /well/x HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
        "POST /well/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
      })
  void answers_onceAStopIsAnnounced_sayThatTheConnectionEnds(String request) throws Exception {
    boolean isHead = request.startsWith("HEAD");
    gateway
        .service("well", gateway.http(ShutdownIT::answer))
        .route("well", new JsonObject())
        .start();
    try (RawClient kept = new RawClient(gateway.port())) {
      assertThat(kept.send(request).response(isHead)).doesNotContainIgnoringCase(SAYS_CLOSE);
      gateway.gateway().announceStop().await(10, SECONDS);
      assertThat(gateway.gateway().connections()).containsEntry("web", 1);
      assertThat(kept.send(request).response(isHead))
          .containsIgnoringCase(SAYS_CLOSE)
          .doesNotContainIgnoringCase("keep-alive");
      assertThat(kept.rest()).isEmpty();
      try (RawClient fresh = new RawClient(gateway.port())) {
        assertThat(fresh.send(request).response(isHead)).containsIgnoringCase(SAYS_CLOSE);
        assertThat(fresh.rest()).isEmpty();
      }
    }
  }

  @Test
  void request_whoseHeadHadBegun_isAnsweredDuringTheDrain() throws Exception {
    gateway
        .service("well", gateway.http(ShutdownIT::answer))
        .route("well", new JsonObject())
        .start();
    int port = gateway.port();
    try (RawClient kept = new RawClient(port);
        RawClient fresh = new RawClient(port)) {
      kept.send("GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n").response();
      kept.send("GET /well/x HT");
      fresh.send("GET /well/x HT");
      gateway.awaitTicks(); // both have been read
      Future<Void> stopped = gateway.gateway().stop(DRAIN);
      Eventually.holds("others are refused", () -> RawClient.isRefused(port));
      for (RawClient each : List.of(kept, fresh)) {
        assertThat(each.send("TP/1.1\r\nHost: h\r\n\r\n").response())
            .startsWith("HTTP/1.1 200 ")
            .containsIgnoringCase(SAYS_CLOSE);
        assertThat(each.rest()).isEmpty();
      }
      stopped.await(10, SECONDS);
    }
  }

  /** The head of its answer has said that the connection stays. */
  @Test
  void connection_withAnAnswerThatHadBegun_takesOneMoreRequest() throws Exception {
    CompletableFuture<HttpServerRequest> begun = new CompletableFuture<>();
    gateway
        .service("slow", gateway.http(request -> {
          if (begun.isDone()) {
            request.response().end("well");
          } else {
            request.response().setChunked(true).write("first ");
            begun.complete(request);
          }
        }))
        .route("slow", new JsonObject())
        .start();
    int port = gateway.port();
    try (RawClient client = new RawClient(port)) {
      client.send("GET /slow/x HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.until("first ")).doesNotContainIgnoringCase(SAYS_CLOSE);
      Future<Void> stopped = gateway.gateway().stop(DRAIN);
      Eventually.holds("others are refused", () -> RawClient.isRefused(port));
      client.send("GET /slow/x HTTP/1.1\r\nHost: h\r\n\r\n");
      begun.join().response().end("last");
      client.until("0\r\n\r\n");
      assertThat(client.response()).containsIgnoringCase(SAYS_CLOSE).endsWith("well");
      stopped.await(10, SECONDS);
    }
  }

  /** Each client sends its next request right behind the answer to the one before, as long as no answer forbids it. */
  @Test
  void clients_thatPostAllTheTime_loseNoRequest() throws Exception {
    AtomicInteger answers = new AtomicInteger();
    gateway
        .service(
            "busy",
            gateway.http(request -> request
                .body()
                .onSuccess(body -> gateway.vertx.setTimer(
                    BUSY_MILLIS, timer -> request.response().end(body)))))
        .route("busy", new JsonObject())
        .start();
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      Callable<Boolean> client = () -> postUntilToldToStop(answers);
      List<java.util.concurrent.Future<Boolean>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        running.add(threads.submit(client));
      }
      Eventually.holds("all are busy", () -> answers.get() > 2 * CLIENTS);
      gateway.gateway().announceStop().await(10, SECONDS);
      gateway.gateway().stop(DRAIN).await(10, SECONDS);
      for (java.util.concurrent.Future<Boolean> each : running) {
        assertThat(each.get(10, SECONDS)).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean postUntilToldToStop(AtomicInteger answers) throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      String answer = "";
      while (!answer.toLowerCase(java.util.Locale.ROOT).contains(SAYS_CLOSE)) {
        client.send("POST /busy/x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
        answer = client.response();
        assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("body");
        answers.incrementAndGet();
      }
      return client.rest().isEmpty();
    }
  }

  @Test
  void http2Connection_getsGoawayAndItsStreamsEnd() throws Exception {
    CompletableFuture<HttpServerRequest> held = new CompletableFuture<>();
    gateway
        .service("slow", gateway.http(held::complete))
        .listener(new JsonObject().put("tls", SelfSigned.of("localhost").json()))
        .route("slow", new JsonObject())
        .start();
    HttpClient client = gateway.http2Client();
    AtomicInteger goAways = new AtomicInteger();
    HttpClientRequest request =
        client.request(HttpMethod.GET, gateway.port(), "localhost", "/slow/x").await(30, SECONDS);
    // Not the handler of the frame, for which Vert.x copies into a buffer that nobody can release.
    request.connection().shutdownHandler(v -> goAways.incrementAndGet());
    Future<Buffer> body = request.send().compose(HttpClientResponse::body);
    HttpServerRequest arrived = held.get(10, SECONDS);
    gateway.gateway().announceStop().await(10, SECONDS);
    Eventually.holds("a GOAWAY has come", () -> goAways.get() > 0);
    Future<Void> stopped = gateway.gateway().stop(DRAIN);
    arrived.response().end("at last");
    assertThat(body.await(10, SECONDS)).isEqualTo(Buffer.buffer("at last"));
    stopped.await(10, SECONDS);
  }

  @Test
  void webSocket_idle_isToldToGoAwayOnBothSides() throws Exception {
    CompletableFuture<ServerWebSocket> accepted = new CompletableFuture<>();
    gateway
        .service("ws", gateway.http(request -> request.toWebSocket().onSuccess(accepted::complete)))
        .route("ws", new JsonObject())
        .start();
    WebSocket client = gateway
        .vertx
        .createWebSocketClient()
        .connect(gateway.port(), "127.0.0.1", "/ws/x")
        .await(10, SECONDS);
    ServerWebSocket server = accepted.get(10, SECONDS);
    CompletableFuture<Short> ofClient = new CompletableFuture<>();
    CompletableFuture<Short> ofServer = new CompletableFuture<>();
    client.closeHandler(v -> ofClient.complete(client.closeStatusCode()));
    server.closeHandler(v -> ofServer.complete(server.closeStatusCode()));
    gateway.gateway().stop(DRAIN).await(10, SECONDS); // sooner than the drain
    assertThat(ofClient.get(10, SECONDS)).isEqualTo((short) 1001);
    assertThat(ofServer.get(10, SECONDS)).isEqualTo((short) 1001);
  }

  @Test
  void webSocket_inMidFrame_isToldBehindTheFrame() throws Exception {
    try (RawServer server = new RawServer()) {
      gateway.service("raw", server.port()).route("raw", new JsonObject()).start();
      int port = gateway.port();
      try (RawClient client = new RawClient(port)) {
        client.send(UPGRADE);
        RawClient taking = server.accept();
        taking.until("\r\n\r\n");
        taking.send(SWITCHED + "\202\005he");
        assertThat(client.until("\202\005he")).startsWith("HTTP/1.1 101 ");
        Future<Void> stopped = gateway.gateway().stop(DRAIN);
        assertThat(taking.exactly(GOODBYE_TO_SERVER.length())).isEqualTo(GOODBYE_TO_SERVER);
        taking.send("llo" + "\202\003no!");
        assertThat(client.exactly(3 + GOODBYE_TO_CLIENT.length()))
            .isEqualTo("llo" + GOODBYE_TO_CLIENT);
        client.send("\202\200\1\1\1\1"); // dropped
        taking.send(GOODBYE_TO_CLIENT);
        client.send(GOODBYE_TO_SERVER);
        assertThat(client.rest()).isEmpty();
        assertThat(taking.rest()).isEmpty();
        stopped.await(10, SECONDS);
      }
    }
  }

  @Test
  void connections_thatDoNotEnd_areCutOffAfterTheDrain() throws Exception {
    try (RawServer server = new RawServer()) {
      gateway.service("raw", server.port()).route("raw", new JsonObject()).start();
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(UPGRADE);
        RawClient taking = server.accept();
        taking.send(SWITCHED);
        client.until("\r\n\r\n");
        gateway.gateway().stop(Duration.ofMillis(100)).await(10, SECONDS);
        assertThat(client.rest()).isEqualTo(GOODBYE_TO_CLIENT);
      }
    }
  }
}
