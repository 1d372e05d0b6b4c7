package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.SocketTransport;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Strategies;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.transport.AcceptingTransport;
import io.netty.channel.EventLoopGroup;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.spi.VertxTracerFactory;
import io.vertx.core.transport.Transport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A real gateway of two event loops with real services, for one test class. */
final class TestGateway {
  /** Two ticks of the three rings that a loop has. */
  private static final int LOOKS = 6;

  private static final int LOOPS = 4;

  final Vertx vertx;

  /** How much later it is for the gateway than for everyone else, in nanoseconds. */
  final AtomicLong later = new AtomicLong();

  /** The time at which it stands still, in nanoseconds; 0: it goes on. */
  private volatile long stopped;

  /** How often each loop has looked at the clock. */
  private final Map<Thread, AtomicInteger> looks = new ConcurrentHashMap<>();

  private final Engine engine;
  private final int loops;
  private final SocketTransport transport;
  private final JsonObject services = new JsonObject();
  private final JsonObject dns = new JsonObject();
  private final JsonArray routes = new JsonArray();
  private final JsonArray listeners = new JsonArray();
  private @Nullable Gateway gateway;

  /** On the JDK's transport, or the one that {@code -Dlblc.transport} names; its HTTP listeners use the engine. */
  TestGateway(Engine engine) {
    this(engine, SocketTransport.valueOf(System.getProperty("lblc.transport", "NIO")));
  }

  /** On a transport; the test is left out where this machine does not have it. */
  TestGateway(SocketTransport transport) {
    this(Engine.VERTX, transport);
  }

  /** With both chosen. */
  TestGateway(Engine engine, SocketTransport transport) {
    this(engine, transport, LOOPS);
  }

  /** With so many event loops, which serve the servers and clients of the test as well. */
  TestGateway(Engine engine, SocketTransport transport, int loops) {
    this.engine = engine;
    this.loops = loops;
    this.transport = transport;
    vertx = vertx(transport, loops);
  }

  /** With a tracer. */
  TestGateway(Engine engine, VertxTracerFactory tracer) {
    this.engine = engine;
    this.loops = LOOPS;
    this.transport = SocketTransport.NIO;
    VertxOptions options =
        new VertxOptions().setEventLoopPoolSize(LOOPS).setTracingOptions(tracer.newOptions());
    vertx = Vertx.builder().with(options).withTracer(tracer).build();
  }

  private static Vertx vertx(SocketTransport wanted, int loops) {
    VertxBuilder builder = Vertx.builder().with(new VertxOptions().setEventLoopPoolSize(loops));
    if (wanted == SocketTransport.NIO) {
      return builder.build();
    }
    boolean isEpoll = wanted == SocketTransport.EPOLL;
    Transport transport = isEpoll ? Transport.EPOLL : Transport.IO_URING;
    if (transport == null || !transport.available()) {
      return abort(wanted + " is not available"); // JUnit is not there where this is a program's
    }
    return builder
        .withTransport(isEpoll ? AcceptingTransport.ofEpoll() : AcceptingTransport.ofIoUring())
        .build();
  }

  /** A service with a server {@code NAME-0}, {@code NAME-1} ... on each port. */
  TestGateway service(String name, int... ports) {
    return service(name, new JsonObject(), ports);
  }

  /** The same with more, or other, settings. */
  TestGateway service(String name, JsonObject more, int... ports) {
    JsonArray servers = new JsonArray();
    for (int i = 0; i < ports.length; i++) {
      servers.add(new JsonObject()
          .put("id", name + "-" + i)
          .put("host", "127.0.0.1")
          .put("port", ports[i]));
    }
    services.put(
        name, new JsonObject().put("strategy", "lblc").put("servers", servers).mergeIn(more));
    return this;
  }

  /** Has it ask a name server, which is waited for as long as the duration says. */
  TestGateway dns(String server, String timeout) {
    dns.put("servers", new JsonArray().add(server)).put("timeout", timeout);
    return this;
  }

  /** A route on the listener {@code web} for the paths below {@code /NAME/}, with the path as destination. */
  TestGateway route(String service, JsonObject more) {
    routes.add(ConfigJson.route(service)
        .put("match", new JsonObject().put("path", "/" + service + "/*"))
        .mergeIn(more));
    return this;
  }

  TestGateway route(JsonObject route) {
    routes.add(route);
    return this;
  }

  TestGateway listener(JsonObject listener) {
    JsonObject whole = ConfigJson.listener("127.0.0.1", 0).mergeIn(listener);
    if (whole.containsKey("ports")) {
      whole.remove("port");
    }
    listeners.add(byEngine(whole));
    return this;
  }

  void start() throws Exception {
    start(2);
  }

  void start(int instances) throws Exception {
    if (listeners.isEmpty()) {
      listener(new JsonObject().put("accessLog", true));
    }
    vertx
        .deployVerticle(
            new LblcVerticle(),
            new DeploymentOptions()
                .setConfig(new JsonObject().put("services", services).put("dns", dns)))
        .await(10, SECONDS);
    gateway = Gateway.start(
            vertx,
            config(listeners, routes, services),
            instances,
            this::nanoTime,
            AccessLines.logs(loops()),
            false)
        .await(10, SECONDS);
  }

  /** Has the gateway have these listeners and routes from now on; the services stay. */
  Future<ListenerChanges> apply(List<JsonObject> listeners, List<JsonObject> routes)
      throws ConfigException {
    return gateway()
        .apply(config(
            new JsonArray(listeners.stream().map(this::byEngine).toList()),
            new JsonArray(routes),
            services));
  }

  private JsonObject byEngine(JsonObject listener) {
    return "tcp".equals(listener.getString("protocol")) || listener.containsKey("engine")
        ? listener
        : listener.copy().mergeIn(engine.settings());
  }

  private static GatewayConfig config(JsonArray listeners, JsonArray routes, JsonObject services)
      throws ConfigException {
    JsonObject config = new JsonObject()
        .put("listeners", listeners)
        .put("routes", routes)
        .put("services", services);
    return ConfigReader.readText("test", config.encode(), Strategies.ofClassPath(), Map.of());
  }

  Gateway gateway() {
    return Objects.requireNonNull(gateway, "started");
  }

  /**
   * Returns whether an answer whose end comes with its begin may be a 502 in place of a part: nothing was sent to the client yet. With
   * io_uring the lane learns of both before it learns that there is no more to read.
   */
  boolean mayLearnOfEndAtOnce() {
    return engine == Engine.LANE && transport == SocketTransport.IO_URING;
  }

  int port() {
    return gateway().port("web");
  }

  LblcService scheduled(String service) {
    return Lblc.of(vertx).service(service);
  }

  /** Active connections of a service. */
  int active(String service) {
    return scheduled(service).status().servers().stream()
        .mapToInt(server -> server.active().local())
        .sum();
  }

  /** Inactive connections of a service. */
  int inactive(String service) {
    return scheduled(service).status().servers().stream()
        .mapToInt(server -> server.inactive().local())
        .sum();
  }

  /** Waits until no request counts any more on any server; and none was released twice. */
  void awaitIdle() throws Exception {
    for (LblcService service : Lblc.of(vertx).services()) {
      Eventually.holds(
          "idle: " + service.name(),
          () -> active(service.name()) == 0 && inactive(service.name()) == 0);
      assertThat(service.status().doubleReleases()).isZero();
    }
  }

  /** Waits until each of the gateway's loops has looked at its time limits more than once. */
  void awaitTicks() throws Exception {
    Map<AtomicInteger, Integer> before = new HashMap<>();
    looks.values().forEach(count -> before.put(count, count.get()));
    Eventually.holds(
        "time limits are looked at",
        () -> before.entrySet().stream()
            .allMatch(loop -> loop.getKey().get() - loop.getValue() > LOOKS));
  }

  /** Has the time stand still for the gateway until it is let go on: however slow the machine is, no time limit passes. */
  void stopTime() {
    stopped = System.nanoTime() + later.get();
  }

  /** Lets the time go on. */
  void goOn() {
    stopped = 0;
  }

  /** Does something while all event loops stand still. */
  <T> T standing(Callable<T> what) throws Exception {
    CountDownLatch stand = new CountDownLatch(loops);
    CountDownLatch goOn = new CountDownLatch(1);
    for (int i = 0; i < loops; i++) { // which are taken in turn
      ((VertxInternal) vertx).eventLoopGroup().next().execute(() -> {
        stand.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
    }
    try {
      assertThat(stand.await(10, SECONDS)).isTrue();
      return what.call();
    } finally {
      goOn.countDown();
    }
  }

  private long nanoTime() {
    if (Context.isOnEventLoopThread()) {
      looks.computeIfAbsent(Thread.currentThread(), loop -> new AtomicInteger()).incrementAndGet();
    }
    long still = stopped;
    return still == 0 ? System.nanoTime() + later.get() : still;
  }

  /** Returns a client of HTTP/2 that trusts any certificate. */
  HttpClient http2Client() {
    return vertx.createHttpClient(new HttpClientOptions()
        .setSsl(true)
        .setTrustAll(true)
        .setVerifyHost(false)
        .setUseAlpn(true)
        .setProtocolVersion(HttpVersion.HTTP_2));
  }

  int http(Handler<HttpServerRequest> handler) throws Exception {
    return http(new HttpServerOptions(), handler);
  }

  int http(HttpServerOptions options, Handler<HttpServerRequest> handler) throws Exception {
    HttpServer server = vertx.createHttpServer(options).requestHandler(handler);
    return server.listen(0, "127.0.0.1").await(10, SECONDS).actualPort();
  }

  int tcp(Handler<NetSocket> handler) throws Exception {
    NetServer server = vertx.createNetServer().connectHandler(handler);
    return server.listen(0, "127.0.0.1").await(10, SECONDS).actualPort();
  }

  private EventLoopGroup loops() {
    return ((VertxInternal) vertx).nettyEventLoopGroup();
  }

  void stop() throws Exception {
    AccessLines.ended(loops());
    vertx.close().await(10, SECONDS);
  }
}
