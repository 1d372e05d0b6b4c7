package dev.lblc.gateway.http.lane;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HttpCounts;
import dev.lblc.gateway.http.Upstreams;
import dev.lblc.gateway.http.h2.Http2Worker;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.Loop;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.gateway.route.RequestFacts;
import dev.lblc.gateway.route.Route;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.Server;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane of which the test has hold: what it does when its handlers fail, or a server does not read. */
final class LaneLoopTest {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final String HEAD = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
  private static final String FAILED =
      "ERROR .*Exchange: a request failed in the gateway.*IllegalStateException: tested";

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final CompletableFuture<Channel> accepted = new CompletableFuture<>();
  private ServerSocket server;
  private Socket client;
  private HttpRoutes routes;
  private LaneLoop lane;

  @BeforeEach
  void start() throws Exception {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    server.setSoTimeout(PATIENCE_MILLIS);
    JsonArray servers = new JsonArray()
        .add(new JsonObject()
            .put("id", "a")
            .put("host", "127.0.0.1")
            .put("port", server.getLocalPort()));
    JsonObject services = new JsonObject()
        .put("one", new JsonObject().put("strategy", "lblc").put("servers", servers));
    vertx
        .deployVerticle(
            new LblcVerticle(),
            new DeploymentOptions().setConfig(new JsonObject().put("services", services)))
        .await(10, SECONDS);
    routes = routes(services);
    CompletableFuture<LaneLoop> made = new CompletableFuture<>();
    CompletableFuture<HttpServer> listening = new CompletableFuture<>();
    vertx.runOnContext(v -> {
      LaneLoop own =
          new LaneLoop(new Loop(vertx, System::nanoTime, 0), new DeadlineRing(), Http2Worker::new);
      made.complete(own);
      vertx
          .createHttpServer(new HttpServerOptions()
              .setHttp2ClearTextEnabled(false)
              .setPerFrameWebSocketCompressionSupported(false)
              .setPerMessageWebSocketCompressionSupported(false))
          .requestHandler(request -> request.connection().close())
          .connectionHandler(connection -> {
            Channel channel = Objects.requireNonNull(VertxPipeline.channel(connection), "HTTP/1.1");
            VertxPipeline.install(
                channel, new ClientConnection(own, channel, connection, () -> routes), own.loop());
            accepted.complete(channel);
          })
          .listen(0, "127.0.0.1")
          .onComplete(listening::complete, listening::completeExceptionally);
    });
    int port = listening.get(10, SECONDS).actualPort();
    lane = made.get(10, SECONDS);
    client = new Socket(InetAddress.getLoopbackAddress(), port);
    client.setSoTimeout(PATIENCE_MILLIS);
  }

  /** What every route matches. */
  private record Facts(
      String host,
      String path,
      String pathWithoutParameters,
      @Nullable String query,
      String method,
      String clientIp,
      String localIp,
      int localPort,
      @Nullable String sni)
      implements RequestFacts {
    @Override
    public @Nullable String header(String name) {
      return null;
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public @Nullable String tlsSubject() {
      return null;
    }

    @Override
    public @Nullable String tlsFingerprint() {
      return null;
    }

    @Override
    public @Nullable String tlsSan() {
      return null;
    }
  }

  private HttpRoutes routes(JsonObject services) throws Exception {
    JsonObject all = new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", 0)))
        .put("routes", new JsonArray().add(ConfigJson.route("one")))
        .put("services", services);
    GatewayConfig config =
        ConfigReader.readText("test", all.encode(), Strategies.ofClassPath(), Map.of());
    return HttpRoutes.compile(
        config.httpListeners().get(0),
        Map.of(),
        Lblc.of(vertx)::service,
        Map.of(),
        service -> new HttpCounts(1).of("web", service),
        null);
  }

  @AfterEach
  void stop() throws Exception {
    Eventually.holds(
        "idle",
        () -> Lblc.of(vertx).service("one").status().servers().get(0).active().local() == 0);
    client.close();
    server.close();
    vertx.close().await(10, SECONDS);
  }

  private void fail() throws Exception {
    Channel channel = accepted.get(10, SECONDS);
    channel
        .eventLoop()
        .execute(() -> channel.pipeline().fireExceptionCaught(new IllegalStateException("tested")));
  }

  private String rest() throws IOException {
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  private void send(String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** In mid-body, and with nothing but the answer to come. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  @ExpectedLog(FAILED)
  void request_underWhichAHandlerFails_isAnswered(int sent) throws Exception {
    send(HEAD + "12345".substring(0, sent));
    try (Socket upstream = server.accept()) {
      assertThat(upstream.getInputStream().read()).isEqualTo('P');
      fail();
      byte[] status = client.getInputStream().readNBytes("HTTP/1.1 500".length());
      assertThat(new String(status, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 500");
      send("12345".substring(sent));
      assertThat(rest()).endsWith("internal error\n");
    }
  }

  @Test
  @ExpectedLog("ERROR .*ClientConnection: a client's connection failed in the gateway")
  void connection_withoutARequestThatFails_isClosed() throws Exception {
    fail();
    assertThat(rest()).isEmpty();
  }

  /** What is not sent yet would be the beginning of the next request to the server. */
  @Test
  void connection_withUnsentBytesOfARequest_isNotUsedAgain() throws Exception {
    LaneServer connection = pooled();
    send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    try (Socket upstream = server.accept()) {
      upstream.setSoTimeout(PATIENCE_MILLIS);
      assertThat(upstream.getInputStream().read()).isEqualTo('G');
      inLoop(() -> connection.write(Unpooled.copiedBuffer(new byte[] {'x'}))); // and not flushed
      upstream
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
              .getBytes(StandardCharsets.ISO_8859_1));
      assertThat(upstream.getInputStream().readAllBytes()).isNotEmpty();
    }
  }

  private Server target() {
    try (Lease lease = Lblc.of(vertx).service("one").acquire(null)) {
      return lease.server();
    }
  }

  /** Returns the connection that the next request gets. */
  private LaneServer pooled() throws Exception {
    Route route = Objects.requireNonNull(
        routes.find(new Facts("h", "/", "/", null, "GET", "", "", 0, null)), "a route");
    CompletableFuture<LaneServer> granted = new CompletableFuture<>();
    inLoop(() -> lane.pool().connect(target(), route, false, new Upstreams.Attempt<>() {
      @Override
      public void waits(Runnable leave) {}

      @Override
      public void connected(LaneServer connection) {
        connection.giveBack();
        granted.complete(connection);
      }

      @Override
      public void refused(Failure why) {
        granted.completeExceptionally(new IOException(why.toString()));
      }
    }));
    return granted.get(10, SECONDS);
  }

  private void inLoop(Runnable action) throws Exception {
    accepted.get(10, SECONDS).eventLoop().submit(action).get(10, SECONDS);
  }
}
