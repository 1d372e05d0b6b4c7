package dev.lblc.health;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.HealthConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.config.StatusRange;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.ServerState;
import dev.lblc.testing.Authority;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExpectedLog({
  "WARN ServiceHealth: server .* unavailable",
  "WARN ServerBootstrap: Failed to register an accepted channel" // of a server that is being closed
})
class ServiceHealthIT {
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Duration TIMEOUT = Duration.ofMillis(50);

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private @Nullable ServiceHealth health;
  private @Nullable UpstreamTls tls;

  /** The first check of a JVM takes longer than those of the tests may. */
  @BeforeAll
  static void warmUp() throws Exception {
    ServiceHealthIT first = new ServiceHealthIT();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    HttpServer server = first.serve(0, request -> {
      asked.complete(null);
      request.response().end();
    });
    Duration patient = Duration.ofSeconds(5);
    first.health = first.start(active("/", patient, patient, 1, 9), server.actualPort());
    asked.orTimeout(20, SECONDS).join();
    first.awaitState(ServerState.UP, "answered 200");
    first.close();
  }

  @AfterEach
  void close() throws Exception {
    if (health != null) {
      health.stop();
    }
    vertx.close().await(10, SECONDS);
  }

  @Test
  void httpServer_closedAndStartedAgain_goesDownAndComesBack() throws Exception {
    HttpServer server = serve(0, request -> request.response().end("ok"));
    int port = server.actualPort();
    health = start(active("/health", INTERVAL, INTERVAL, 2, 2), port);
    server.close().await(10, SECONDS);
    assertThat(next()).isEqualTo("s0 false");
    serve(port, request -> request.response().end("ok"));
    assertThat(next()).isEqualTo("s0 true");
  }

  @Test
  void answers_ofEachKind_countAsPassOrFailInARow() throws Exception {
    // Down with the third failure in a row, up with the second pass in a row: 3xx passes, 4xx
    // fails.
    // Two passes ahead: the very first check of a cold machine may take longer than it has.
    Deque<Integer> answers = new ConcurrentLinkedDeque<>(
        List.of(200, 200, 500, 404, 302, 500, 503, 400, 204, 500, 301, 200));
    AtomicInteger asked = new AtomicInteger();
    HttpServer server = serve(0, request -> {
      asked.incrementAndGet();
      Integer status = answers.poll();
      request.response().setStatusCode(status == null ? 200 : status).end();
    });
    // The listener runs where the checks are started: the next one has not been sent yet.
    health = start(
        (id, up) -> heard.add(up + " after " + asked.get()),
        active("/health", Duration.ofMillis(200), Duration.ofMillis(200), 2, 3),
        server.actualPort());
    assertThat(next()).isEqualTo("false after 8");
    assertThat(next()).isEqualTo("true after 12");
  }

  @Test
  void httpCheck_asks_pathWithHostAndPortOnAConnectionOfItsOwn() throws Exception {
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    HttpServer server = serve(0, request -> {
      String seen = request.method() + " " + request.uri() + " " + request.getHeader("host") + " "
          + request.getHeader("connection");
      if (!first.complete(seen)) {
        second.complete(request.remoteAddress().toString());
      }
      request.response().end();
    });
    health = start(active("/health?full=1", INTERVAL, INTERVAL, 1, 1), server.actualPort());
    assertThat(first.orTimeout(10, SECONDS).join())
        .isEqualTo("GET /health?full=1 127.0.0.1:" + server.actualPort() + " close");
    assertThat(second.orTimeout(10, SECONDS)).isNotNull();
  }

  @Test
  void silentServer_isDownAfterTheTimeout_andIsNeverAskedTwiceAtATime() throws Exception {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    HttpServer server = vertx
        .createHttpServer()
        .connectionHandler(connection -> {
          most.accumulateAndGet(open.incrementAndGet(), Math::max);
          connection.closeHandler(closed -> open.decrementAndGet());
        })
        .requestHandler(request -> {})
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    health = start(active("/", INTERVAL, TIMEOUT, 1, 4), server.actualPort());
    assertThat(next()).isEqualTo("s0 false");
    // The server may see one connection end only after the next began.
    assertThat(most).hasValueLessThanOrEqualTo(2);
  }

  @Test
  void answer_withoutAnEnd_fails() throws Exception {
    HttpServer server =
        serve(0, request -> request.response().setChunked(true).write("never ends"));
    health = start(active("/", INTERVAL, TIMEOUT, 1, 1), server.actualPort());
    assertThat(next()).isEqualTo("s0 false");
  }

  @Test
  void httpCheck_asConfigured_asksForIt() throws Exception {
    CompletableFuture<String> seen = new CompletableFuture<>();
    HttpServer server = serve(0, request -> {
      seen.complete(request.method() + " " + request.uri() + " " + request.getHeader("host") + " "
          + request.getHeader("x-check") + " " + request.getHeader("content-length"));
      request.response().end();
    });
    HealthConfig.Http http = new HealthConfig.Http(
        "/h?a=b", "POST", "health.test", Map.of("x-check", "1"), statuses(200, 200), null);
    // The server's own port is one on which nobody listens.
    health = start(asking(http, server.actualPort(), false), Ports.free());
    assertThat(seen.orTimeout(10, SECONDS).join()).isEqualTo("POST /h?a=b health.test 1 0");
    awaitState(ServerState.UP, "answered 200");
    assertThat(reason("s0"))
        .startsWith("POST http://127.0.0.1:" + server.actualPort() + "/h?a=b: ");
  }

  @Test
  void httpCheck_expectingA401_passesWithItAlone() throws Exception {
    AtomicInteger status = new AtomicInteger(401);
    HttpServer server =
        serve(0, request -> request.response().setStatusCode(status.get()).end());
    HealthConfig.Http http =
        new HealthConfig.Http("/", "GET", null, Map.of(), statuses(401, 401), null);
    health = start(asking(http, 0, false), server.actualPort());
    awaitState(ServerState.UP, "answered 401");
    status.set(200);
    awaitState(ServerState.DOWN, "/: answered 200, 1 in a row");
  }

  @Test
  void httpCheck_withABody_looksForTheText() throws Exception {
    AtomicReference<String> body = new AtomicReference<>("{\"status\": \"ok.\"}");
    HttpServer server = serve(0, request -> request.response().setChunked(true).end(body.get()));
    HealthConfig.Http http =
        new HealthConfig.Http("/", "GET", null, Map.of(), statuses(200, 399), "\"ok.\"");
    health = start(asking(http, 0, false), server.actualPort());
    awaitState(ServerState.UP, "answered 200");
    body.set("{\"status\": \"ok!\"}"); // a text, not an expression
    awaitState(ServerState.DOWN, "answered 200 without \"\"ok.\"\" in its body");
  }

  @Test
  void headCheck_hasNoBodyToWaitFor() throws Exception {
    HttpServer server =
        serve(0, request -> request.response().putHeader("content-length", "9").end());
    HealthConfig.Http http =
        new HealthConfig.Http("/", "HEAD", null, Map.of(), statuses(200, 399), null);
    health = start(asking(http, 0, false), server.actualPort());
    awaitState(ServerState.UP, "answered 200");
  }

  @Test
  void httpCheck_withAHeadAsLongAsTrafficTakes_passes() throws Exception {
    AtomicInteger length = new AtomicInteger(63 << 10);
    HttpServer server = serve(
        0,
        request -> request.response().putHeader("x", "x".repeat(length.get())).end());
    health = start(active("/", INTERVAL, INTERVAL, 1, 1), server.actualPort());
    awaitState(ServerState.UP, "answered 200");
    length.set(65 << 10);
    awaitState(ServerState.DOWN, "the answer cannot be read");
  }

  @Test
  void answer_afterAnInterimOne_counts() throws Exception {
    NetServer server = vertx
        .createNetServer()
        .connectHandler(
            socket -> socket.handler(
                asked -> socket.write(
                    "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    HealthConfig.Http http =
        new HealthConfig.Http("/", "GET", null, Map.of(), statuses(200, 200), null);
    health = start(asking(http, 0, false), server.actualPort());
    awaitState(ServerState.UP, "answered 200");
  }

  @Test
  void answer_thatIsNone_fails() throws Exception {
    NetServer server = vertx
        .createNetServer()
        .connectHandler(socket -> socket.handler(asked -> socket.end(Buffer.buffer("hello\r\n"))))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    health = start(active("/", INTERVAL, INTERVAL, 1, 1), server.actualPort());
    assertThat(next()).isEqualTo("s0 false");
  }

  @Test
  void tlsChecks_withAnyCertificate_pass() throws Exception {
    JsonObject files = SelfSigned.of("localhost").json();
    HttpServerOptions options = new HttpServerOptions()
        .setSsl(true)
        .setKeyCertOptions(new PemKeyCertOptions()
            .addCertPath(files.getString("certificate"))
            .addKeyPath(files.getString("key")));
    HttpServer server = vertx
        .createHttpServer(options)
        .requestHandler(request -> request.response().end())
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    HealthConfig.Http http =
        new HealthConfig.Http("/", "GET", null, Map.of(), statuses(200, 399), null);
    Duration patient = Duration.ofSeconds(3); // the first handshake of a machine takes long
    health = start(
        new HealthConfig(
            new HealthConfig.Active(http, null, false, 0, true, patient, patient, 1, 1),
            null,
            null),
        server.actualPort());
    awaitState(ServerState.UP, "answered 200");
    assertThat(reason("s0")).startsWith("GET https://127.0.0.1:");
  }

  /** As the requests of a service with {@code tls} do. */
  @ParameterizedTest(name = "{0}, certificate {1}")
  @CsvSource({
    "GET, true, answered 200",
    "GET, false, no TLS: its certificate is not of an authority that is trusted",
    "handshake, true, handshake completed",
    "handshake, false, no TLS: its certificate is not of an authority that is trusted"
  })
  void tlsChecks_ofAServiceWithTls_verify(String kind, boolean isTrusted, String reason)
      throws Exception {
    Authority authority = Authority.named("authority");
    Authority.Issued certificate =
        (isTrusted ? authority : Authority.named("other")).issue("127.0.0.1");
    HttpServer server = vertx
        .createHttpServer(
            new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.options()))
        .requestHandler(request -> request.response().end())
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    JsonObject service = new JsonObject()
        .put("strategy", "wlc")
        .put("servers", new JsonArray())
        .put("tls", new JsonObject().put("trust", authority.certificate().toString()));
    ServiceConfig config = Objects.requireNonNull(ConfigReader.readPlugin(
            new JsonObject().put("services", new JsonObject().put("images", service)),
            Strategies.ofClassPath(),
            Map.of())
        .services()
        .get("images"));
    tls = UpstreamTls.read(
        config, Objects.requireNonNull(config.tls()), List.of(), UpstreamTls.Listener.NONE, null);
    HealthConfig.Http http = kind.equals("GET")
        ? new HealthConfig.Http("/", "GET", "elsewhere", Map.of(), statuses(200, 399), null)
        : null;
    Duration patient = Duration.ofSeconds(3);
    health = start(
        new HealthConfig(
            new HealthConfig.Active(http, null, false, 0, true, patient, patient, 1, 1),
            null,
            null),
        server.actualPort());
    awaitState(isTrusted ? ServerState.UP : ServerState.DOWN, reason);
  }

  @Test
  void tlsCheck_ofAServerInClearText_fails() throws Exception {
    HttpServer server = serve(0, request -> request.response().end());
    health = start(
        new HealthConfig(
            new HealthConfig.Active(null, null, false, 0, true, INTERVAL, INTERVAL, 1, 1),
            null,
            null),
        server.actualPort());
    awaitState(ServerState.DOWN, ": no TLS: what the server sent is no TLS");
    assertThat(reason("s0")).startsWith("TLS handshake with 127.0.0.1:");
  }

  /** Waits until the server is in that state, with a reason that contains the text. */
  private void awaitState(ServerState state, String text) throws Exception {
    Eventually.holds(state + ": " + text, () -> {
      HealthState now = Objects.requireNonNull(Objects.requireNonNull(health).state("s0"));
      return now.state() == state && now.reason().contains(text);
    });
  }

  private String reason(String server) {
    return Objects.requireNonNull(Objects.requireNonNull(health).state(server)).reason();
  }

  @Test
  void tcpServer_closedAndStartedAgain_goesDownAndComesBack() throws Exception {
    NetServer server = vertx
        .createNetServer()
        .connectHandler(socket -> {})
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    int port = server.actualPort();
    health = start(active(null, INTERVAL, INTERVAL, 2, 2), port);
    server.close().await(10, SECONDS);
    assertThat(next()).isEqualTo("s0 false");
    vertx
        .createNetServer()
        .connectHandler(socket -> {})
        .listen(port, "127.0.0.1")
        .await(10, SECONDS);
    assertThat(next()).isEqualTo("s0 true");
  }

  @Test
  void servers_ofOneService_areCheckedOneAfterTheOther() throws Exception {
    Queue<Long> starts = new ConcurrentLinkedDeque<>();
    CompletableFuture<Void> all = new CompletableFuture<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ports.add(serve(0, request -> {
            starts.add(System.nanoTime());
            if (starts.size() == 3) {
              all.complete(null);
            }
            request.response().end();
          })
          .actualPort());
    }
    Duration interval = Duration.ofMillis(600);
    health = start(active("/", interval, TIMEOUT, 1, 1), ports.get(0), ports.get(1), ports.get(2));
    all.orTimeout(10, SECONDS).join();
    List<Long> nanos = new ArrayList<>(starts);
    // They are due at 0, 0.24 and 0.62 of the interval; half of it leaves room for a slow start.
    assertThat(nanos.get(2) - nanos.get(0)).isGreaterThan(interval.toNanos() / 2);
  }

  @Test
  void stopped_whileACheckIsUnderWay_closesItAndHearsNothing() throws Exception {
    CompletableFuture<HttpServerRequest> asked = new CompletableFuture<>();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    HttpServer server = serve(0, request -> {
      request.connection().closeHandler(gone -> closed.complete(null));
      asked.complete(request);
    });
    health = start(
        active("/", Duration.ofSeconds(30), Duration.ofSeconds(30), 1, 1), server.actualPort());
    asked.orTimeout(10, SECONDS).join();
    health.stop();
    closed.orTimeout(10, SECONDS).join();
    vertx.close().await(10, SECONDS);
    assertThat(heard).isEmpty();
  }

  @Test
  void failedConnects_inARow_ejectAndComeBack() throws InterruptedException {
    health = start(passive(2, Duration.ofMillis(50)), 1, 2);
    health.server("s1").connectFailed();
    health.server("s1").connectFailed();
    assertThat(next()).isEqualTo("s1 false");
    assertThat(next()).isEqualTo("s1 true");
    assertThat(heard).isEmpty();
  }

  @Test
  void service_withoutHealth_isAvailableForGood() {
    ServiceHealth unwatched = start(null, 1);
    for (int i = 0; i < 100; i++) {
      unwatched.server("s0").connectFailed();
    }
    assertThat(heard).isEmpty();
  }

  @Test
  void server_addedWhileRunning_isCheckedFromThenOn() throws Exception {
    health = start(active(null, INTERVAL, INTERVAL, 1, 1));
    health.add(server("late", Ports.free()));
    assertThat(next()).isEqualTo("late false");
  }

  @Test
  void server_removed_isNotHeardOfAgain() throws InterruptedException {
    health = start(passive(1, Duration.ofMillis(1)), 1, 2, 3);
    ServerHealth removed = health.server("s0");
    health.remove("s0");
    removed.connectFailed();
    health.server("s0").connectFailed();
    health.server("s1").connectFailed();
    assertThat(next()).isEqualTo("s1 false");
    assertThat(next()).isEqualTo("s1 true");
    assertThat(heard).isEmpty();
  }

  @Test
  void server_removedAndAddedAgain_startsAsAvailableAndIsChecked() throws Exception {
    int port = Ports.free();
    health = start(active(null, INTERVAL, INTERVAL, 1, 1), port);
    assertThat(next()).isEqualTo("s0 false");
    health.add(server("s0", port));
    assertThat(next()).isEqualTo("s0 false");
  }

  private ServiceHealth start(@Nullable HealthConfig config, int... ports) {
    return start((id, up) -> heard.add(id + " " + up), config, ports);
  }

  private ServiceHealth start(
      BiConsumer<String, Boolean> listener, @Nullable HealthConfig config, int... ports) {
    ServiceHealth started = ServiceHealth.start(
        vertx,
        "images",
        config,
        tls,
        new HealthTime(System::nanoTime, System::currentTimeMillis),
        () -> 0, // the first server is checked at once
        new HealthListener() {
          @Override
          public void available(String id, boolean available) {
            listener.accept(id, available);
          }

          @Override
          public void warmed(String id, int permille) {}

          @Override
          public boolean isWanted(String id) {
            return true;
          }
        });
    for (int i = 0; i < ports.length; i++) {
      started.add(server("s" + i, ports[i]));
    }
    return started;
  }

  private static ServerSpec server(String id, int port) {
    return new ServerSpec(id, "127.0.0.1", port, 100, 0, 0);
  }

  private static HealthConfig active(
      @Nullable String path, Duration interval, Duration timeout, int rise, int fall) {
    HealthConfig.Http http = path == null
        ? null
        : new HealthConfig.Http(path, "GET", null, Map.of(), statuses(200, 399), null);
    return new HealthConfig(
        new HealthConfig.Active(http, null, false, 0, false, interval, timeout, rise, fall),
        null,
        null);
  }

  /** A request that is checked often, and whose first result tells. */
  private static HealthConfig asking(HealthConfig.Http http, int port, boolean isTls) {
    return new HealthConfig(
        new HealthConfig.Active(http, null, false, port, isTls, INTERVAL, INTERVAL, 1, 1),
        null,
        null);
  }

  private static List<StatusRange> statuses(int first, int last) {
    return List.of(new StatusRange(first, last));
  }

  private static HealthConfig passive(int failures, Duration eject) {
    return new HealthConfig(
        null,
        new HealthConfig.Passive(
            failures, Set.of(HealthConfig.Fault.CONNECT), eject, Duration.ofHours(1), 50),
        null);
  }

  private HttpServer serve(int port, Handler<HttpServerRequest> handler) throws Exception {
    return vertx
        .createHttpServer()
        .requestHandler(handler)
        .listen(port, "127.0.0.1")
        .await(10, SECONDS);
  }

  private String next() throws InterruptedException {
    String change = heard.poll(10, SECONDS);
    assertThat(change).as("a change within 10 s").isNotNull();
    return change;
  }
}
