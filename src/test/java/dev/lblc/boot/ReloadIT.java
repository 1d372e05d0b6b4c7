package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.config.HttpEngine;
import dev.lblc.testing.Authority;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A running gateway whose file is read again. All tests share one gateway for each engine. */
@ParameterizedClass(name = "engine {0}")
@EnumSource(HttpEngine.class)
@TestInstance(PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExpectedLog("WARN Reloader: ")
final class ReloadIT {
  @Parameter
  HttpEngine engine;

  private final BlockingQueue<HttpServerResponse> held = new LinkedBlockingQueue<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  static Path directory;

  private Vertx upstreams;
  private int cats;
  private int dogs;
  private Application application;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    upstreams = Vertx.vertx();
    cats = upstream("cats");
    dogs = upstream("dogs");
    Files.createDirectories(plugins());
    OddStrategy.jar(plugins());
    write(base());
    application = Application.start(
        GatewayFile.read(file(), PluginFolder.open(plugins())),
        null,
        Duration.ofSeconds(10),
        Duration.ofMillis(10));
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    application.close();
    upstreams.close().await(10, SECONDS);
  }

  @AfterEach
  void backToTheBeginning() throws Exception {
    assertThat(reload(base()).statusCode()).isEqualTo(200);
  }

  // --- what changes, and what stays ---

  @Test
  void reload_ofTheSameFile_changesNothingAndKeepsConnections() throws Exception {
    try (Connection connection = new Connection(url("web"))) {
      assertThat(connection.get("/a")).endsWith("cats");
      HttpResponse<String> answer = reload(base().put("$comment", "other text, same meaning"));
      assertThat(answer.statusCode()).isEqualTo(200);
      JsonObject body = new JsonObject(answer.body());
      assertThat(body.getJsonArray("changed")).isEmpty();
      assertThat(body.getString("digest"))
          .matches("[0-9a-f]{64}")
          .isEqualTo(config().getString("digest"));
      assertThat(connection.get("/a")).endsWith("cats");
    }
  }

  @Test
  void serviceAndListener_added_areThere_andWhatWasThereStays() throws Exception {
    String web = url("web");
    int before = destinations("cats");
    get(web + "/of-its-own");
    JsonObject next = base();
    add(next, "more", "dogs", dogs);
    assertThat(changed(next))
        .containsExactlyInAnyOrder("$.listeners[1]", "$.routes[1]", "$.services.dogs");
    assertThat(url("web")).isEqualTo(web);
    assertThat(application.readyLine()).contains("web " + web, "more " + url("more"));
    assertThat(get(url("more") + "/a").body()).isEqualTo("dogs");
    assertThat(destinations("cats")).as("the table").isEqualTo(before + 1);
    assertThat(destinations("dogs")).isEqualTo(1);
  }

  @Test
  void route_toAnotherService_leavesRequestsInFlightOnTheOldOne() throws Exception {
    CompletableFuture<HttpResponse<String>> inFlight =
        client.sendAsync(request(url("web") + "/hold"), BodyHandlers.ofString());
    HttpServerResponse answer = held.take();
    JsonObject next = config("dogs", dogs);
    assertThat(changed(next))
        .containsExactlyInAnyOrder("$.routes[0].service", "$.services.cats", "$.services.dogs");
    assertThat(get(url("web") + "/a").body()).isEqualTo("dogs");
    assertThat(services().keySet()).containsExactly("dogs");
    upstreams.runOnContext(v -> answer.end("cats, late"));
    assertThat(inFlight.get(10, SECONDS).body()).isEqualTo("cats, late");
  }

  @Test
  void listener_removed_isClosed() throws Exception {
    JsonObject two = base();
    add(two, "more", "dogs", dogs);
    changed(two);
    String more = url("more");
    changed(base());
    assertThat(application.listeners()).containsOnlyKeys("web");
    assertThatThrownBy(() -> get(more + "/a")).isInstanceOf(ConnectException.class);
  }

  @Test
  void adminToken_another_isAskedForFromThenOn() throws Exception {
    JsonObject next = base();
    next.getJsonObject("admin").put("token", "fresh-token-1234");
    assertThat(changed(next)).containsExactly("$.admin.token");
    assertThat(get(application.admin() + "/api/v1/config").statusCode()).isEqualTo(401);
    application.reload("test").await(10, SECONDS);
    write(base());
    assertThat(application.reload("test").await(10, SECONDS).changed())
        .containsExactly("$.admin.token");
    assertThat(get(application.admin() + "/api/v1/config").statusCode()).isEqualTo(200);
  }

  @Test
  void config_showsDefaultsAndNoSecrets() throws Exception {
    JsonObject next = base();
    next.getJsonArray("routes")
        .getJsonObject(0)
        .put("requestHeaders", new JsonObject("{\"set\": {\"X-Key\": \"do-not-tell\"}}"));
    changed(next);
    JsonObject shown = config();
    assertThat(shown.encode()).doesNotContain("do-not-tell").contains("\"X-Key\":\"***\"");
    JsonObject server = shown
        .getJsonObject("config")
        .getJsonObject("services")
        .getJsonObject("cats")
        .getJsonArray("servers")
        .getJsonObject(0);
    assertThat(server.getInteger("weight")).isEqualTo(100);
  }

  @Test
  void watch_reloadsAChangedFileByItself() throws Exception {
    JsonObject next = base().put("watch", true);
    changed(next);
    server(next).put("weight", 7);
    write(next);
    Eventually.holds("the weight has changed", () -> config().encode().contains("\"weight\":7"));
  }

  // --- under load ---

  @Test
  void reloadsUnderLoad_ofRoutesWeightsAndCertificates_failNoRequest() throws Exception {
    SelfSigned pair = pair();
    try (Load load = new Load(url("web"))) {
      for (int i = 0; i < 4; i++) {
        JsonObject next = i % 2 == 0 ? base() : config("dogs", dogs);
        server(next).put("weight", 10 + i);
        next.getJsonArray("listeners").add(secure(pair));
        next.getJsonArray("routes").add(ConfigJson.route(service(next)).put("listener", "tls"));
        copy(SelfSigned.of("localhost"), pair);
        assertThat(reload(next).statusCode()).isEqualTo(200);
        load.answers(20);
      }
    }
  }

  @Test
  void certificate_exchangedUnderLoad_isReadAgain() throws Exception {
    SelfSigned pair = pair();
    JsonObject next = base();
    next.getJsonArray("listeners").add(secure(pair));
    next.getJsonArray("routes").add(ConfigJson.route("cats").put("listener", "tls"));
    changed(next);
    try (Load load = new Load(url("tls"));
        Connection connection = new Connection(url("tls"))) {
      assertThat(connection.get("/a")).endsWith("cats");
      X509Certificate before = certificate(url("tls"));
      assertThat(changed(next)).as("nothing was exchanged").isEmpty();
      copy(SelfSigned.of("localhost"), pair);
      assertThat(changed(next)).containsExactly("$.listeners[1].tls");
      assertThat(certificate(url("tls"))).isNotEqualTo(before);
      assertThat(connection.get("/a")).as("a connection of before").endsWith("cats");
      load.answers(20);
    }
  }

  @Test
  @ExpectedLog({
    "WARN UpstreamTlsFailures: service safe: server a does not get this request: no TLS: its certificate is not",
    "WARN ServiceHealth: server a of service safe is unavailable",
    "WARN ChecksTls: service safe: tls: .*trust.pem has no certificate in PEM: checks go on"
  })
  void trustInServers_exchanged_isThatOfRequestsAndChecks() throws Exception {
    Authority authority = Authority.named("authority");
    Path trust = Files.writeString(directory.resolve("trust.pem"), authority.text());
    JsonObject next = base();
    add(next, "safe", "safe", secureUpstream(authority));
    JsonObject service = next.getJsonObject("services").getJsonObject("safe");
    service.put("tls", new JsonObject().put("trust", trust.toString()));
    JsonArray routes = next.getJsonArray("routes");
    routes.getJsonObject(routes.size() - 1).mergeIn(ConfigJson.timeouts("connect", "20s"));
    changed(next);
    assertThat(get(url("safe") + "/a").body()).isEqualTo("safe");
    assertThat(changed(next)).as("nothing was exchanged").isEmpty();

    Files.writeString(trust, Authority.named("other").text());
    assertThat(changed(next)).containsExactly("$.services.safe.tls");
    assertThat(get(url("safe") + "/a").body())
        .isEqualTo("502 server certificate of unknown authority\n");
    assertThat(get(application.admin() + "/metrics").body())
        .contains("lblc_upstream_tls_failures_total{reason=\"unknown_ca\",service=\"safe\"} 1.0");

    service.put(
        "health",
        new JsonObject()
            .put(
                "active",
                new JsonObject()
                    .put("path", "/")
                    .put("interval", "1s")
                    .put("rise", 1)
                    .put("fall", 1)));
    changed(next);
    Eventually.holds(
        "checks fail", () -> state("safe").contains("is not of an authority that is trusted"));
    Files.writeString(trust, authority.text());
    assertThat(changed(next)).containsExactly("$.services.safe.tls");
    Eventually.holds("checks pass", () -> state("safe").contains("answered 200"));
    assertThat(get(url("safe") + "/a").body()).isEqualTo("safe");

    Files.writeString(trust, "nothing");
    HttpResponse<String> answer = reload(next);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(new JsonObject(answer.body()).getJsonArray("errors"))
        .extracting(error -> ((JsonObject) error).getString("path"))
        .containsExactly("$.services.safe.tls.trust");
    assertThat(get(url("safe") + "/a").body()).isEqualTo("safe");
    assertThat(reload(base()).statusCode()).as("its file matters no more").isEqualTo(200);
  }

  @Test
  void brokenFile_underLoad_isRefusedWithEveryFaultAndChangesNothing() throws Exception {
    String digest = config().getString("digest");
    int destinations = destinations("cats");
    JsonObject broken = config("dogs", dogs);
    server(broken).put("weight", -1).put("wieght", 5);
    broken.getJsonArray("routes").getJsonObject(0).put("listener", "nowhere");
    try (Load load = new Load(url("web"))) {
      HttpResponse<String> answer = reload(broken);
      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
      JsonArray errors = new JsonObject(answer.body()).getJsonArray("errors");
      assertThat(errors)
          .extracting(error -> ((JsonObject) error).getString("path"))
          .containsExactlyInAnyOrder(
              "$.routes[0].listener",
              "$.services.dogs.servers[0].weight",
              "$.services.dogs.servers[0].wieght");
      assertThat(errors)
          .allMatch(error -> ((JsonObject) error).getString("message").contains("(expected: "));
      load.answers(20);
    }
    assertThat(config().getString("digest")).isEqualTo(digest);
    assertThat(destinations("cats")).isGreaterThanOrEqualTo(destinations);
    assertThat(get(url("web") + "/a").body()).isEqualTo("cats");
  }

  @Test
  void manyAtOnce_comeOneAfterAnother() throws Exception {
    double before = reloads("applied");
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        JsonObject next = base();
        server(next).put("weight", i + 1);
        calls.add(() -> reload(next).statusCode());
      }
      for (Future<Integer> call : callers.invokeAll(calls)) {
        assertThat(call.get()).isEqualTo(200);
      }
    } finally {
      callers.shutdown();
    }
    assertThat(reloads("applied")).isEqualTo(before + 24);
  }

  // --- what is refused ---

  @Test
  void portTaken_isRefusedWithItsPath_andNothingChanges() throws Exception {
    get(url("web") + "/a");
    double refused = reloads("refused");
    String before = application.readyLine();
    int destinations = destinations("cats");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      JsonObject next = config("dogs", dogs);
      add(next, "more", "birds", dogs);
      next.getJsonArray("listeners").getJsonObject(1).put("port", taken.getLocalPort());
      assertThat(errors(next))
          .singleElement()
          .asString()
          .startsWith("$.listeners[1]: 127.0.0.1:" + taken.getLocalPort() + ": ")
          .contains(": Address already in use");
    }
    assertThat(application.readyLine()).isEqualTo(before);
    assertThat(get(url("web") + "/a").body()).isEqualTo("cats");
    assertThat(services())
        .as("services and tables")
        .containsExactly(Map.entry("cats", destinations));
    assertThat(reloads("refused")).isEqualTo(refused + 1);
  }

  @Test
  void strategyThatCannotBeMade_isRefused_andListenersAreAsBefore() throws Exception {
    JsonObject next = config("dogs", dogs);
    add(next, "more", "cats", cats);
    next.getJsonObject("services").getJsonObject("cats").put("strategy", "odd");
    assertThat(errors(next))
        .singleElement()
        .asString()
        .startsWith("$.services: plugin ")
        .endsWith("strategy odd cannot be made: java.lang.AssertionError: odd");
    assertThat(get(url("web") + "/a").body()).isEqualTo("cats");
    assertThat(application.listeners()).containsOnlyKeys("web");
    assertThat(services().keySet()).containsExactly("cats");
  }

  @Test
  void partsThatCannotChange_areAllRefusedByName() throws Exception {
    Path verticle = plugins().resolve("late.json");
    Files.writeString(verticle, "{\"verticle\": \"com.example.Late\"}");
    JsonObject next = config("dogs", dogs).put("transport", "nio");
    next.getJsonObject("admin").put("port", 1);
    next.put("cluster", new JsonObject().put("reportInterval", "70ms"));
    assertThat(errors(next))
        .satisfiesExactlyInAnyOrder(
            error -> assertThat(error).startsWith("$.admin.port: cannot change"),
            error -> assertThat(error).startsWith("$.cluster.reportInterval: cannot change"),
            error -> assertThat(error).startsWith("$.transport: cannot change"),
            error -> assertThat(error).startsWith("$: plugin " + verticle + " is new "));
    Files.delete(verticle);
    assertThat(errors(without(base(), "admin"))).hasSize(1);
    assertThat(get(url("web") + "/a").body()).isEqualTo("cats");
  }

  @Test
  void pageOfAnotherSite_mayNotReload() throws Exception {
    String admin = String.valueOf(application.admin());
    assertThat(post(admin, "http://evil.example").statusCode()).isEqualTo(403);
    assertThat(post(admin, "null").statusCode()).isEqualTo(403);
    assertThat(post(admin, admin).statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> post(String admin, String origin) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(admin + "/api/v1/reload"))
            .POST(BodyPublishers.noBody())
            .header("Origin", origin)
            .build(),
        BodyHandlers.ofString());
  }

  // --- reloads ---

  /** The paths that a reload lists. */
  private List<Object> changed(JsonObject next) throws Exception {
    HttpResponse<String> answer = reload(next);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body()).getJsonArray("changed").stream().toList();
  }

  /** The errors that a reload is refused with, each with its path. */
  private List<String> errors(JsonObject next) throws Exception {
    HttpResponse<String> answer = reload(next);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    return new JsonObject(answer.body())
        .getJsonArray("errors").stream()
            .map(JsonObject.class::cast)
            .map(error -> error.getString("path") + ": " + error.getString("message"))
            .toList();
  }

  private HttpResponse<String> reload(JsonObject next) throws Exception {
    write(next);
    return client.send(
        HttpRequest.newBuilder(URI.create(application.admin() + "/api/v1/reload"))
            .POST(BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  private void write(JsonObject config) throws IOException {
    Path half = Files.createTempFile(directory, "gateway", ".new");
    Files.writeString(half, config.encode());
    Files.move(half, file(), StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path file() {
    return directory.resolve("gateway.json");
  }

  private static Path plugins() {
    return directory.resolve("plugins");
  }

  // --- configurations ---

  private JsonObject base() {
    return config("cats", cats);
  }

  private JsonObject config(String service, int port) {
    JsonObject config = new JsonObject()
        .put("listeners", new JsonArray())
        .put("routes", new JsonArray())
        .put("services", new JsonObject())
        .put("admin", new JsonObject().put("host", "127.0.0.1").put("port", 0));
    add(config, "web", service, port);
    return config;
  }

  private void add(JsonObject config, String listener, String service, int port) {
    config
        .getJsonArray("listeners")
        .add(ConfigJson.listener("127.0.0.1", 0)
            .put("name", listener)
            .put("engine", engine.name().toLowerCase(Locale.ROOT)));
    config.getJsonArray("routes").add(ConfigJson.route(service).put("listener", listener));
    config
        .getJsonObject("services")
        .put(
            service,
            new JsonObject()
                .put("strategy", "lblc")
                .put(
                    "servers",
                    new JsonArray()
                        .add(new JsonObject()
                            .put("id", "a")
                            .put("host", "127.0.0.1")
                            .put("port", port))));
  }

  private static JsonObject without(JsonObject config, String key) {
    config.remove(key);
    return config;
  }

  private JsonObject secure(SelfSigned pair) {
    return ConfigJson.listener("127.0.0.1", 0)
        .put("name", "tls")
        .put("engine", engine.name().toLowerCase(Locale.ROOT))
        // The first handshakes of a JVM can take long on a busy machine.
        .put("timeouts", new JsonObject().put("header", "60s"))
        .put("tls", pair.json());
  }

  private static String service(JsonObject config) {
    return config.getJsonObject("services").fieldNames().iterator().next();
  }

  private static JsonObject server(JsonObject config) {
    return config
        .getJsonObject("services")
        .getJsonObject(service(config))
        .getJsonArray("servers")
        .getJsonObject(0);
  }

  private static SelfSigned pair() throws IOException {
    SelfSigned pair =
        new SelfSigned(directory.resolve("certificate.pem"), directory.resolve("key.pem"));
    copy(SelfSigned.of("localhost"), pair);
    return pair;
  }

  private static void copy(SelfSigned from, SelfSigned to) throws IOException {
    Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
  }

  // --- what is seen from outside ---

  private JsonObject config() throws Exception {
    return new JsonObject(get(application.admin() + "/api/v1/config").body());
  }

  private double reloads(String result) throws Exception {
    String start = "lblc_reloads_total{result=\"" + result + "\"} ";
    return get(application.admin() + "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(start.length())))
        .sum();
  }

  private int destinations(String service) throws Exception {
    return services().getOrDefault(service, -1);
  }

  /** Destinations by service, as the admin port has them. */
  private Map<String, Integer> services() throws Exception {
    JsonArray all = new JsonArray(get(application.admin() + "/api/v1/services").body());
    return all.stream()
        .map(JsonObject.class::cast)
        .collect(Collectors.toMap(
            service -> service.getString("service"),
            service -> service.getInteger("destinations"),
            (one, other) -> one,
            TreeMap::new));
  }

  private int upstream(String name) throws Exception {
    HttpServer server = upstreams
        .createHttpServer()
        .requestHandler(request -> {
          if (request.path().equals("/hold")) {
            held.add(request.response());
          } else {
            request.response().end(name);
          }
        })
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    return server.actualPort();
  }

  private int secureUpstream(Authority authority) throws Exception {
    HttpServerOptions options = new HttpServerOptions()
        .setSsl(true)
        .setKeyCertOptions(authority.issue("127.0.0.1").options());
    return upstreams
        .createHttpServer(options)
        .requestHandler(request -> request.response().end("safe"))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS)
        .actualPort();
  }

  private String state(String service) throws Exception {
    return new JsonObject(
            get(application.admin() + "/api/v1/services/" + service).body())
        .getJsonArray("servers")
        .getJsonObject(0)
        .getString("stateReason");
  }

  private String url(String listener) {
    @Nullable String url = application.listeners().get(listener);
    assertThat(url).as(listener).isNotNull();
    return String.valueOf(url);
  }

  private HttpResponse<String> get(String url) throws Exception {
    return client.send(request(url), BodyHandlers.ofString());
  }

  private static HttpRequest request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).build();
  }

  private static X509Certificate certificate(String url) throws Exception {
    try (Connection connection = new Connection(url)) {
      connection.get("/a");
      return connection.certificate();
    }
  }
}
