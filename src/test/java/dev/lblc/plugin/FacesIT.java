package dev.lblc.plugin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.Address;
import io.vertx.core.net.AddressResolver;
import io.vertx.core.net.SocketAddress;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A service as origin of a stock proxy and as load balancer of a stock client, with servers and clients of all manners. */
@ExpectedLog({
  "WARN EndpointSelector: .* is no server of service",
  "WARN HttpClientConnection: Connection evicted",
  "ERROR ConnectionBase: ", // of connections that are reset
  "ERROR ContextImpl: Unhandled exception: java.lang.IllegalStateException: Result is already complete"
})
final class FacesIT {
  private static final int EXCHANGES = 1_500;
  private static final int AT_ONCE = 50;
  private static final int GIVE_UP_MILLIS = 300;

  /** The replicated service that a client calls. */
  private record Replicas() implements Address {}

  private final Vertx vertx = Vertx.vertx();
  private final List<HttpServer> upstreams = new ArrayList<>();
  private final CompletableFuture<HttpServerRequest> held = new CompletableFuture<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private LblcService service;

  /** What fails on purpose here is logged by Vert.x where the stock proxy sets no handler for it. */
  @BeforeAll
  static void beQuiet() {
    level(Level.OFF);
  }

  @AfterAll
  static void beLoudAgain() {
    level(null);
  }

  private static void level(@Nullable Level level) {
    for (String name : List.of(
        "io.vertx.core.http.impl.HttpClientRequestImpl",
        "io.vertx.core.http.impl.HttpClientResponseImpl",
        "io.vertx.core.http.impl.HttpClientConnectionInternal")) {
      ((Logger) LoggerFactory.getLogger(name)).setLevel(level);
    }
  }

  @BeforeEach
  void start() throws Exception {
    JsonArray servers = new JsonArray();
    for (int i = 0; i < 3; i++) {
      String name = "s" + i;
      HttpServer upstream = vertx
          .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
          .requestHandler(request -> serve(name, request))
          .listen(0, "127.0.0.1")
          .await(20, SECONDS);
      upstreams.add(upstream);
      servers.add(new JsonObject()
          .put("id", name)
          .put("host", "127.0.0.1")
          .put("port", upstream.actualPort()));
    }
    JsonObject images = new JsonObject().put("strategy", "lblc").put("servers", servers);
    JsonObject config = new JsonObject().put("services", new JsonObject().put("images", images));
    vertx
        .deployVerticle(new LblcVerticle(), new DeploymentOptions().setConfig(config))
        .await(20, SECONDS);
    service = Lblc.of(vertx).service("images");
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(20, SECONDS);
  }

  // --- the origin of a stock proxy ---

  @Test
  void proxied_sameUri_staysOnItsServer() throws Exception {
    int port = proxy(HttpVersion.HTTP_1_1, 10);
    HttpClient client = client(HttpVersion.HTTP_1_1);
    Set<String> servers = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      servers.add(get(client, port, "/ok/a"));
    }
    assertThat(servers).hasSize(1);
    for (int i = 0; i < 30; i++) {
      servers.add(get(client, port, "/ok/" + i));
    }
    assertThat(servers).hasSize(3);
    eventuallyIdle("after answers");
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpVersion.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void proxied_withRandomResetsOnBothSides_leavesNoCount(HttpVersion version) throws Exception {
    int port = proxy(version, 20);
    long seed = new Random().nextLong();
    exchange(
        seed,
        client(version),
        uri -> new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI(uri));
    eventuallyIdle("seed " + seed);
    assertThat(service.status().doubleReleases()).as("seed %d", seed).isZero();
  }

  @Test
  void proxied_clientGoneWhileItWaitsForAConnection_leavesNoCountAndNoConnection()
      throws Exception {
    service.edit(new ServerEdit.Remove("s1"));
    service.edit(new ServerEdit.Remove("s2"));
    int port = proxy(HttpVersion.HTTP_1_1, 1);
    HttpClient client = client(HttpVersion.HTTP_1_1);
    Future<String> first = getAsync(client, port, "/held");
    HttpServerRequest atUpstream = held.get(20, SECONDS);
    HttpClientAgent leaving = client(HttpVersion.HTTP_1_1);
    Future<String> second = getAsync(leaving, port, "/ok/second");
    Eventually.holds("two requests count", () -> active() == 2);
    leaving.close().await(20, SECONDS);
    assertThatThrownBy(() -> second.await(20, SECONDS)).isNotNull();
    atUpstream.response().end("first");
    assertThat(first.await(20, SECONDS)).isEqualTo("first");
    eventuallyIdle("the client left");
    assertThat(get(client, port, "/ok/third")).isEqualTo("s0");
  }

  @Test
  void proxiedWebSocket_countsUntilItIsClosed_byEitherSide() throws Exception {
    int port = proxy(HttpVersion.HTTP_1_1, 10);
    WebSocketClient client = vertx.createWebSocketClient();
    WebSocket byClient = client.connect(port, "127.0.0.1", "/ws").await(20, SECONDS);
    WebSocket byServer = client.connect(port, "127.0.0.1", "/ws").await(20, SECONDS);
    assertThat(active()).isEqualTo(2);
    byClient.close().await(20, SECONDS);
    Eventually.holds("one is closed", () -> active() == 1);
    byServer.writeTextMessage("bye");
    eventuallyIdle("the server closed the other");
  }

  @Test
  void proxiedWebSocket_refused_leavesNoCountAndNoConnection() throws Exception {
    int port = proxy(HttpVersion.HTTP_1_1, 1);
    WebSocketClient client = vertx.createWebSocketClient();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> client.connect(port, "127.0.0.1", "/ok/no").await(20, SECONDS))
          .isInstanceOf(UpgradeRejectedException.class);
    }
    eventuallyIdle("refused");
    assertThat(get(client(HttpVersion.HTTP_1_1), port, "/ok/no")).isIn("s0", "s1", "s2");
  }

  @Test
  void proxied_serverThatTakesNoConnection_isPassedOver() throws Exception {
    int port = proxy(HttpVersion.HTTP_1_1, 10);
    HttpClient client = client(HttpVersion.HTTP_1_1);
    String home = get(client, port, "/ok/a");
    upstreams.get(home.charAt(1) - '0').close().await(20, SECONDS);
    Eventually.holds("another one answers", () -> !get(client, port, "/ok/a").equals(home));
    eventuallyIdle("passed over");
  }

  // --- the load balancer of a stock client ---

  @Test
  void balanced_sameRoutingKey_staysOnItsServer_alsoWithANewList() throws Exception {
    AtomicReference<List<SocketAddress>> list = new AtomicReference<>(addresses(0, 1, 2));
    HttpClient client = balanced(HttpVersion.HTTP_1_1, list);
    String home = body(client.request(options("/ok/x", "a"))).await(20, SECONDS);
    for (int i = 0; i < 10; i++) {
      assertThat(body(client.request(options("/ok/x", "a"))).await(20, SECONDS)).isEqualTo(home);
    }
    list.set(addresses(2, 1, 0));
    assertThat(body(client.request(options("/ok/x", "a"))).await(20, SECONDS)).isEqualTo(home);
    int index = home.charAt(1) - '0';
    list.set(addresses((index + 1) % 3, (index + 2) % 3));
    String next = body(client.request(options("/ok/x", "a"))).await(20, SECONDS);
    assertThat(next).isNotEqualTo(home);
    for (int i = 0; i < 10; i++) {
      assertThat(body(client.request(options("/ok/x", "a"))).await(20, SECONDS)).isEqualTo(next);
    }
    list.set(addresses(0, 1, 2));
    assertThat(body(client.request(options("/ok/x", "a"))).await(20, SECONDS)).isEqualTo(next);
    eventuallyIdle("after answers");
  }

  @Test
  void balanced_listWithoutOneOfTheServers_keepsEachKeyOnOneOfTheOthers() throws Exception {
    HttpClient client = balanced(HttpVersion.HTTP_1_1, new AtomicReference<>(addresses(0, 2)));
    Map<String, Set<String>> servers = new TreeMap<>();
    for (int i = 0; i < 240; i++) {
      String key = "k" + i % 40;
      servers
          .computeIfAbsent(key, any -> new HashSet<>())
          .add(body(client.request(options("/ok/x", key))).await(20, SECONDS));
    }
    assertThat(servers.values()).allSatisfy(of -> assertThat(of).hasSize(1));
    assertThat(new HashSet<>(servers.values())).containsOnly(Set.of("s0"), Set.of("s2"));
    assertThat(service.status().decisions())
        .containsEntry(Reason.PLACED, 40L)
        .containsEntry(Reason.HIT, 200L);
  }

  @Test
  void balanced_withoutARoutingKey_goesToTheLeastLoaded() throws Exception {
    HttpClient client = balanced(HttpVersion.HTTP_1_1, new AtomicReference<>(addresses(0, 1, 2)));
    Lease one = service.acquire(null);
    Lease other = service.acquire(null);
    String least = body(client.request(options("/ok/x", null))).await(20, SECONDS);
    assertThat(least).isNotIn(one.server().id(), other.server().id());
    one.close();
    other.close();
  }

  @Test
  void balanced_listWithoutAServerOfTheService_fails() {
    HttpClient client = balanced(
        HttpVersion.HTTP_1_1,
        new AtomicReference<>(List.of(SocketAddress.inetSocketAddress(9, "192.0.2.1"))));
    assertThatThrownBy(() -> body(client.request(options("/ok/x", "a"))).await(20, SECONDS))
        .hasMessageContaining("No results");
    assertThat(active()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpVersion.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void balanced_withRandomResetsAndNewLists_leavesNoCount(HttpVersion version) throws Exception {
    AtomicReference<List<SocketAddress>> list = new AtomicReference<>(addresses(0, 1, 2));
    HttpClient client = balanced(version, list);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    exchange(seed, client, uri -> {
      if (random.nextInt(20) == 0) {
        list.set(random.nextBoolean() ? addresses(0, 1, 2) : addresses(1, 2, 0));
      }
      return options(uri, uri);
    });
    eventuallyCollected("seed " + seed);
    assertThat(service.status().doubleReleases()).as("seed %d", seed).isZero();
  }

  /** So many exchanges, some of which their client resets at a random moment. */
  private void exchange(long seed, HttpClient client, Function<String, RequestOptions> options)
      throws Exception {
    Random random = new Random(seed);
    String[] paths = {"/ok/", "/slow/", "/cut/", "/reset/", "/large/"};
    Context context = vertx.getOrCreateContext();
    int ended = 0;
    int answered = 0;
    List<Future<Boolean>> underWay = new ArrayList<>();
    while (ended < EXCHANGES) {
      String uri = paths[random.nextInt(paths.length)] + random.nextInt(40);
      int resetAfter = random.nextInt(3) == 0 ? random.nextInt(4) : -1;
      RequestOptions request = options.apply(uri);
      Promise<Boolean> end = Promise.promise();
      context.runOnContext(v -> one(client, request, resetAfter).onComplete(end));
      underWay.add(end.future());
      if (underWay.size() == AT_ONCE) {
        for (Future<Boolean> exchange : underWay) {
          ended++;
          answered += exchange.await(20, SECONDS) ? 1 : 0;
        }
        underWay.clear();
      }
    }
    assertThat(answered).as("seed %d: some got through", seed).isGreaterThan(EXCHANGES / 5);
  }

  /** Whether it was answered as a whole. The stock proxy lets some exchanges hang: they are given up. */
  private Future<Boolean> one(HttpClient client, RequestOptions options, int resetAfter) {
    Promise<Boolean> end = Promise.promise();
    options.setIdleTimeout(GIVE_UP_MILLIS);
    Future<HttpClientRequest> connected = client.request(options);
    connected.onFailure(failure -> end.tryComplete(false));
    connected.onSuccess(request -> {
      request.exceptionHandler(failure -> end.tryComplete(false));
      if (resetAfter == 0) {
        request.reset();
        end.tryComplete(false);
        return;
      }
      if (resetAfter > 0) {
        vertx.setTimer(resetAfter, timer -> {
          request.reset();
          end.tryComplete(false);
        });
      }
      request
          .send()
          .compose(HttpClientResponse::body)
          .onComplete(body -> end.tryComplete(body.succeeded()));
    });
    return end.future();
  }

  private void serve(String name, HttpServerRequest request) {
    String path = request.path();
    if (path.equals("/held")) {
      held.complete(request);
    } else if (path.equals("/ws")) {
      Future<Void> unused = request
          .toWebSocket()
          .onSuccess(socket -> socket.textMessageHandler(text -> socket.close()))
          .mapEmpty();
    } else if (path.startsWith("/slow/")) {
      vertx.setTimer(2, timer -> request.response().end(name));
    } else if (path.startsWith("/cut/")) {
      request.response().setChunked(true).write("half");
      vertx.setTimer(1, timer -> request.response().reset());
    } else if (path.startsWith("/reset/")) {
      Future<Void> unused = request.response().reset();
    } else if (path.startsWith("/large/")) {
      request.response().end(Buffer.buffer(new byte[300_000]));
    } else {
      request.response().end(name);
    }
  }

  private int proxy(HttpVersion version, int poolSize) throws Exception {
    HttpClient toUpstreams = vertx
        .httpClientBuilder()
        .with(new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false))
        .with(new PoolOptions().setHttp1MaxSize(poolSize))
        .build();
    HttpProxy proxy = HttpProxy.reverseProxy(
            new ProxyOptions().setSupportWebSocket(true), toUpstreams)
        .origin(service.originRequestProvider(context -> context.request().getURI()));
    return vertx
        .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
        .requestHandler(proxy)
        .listen(0, "127.0.0.1")
        .await(20, SECONDS)
        .actualPort();
  }

  private HttpClientAgent client(HttpVersion version) {
    return vertx
        .httpClientBuilder()
        .with(new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false))
        .with(new PoolOptions().setHttp1MaxSize(AT_ONCE))
        .build();
  }

  private HttpClient balanced(HttpVersion version, AtomicReference<List<SocketAddress>> addresses) {
    return vertx
        .httpClientBuilder()
        .with(new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false))
        .withAddressResolver(AddressResolver.mappingResolver((Replicas any) -> addresses.get()))
        .withLoadBalancer(service.loadBalancer())
        .build();
  }

  private static RequestOptions options(String uri, @Nullable String routingKey) {
    return new RequestOptions()
        .setServer(new Replicas())
        .setMethod(HttpMethod.GET)
        .setURI(uri)
        .setRoutingKey(routingKey);
  }

  private List<SocketAddress> addresses(int... indexes) {
    List<SocketAddress> addresses = new ArrayList<>();
    for (int index : indexes) {
      addresses.add(
          SocketAddress.inetSocketAddress(upstreams.get(index).actualPort(), "127.0.0.1"));
    }
    return addresses;
  }

  private String get(HttpClient client, int port, String uri) throws Exception {
    return getAsync(client, port, uri).await(20, SECONDS);
  }

  private static Future<String> getAsync(HttpClient client, int port, String uri) {
    return body(client.request(HttpMethod.GET, port, "127.0.0.1", uri));
  }

  /** The answer's handlers are set on its event loop: set by this thread, they might come after the answer. */
  private static Future<String> body(Future<HttpClientRequest> request) {
    return request
        .compose(granted -> granted.send().compose(HttpClientResponse::body))
        .map(Buffer::toString);
  }

  private int active() {
    return service.status().servers().stream().mapToInt(s -> s.active().local()).sum();
  }

  /** Vert.x 5.1 reports the reset of an HTTP/2 stream to nobody: such a request counts until its objects are collected. */
  private void eventuallyCollected(String what) throws Exception {
    Eventually.holds(what + ": no connection counts", () -> {
      System.gc();
      return active() == 0;
    });
  }

  private void eventuallyIdle(String what) throws Exception {
    Eventually.holds(what + ": no connection counts", () -> active() == 0);
  }
}
