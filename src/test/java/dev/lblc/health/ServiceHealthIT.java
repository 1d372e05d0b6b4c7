package dev.lblc.health;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.HealthConfig;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@ExpectedLog({
  "WARN Availability: server .* unavailable",
  "ERROR HttpClientResponseImpl: Connection was closed",
  "WARN ServerBootstrap: Failed to register an accepted channel" // of a server that is being closed
})
class ServiceHealthIT {
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Duration TIMEOUT = Duration.ofMillis(50);

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private @Nullable ServiceHealth health;

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
    HealthConfig passive =
        new HealthConfig(null, new HealthConfig.Passive(2, Duration.ofMillis(50)));
    health = start(passive, 1, 2);
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
    health = start(new HealthConfig(null, new HealthConfig.Passive(1, Duration.ofMillis(1))), 1, 2);
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
    ServiceHealth started = ServiceHealth.start(vertx, "images", config, listener);
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
    return new HealthConfig(new HealthConfig.Active(path, interval, timeout, rise, fall), null);
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
