package dev.lblc.gateway.http.lane;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Strategies;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane whose handlers fail: what their exceptions make of a request. */
final class LaneWorkerTest {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final String HEAD =
      "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
  private static final String FAILED =
      "ERROR .*Exchange: a request failed in the gateway.*IllegalStateException: tested";

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final CompletableFuture<Channel> accepted = new CompletableFuture<>();
  private ServerSocket server;
  private Socket client;

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
    HttpRoutes routes = routes(services);
    CompletableFuture<HttpServer> listening = new CompletableFuture<>();
    vertx.runOnContext(v -> {
      LaneWorker worker = new LaneWorker(vertx, System::nanoTime, true);
      vertx
          .createHttpServer(new HttpServerOptions()
              .setHttp2ClearTextEnabled(false)
              .setPerFrameWebSocketCompressionSupported(false)
              .setPerMessageWebSocketCompressionSupported(false))
          .requestHandler(request -> request.connection().close())
          .connectionHandler(connection -> {
            accepted.complete(VertxPipeline.channel(connection));
            worker.take(connection, () -> routes, () -> {});
          })
          .listen(0, "127.0.0.1")
          .onComplete(listening::complete, listening::completeExceptionally);
    });
    int port = listening.get(10, SECONDS).actualPort();
    client = new Socket(InetAddress.getLoopbackAddress(), port);
    client.setSoTimeout(PATIENCE_MILLIS);
  }

  private HttpRoutes routes(JsonObject services) throws Exception {
    JsonObject all = new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", 0)))
        .put("routes", new JsonArray().add(ConfigJson.route("one")))
        .put("services", services);
    GatewayConfig config =
        ConfigReader.readText("test", all.encode(), Strategies.ofClassPath(), Map.of());
    return HttpRoutes.compile(
        config.httpListeners().get(0), Map.of(), Lblc.of(vertx)::service);
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
}
