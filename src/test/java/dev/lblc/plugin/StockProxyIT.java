package dev.lblc.plugin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyOptions;
import io.vertx.httpproxy.ProxyResponse;
import io.vertx.junit5.VertxExtension;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a stock proxy leaves open when it answers without the server, or its client leaves: no lease stays out, and its
 * few connections can be used again.
 */
@ExtendWith(VertxExtension.class)
@ExpectedLog({
  "ERROR HttpClientRequestImpl: Connection was closed",
  "ERROR HttpClientResponseImpl: Stream reset",
  "ERROR ConnectionBase: invalid version format"
})
final class StockProxyIT {
  private static final int POOL = 3;
  private static final String GET = "GET /a HTTP/1.1\r\nhost: a\r\n\r\n";
  private static final String PLAIN = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nplain";
  private static final String UPGRADE = """
      GET /ws HTTP/1.1\r
      host: a\r
      connection: Upgrade\r
      upgrade: websocket\r
      sec-websocket-version: 13\r
      sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r
      \r
      """;

  /** What the server sends once a request's head has come; null: nothing. */
  private final AtomicReference<@Nullable String> answer = new AtomicReference<>();

  private final AtomicInteger heads = new AtomicInteger();

  @SuppressWarnings("NullAway.Init") // set before each test
  private Vertx vertx;

  /** Kept: the connections of a client that nobody refers to are closed when it is collected. */
  @SuppressWarnings("NullAway.Init") // set before each test
  private NetClient clients;

  @BeforeEach
  void start(Vertx own) throws Exception {
    vertx = own;
    clients = vertx.createNetClient();
    NetServer upstream = vertx
        .createNetServer()
        .connectHandler(socket -> socket.handler(data -> {
          if (data.toString().contains(" HTTP/1.1\r\n")) {
            heads.incrementAndGet();
            String now = answer.get();
            if (now != null) {
              socket.write(now);
            }
          }
        }))
        .listen(0, "127.0.0.1")
        .await(20, SECONDS);
    JsonObject server =
        new JsonObject().put("id", "s").put("host", "127.0.0.1").put("port", upstream.actualPort());
    JsonObject images =
        new JsonObject().put("strategy", "lblc").put("servers", new JsonArray().add(server));
    JsonObject config = new JsonObject().put("services", new JsonObject().put("images", images));
    vertx
        .deployVerticle(new LblcVerticle(), new DeploymentOptions().setConfig(config))
        .await(20, SECONDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "content-length: 5\r\ndate: Sun, 22 Nov 2026 17:00:00 GMT\r\ncache-control: public\r\nexpires: 0",
        "content-length: 5\r\ncache-control: public, max-age=31536000000",
        "transfer-encoding: gzip, chunked"
      })
  void answerThatTheProxyDoesNotUnderstand_leavesNothing(String headers) throws Exception {
    answer.set("HTTP/1.1 200 OK\r\n" + headers + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    int port = proxy(request -> {});
    answered(port, GET);
    assertNothingStays(port);
  }

  @Test
  void interceptorThatFailsAfterItSent_leavesNothing() throws Exception {
    answer.set(PLAIN);
    int port = proxy(proxy -> proxy.addInterceptor(new ProxyInterceptor() {
      @Override
      public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
        return context
            .sendRequest()
            .compose(response -> fails(context)
                ? Future.failedFuture("on purpose")
                : Future.succeededFuture(response));
      }
    }));
    answered(port, GET.replace("/a", "/fails"));
    assertNothingStays(port);
  }

  @Test
  void interceptorThatPutsAnotherBody_leavesNothing() throws Exception {
    answer.set(PLAIN);
    int port = proxy(proxy -> proxy.addInterceptor(new ProxyInterceptor() {
      @Override
      public Future<Void> handleProxyResponse(ProxyContext context) {
        if (fails(context)) {
          context.response().setBody(Body.body(Buffer.buffer("another page")));
        }
        return context.sendResponse();
      }
    }));
    answered(port, GET.replace("/a", "/fails"));
    assertNothingStays(port);
  }

  @Test
  void clientGoneBeforeItsWebSocketIsAccepted_leavesNothing() throws Exception {
    int port = proxy(proxy -> {});
    for (int i = 1; i <= POOL; i++) {
      NetSocket client = connect(port);
      client.write(UPGRADE);
      int seen = i;
      Eventually.holds("the server has it", () -> heads.get() == seen);
      client.close().await(20, SECONDS);
    }
    assertNothingStays(port);
  }

  @Test
  void clientGoneInAnUploadThatWasAnsweredEarly_isNotCounted() throws Exception {
    answer.set("HTTP/1.1 413 Large\r\ncontent-length: 2\r\n\r\nno");
    int port = proxy(proxy -> {});
    answered(port, "POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 500000\r\n\r\nabc");
    assertNothingIsCounted();
    // The stock proxy keeps the connections of what was not sent whole: the next ones wait for one,
    // and leave.
    for (int i = 0; i < POOL; i++) {
      NetSocket client = connect(port);
      client.write(GET);
      Eventually.holds("it is counted", () -> active() == 1);
      client.close().await(20, SECONDS);
      assertNothingIsCounted();
    }
  }

  @Test
  void clientGoneWhileTheServerIsSilent_leavesNothing() throws Exception {
    int port = proxy(proxy -> {});
    for (int i = 1; i <= POOL; i++) {
      NetSocket client = connect(port);
      client.write(GET);
      int seen = i;
      Eventually.holds("the server has it", () -> heads.get() == seen);
      client.close().await(20, SECONDS);
    }
    assertNothingStays(port);
  }

  private static boolean fails(ProxyContext context) {
    return context.request().getURI().equals("/fails");
  }

  /** As many clients as the proxy has connections send that, see some answer, and leave. */
  private void answered(int port, String request) throws Exception {
    for (int i = 0; i < POOL; i++) {
      NetSocket client = connect(port);
      AtomicInteger bytes = new AtomicInteger();
      client.handler(data -> bytes.addAndGet(data.length()));
      client.write(request);
      Eventually.holds("an answer", () -> bytes.get() > 0);
      client.close().await(20, SECONDS);
    }
  }

  /** No lease is out, and each connection of the pool can be had again. */
  private void assertNothingStays(int port) throws Exception {
    assertNothingIsCounted();
    answer.set(PLAIN);
    answered(port, GET);
    assertNothingIsCounted();
  }

  private void assertNothingIsCounted() throws Exception {
    Eventually.holds("nothing is counted", () -> active() == 0);
    assertThat(Lblc.of(vertx).service("images").status().doubleReleases()).isZero();
  }

  private int active() {
    return Lblc.of(vertx).service("images").status().servers().get(0).active().local();
  }

  private NetSocket connect(int port) throws Exception {
    return clients.connect(port, "127.0.0.1").await(20, SECONDS);
  }

  private interface Setup {
    void of(HttpProxy proxy);
  }

  private int proxy(Setup setup) throws Exception {
    HttpClient toServer = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(POOL));
    HttpProxy proxy = HttpProxy.reverseProxy(new ProxyOptions().setSupportWebSocket(true), toServer)
        .origin(Lblc.of(vertx)
            .service("images")
            .originRequestProvider(context -> context.request().getURI()));
    setup.of(proxy);
    HttpServer server =
        vertx.createHttpServer().requestHandler(proxy).listen(0, "127.0.0.1").await(20, SECONDS);
    return server.actualPort();
  }
}
