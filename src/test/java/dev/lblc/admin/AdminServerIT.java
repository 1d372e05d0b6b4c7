package dev.lblc.admin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.AdminConfig;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Lease;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExpectedLog("WARN MeterRegistry: This Gauge has been already registered")
class AdminServerIT {
  private static final String SERVICES = "/api/v1/services";
  private static final String DESTINATIONS = SERVICES + "/images/destinations";

  private final Metrics metrics = new Metrics();
  private final Set<TracingPolicy> traced = ConcurrentHashMap.newKeySet();
  private final Vertx vertx = Vertx.builder()
      .with(new VertxOptions().setMetricsOptions(metrics.options()))
      .withMetrics(metrics.factory())
      .withTracer(options -> new Tracer())
      .build();
  private final HttpClient client = HttpClient.newHttpClient();

  /** Keeps how requests would be traced. */
  private final class Tracer implements VertxTracer<Object, Object> {
    @Override
    public <R> @Nullable Object receiveRequest(
        Context context,
        SpanKind kind,
        TracingPolicy policy,
        R request,
        String operation,
        Iterable<Map.Entry<String, String>> headers,
        TagExtractor<R> tags) {
      traced.add(policy);
      return null;
    }
  }

  @SuppressWarnings("NullAway.Init") // set before each test
  private LblcService images;

  private int port;
  private volatile boolean ready = true;

  @BeforeEach
  void deploy() throws Exception {
    String config = """
        {"services": {
          "images": {"strategy": "lblc", "servers": [
            {"id": "cache-1", "host": "127.0.0.1", "port": 9001, "weight": 64, "upper": 8, "lower": 4},
            {"id": "cache-2", "host": "127.0.0.1", "port": 9002}]},
          "plain": {"strategy": "wlc", "servers": []}}}
        """;
    vertx
        .deployVerticle(
            new LblcVerticle(), new DeploymentOptions().setConfig(new JsonObject(config)))
        .await(10, SECONDS);
    images = Lblc.of(vertx).service("images");
    port = start(null);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void requests_haveNoSpan() throws Exception {
    get("/metrics");
    get("/health/ready");
    assertThat(traced).doesNotContain(TracingPolicy.ALWAYS, TracingPolicy.PROPAGATE);
  }

  @Test
  void service_withConnections_hasTheWholeShape() throws Exception {
    Lease lease = images.acquire("example.com/a");
    images.acquire("example.com/a").close();
    assertThat(lease.server().id()).isEqualTo("cache-2");
    JsonObject expected = new JsonObject("""
        {"service": "images", "strategy": "lblc", "servers": [
          {"id": "cache-2", "host": "127.0.0.1", "port": 9002, "weight": 100, "effectiveWeight": 100, "upper": 0, "lower": 0, "max": 0,
           "available": true, "saturated": false, "state": "up", "stateReason": "there are no active checks",
           "active": {"local": 1, "cluster": 1}, "inactive": {"local": 0, "cluster": 0}, "source": "file"},
          {"id": "cache-1", "host": "127.0.0.1", "port": 9001, "weight": 64, "effectiveWeight": 64, "upper": 8, "lower": 4, "max": 0,
           "available": true, "saturated": false, "state": "up", "stateReason": "there are no active checks",
           "active": {"local": 0, "cluster": 0}, "inactive": {"local": 0, "cluster": 0}, "source": "file"}],
         "decisions": {"hit": 1, "placed": 1, "overloaded": 0, "unavailable": 0, "quiesced": 0,
           "expired": 0, "no_destination": 0, "none": 0},
         "destinations": 1}
        """);
    HttpResponse<String> one = get(SERVICES + "/images");
    assertThat(one.statusCode()).isEqualTo(200);
    assertThat(one.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(withoutTimes(new JsonObject(one.body()))).isEqualTo(expected);
    JsonArray all = new JsonArray(get(SERVICES).body());
    assertThat(withoutTimes(all.getJsonObject(0))).isEqualTo(expected);
    assertThat(all.getJsonObject(1).getString("service")).isEqualTo("plain");
    assertThat(all).hasSize(2);
    lease.close();
  }

  /** Removes the times since when servers are what they are, which have to be times. */
  private static JsonObject withoutTimes(JsonObject service) {
    for (Object server : service.getJsonArray("servers")) {
      String since = (String) ((JsonObject) server).remove("stateSince");
      assertThat(Instant.parse(since)).isBeforeOrEqualTo(Instant.now());
    }
    return service;
  }

  /** The event loop that answers carries traffic, too. */
  @Test
  void metrics_thatTakeLong_holdNobodyUp() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    metrics.addCounter("slow", "a number that takes long", List.of(), () -> {
      asked.incrementAndGet();
      begun.countDown();
      awaitQuietly(goOn);
      return Map.of(List.of(), 1L);
    });
    CompletableFuture<HttpResponse<String>> slow =
        client.sendAsync(request("/metrics").build(), BodyHandlers.ofString());
    begun.await();
    try {
      for (int i = 0; i < 20; i++) {
        try (Socket left = new Socket(InetAddress.getLoopbackAddress(), port)) {
          left.getOutputStream()
              .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
        }
      }
      HttpRequest other =
          request("/health/live").timeout(Duration.ofSeconds(10)).build();
      assertThat(client.send(other, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    } finally {
      goOn.countDown();
    }
    assertThat(slow.get(10, SECONDS).body()).contains("slow_total 1");
    assertThat(get("/metrics").body()).contains("slow_total 1");
    assertThat(asked).as("none is made for those who have left").hasValueLessThan(10);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void destinations_pageByPage_areAllSeenOnce() throws Exception {
    Set<String> known = new TreeSet<>();
    for (int i = 0; i < 25; i++) {
      String destination = "example.com/" + i + "?a=b&c=d;e";
      known.add(destination);
      images.acquire(destination).close();
    }
    List<String> seen = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    String after = null;
    do {
      JsonObject page = new JsonObject(
          get(DESTINATIONS + "?limit=10" + (after == null ? "" : "&after=" + encoded(after)))
              .body());
      JsonArray entries = page.getJsonArray("destinations");
      sizes.add(entries.size());
      entries.forEach(entry -> seen.add(((JsonObject) entry).getString("destination")));
      after = page.getString("next");
    } while (after != null);
    assertThat(sizes).containsExactly(10, 10, 5);
    assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void destinations_withoutLimit_areAHundred() throws Exception {
    for (int i = 0; i < 101; i++) {
      images.acquire("d" + i).close();
    }
    JsonObject page = new JsonObject(get(DESTINATIONS).body());
    assertThat(page.getJsonArray("destinations")).hasSize(100);
    assertThat(page.getString("next")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"example.com/a/b", "a//b", "50%", "a+b c", "ü?x=1&y", "a/../b", "/", "trailing/"})
  void destination_percentEncoded_isFoundAsItIs(String destination) throws Exception {
    Lease lease = images.acquire(destination);
    HttpResponse<String> found = get(DESTINATIONS + "/" + encoded(destination));
    assertThat(found.statusCode()).isEqualTo(200);
    JsonObject entry = new JsonObject(found.body());
    assertThat(entry.getString("destination")).isEqualTo(destination);
    assertThat(entry.getJsonArray("homes")).containsExactly(lease.server().id());
    assertThat(entry.getLong("idleMillis")).isNotNegative();
    JsonObject explained = new JsonObject(
        get(SERVICES + "/images/explain?destination=" + encoded(destination)).body());
    assertThat(explained.getString("destination")).isEqualTo(destination);
    assertThat(explained.getString("reason")).isEqualTo("hit");
    lease.close();
  }

  @Test
  void destination_withPlainSlashes_isFoundToo() throws Exception {
    images.acquire("/img/a//b.png").close();
    assertThat(get(DESTINATIONS + "//img/a//b.png").statusCode()).isEqualTo(200);
  }

  @Test
  void explain_unknownDestination_changesNothing() throws Exception {
    JsonObject before = new JsonObject(get(SERVICES + "/images").body());
    JsonObject explained =
        new JsonObject(get(SERVICES + "/images/explain?destination=new").body());
    assertThat(explained.getString("service")).isEqualTo("images");
    assertThat(explained.getString("strategy")).isEqualTo("lblc");
    assertThat(explained.getString("server")).isEqualTo("cache-2");
    assertThat(explained.getString("reason")).isEqualTo("placed");
    assertThat(explained.getJsonArray("homes")).isEmpty();
    assertThat(explained.getString("text")).isNotEmpty();
    assertThat(explained.getJsonArray("servers")).isEqualTo(before.getJsonArray("servers"));
    assertThat(new JsonObject(get(SERVICES + "/images").body())).isEqualTo(before);
  }

  @Test
  void explain_withoutDestinationOrServers_saysSo() throws Exception {
    JsonObject explained = new JsonObject(get(SERVICES + "/plain/explain").body());
    assertThat(explained.getValue("destination")).isNull();
    assertThat(explained.getValue("server")).isNull();
    assertThat(explained.getString("reason")).isEqualTo("none");
  }

  @ParameterizedTest
  @CsvSource({
    "404, /nowhere",
    "404, /api/v1/services/none",
    "404, /api/v1/services/none/destinations",
    "404, /api/v1/services/none/explain",
    "404, /api/v1/services/images/destinations/none",
    "404, /api/v1/services/images/nothing",
    "400, /api/v1/services/images/destinations?limit=0",
    "400, /api/v1/services/images/destinations?limit=1001",
    "400, /api/v1/services/images/destinations?limit=ten",
    "400, /api/v1/services/images/destinations?limit=1&limit=2",
    "400, /api/v1/services/images/explain?destination=a&destination=b",
  })
  void problems_haveTheirDocument(int status, String target) throws Exception {
    assertProblem(get(target), status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/services/images/explain?destination=%zz",
        "/api/v1/services/images/destinations/%zz",
        "/api/v1/services/%zz"
      })
  void badEncoding_isA400(String target) throws Exception {
    assertThat(raw("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/health/live | GET, HEAD",
        "/metrics | GET, HEAD",
        SERVICES + " | GET, HEAD",
        SERVICES + "/images | GET, HEAD",
        SERVICES + "/images/servers | GET, HEAD, POST",
        SERVICES + "/images/servers/cache-1 | GET, HEAD, PATCH, DELETE",
        SERVICES + "/images/servers/cache-1/edit | DELETE",
        SERVICES + "/images/servers/cache-1/drain | POST, DELETE",
        DESTINATIONS + " | GET, HEAD, DELETE",
        DESTINATIONS + "/x | GET, HEAD, DELETE"
      })
  void otherMethods_areRefusedWithAllow(String target, String allowed) throws Exception {
    HttpResponse<String> answer = client.send(
        request(target).method("PUT", BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    assertProblem(answer, 405);
    assertThat(answer.headers().firstValue("allow")).hasValue(allowed);
  }

  @Test
  void api_listsWhatThereIs() throws Exception {
    HttpResponse<String> list = get("/api/v1");
    assertThat(list.statusCode()).isEqualTo(200);
    assertThat(list.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
    assertThat(list.body().lines())
        .hasSize(24)
        .allMatch(line -> line.matches("(GET|POST|PATCH|DELETE) +/\\S* +\\S.*"))
        .anyMatch(line -> line.startsWith("GET    /api/v1/services/{service}/explain "));
  }

  /** A client that removes dot segments and double slashes does so before it asks. */
  @ParameterizedTest
  @CsvSource({
    "200, /api/v1/services/images/destinations/..",
    "404, /api/v1/services/images/destinations/.",
    "404, /api/v1/services/images/..",
    "404, /api/v1/../v1/services",
    "404, //metrics",
    "404, /metrics//",
    "404, /api/v1/services//explain",
    "200, /metrics/",
    "200, /api/v1/services/images/",
    "200, /api/v1/services/%69mages",
    "404, /api/v1/service%73",
    "405, /api/v1/services/images/destinations/..",
  })
  void path_asSent_isCompared(int status, String path) throws Exception {
    images.acquire("..").close();
    assertThat(raw((status == 405 ? "PATCH " : "GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n"))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void head_isAnsweredWithoutABody() throws Exception {
    HttpResponse<String> head = client.send(
        request(SERVICES).method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("content-length"))
        .hasValue(String.valueOf(get(SERVICES).body().length()));
  }

  @Test
  void health_isOpenAndFollowsTheListeners() throws Exception {
    port = start("secret");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    ready = false;
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertProblem(get("/health/ready"), 503);
  }

  @Test
  void token_isAskedForEverywhereElse() throws Exception {
    port = start("secret");
    for (String target :
        List.of("/metrics", SERVICES, SERVICES + "/none", "/nowhere", "/api/v1/stream")) {
      HttpResponse<String> none = get(target);
      assertProblem(none, 401);
      assertThat(none.headers().firstValue("www-authenticate").orElseThrow()).startsWith("Bearer");
    }
    assertThat(withAuthorization("Bearer wrong")).isEqualTo(401);
    assertThat(withAuthorization("Bearer secret2")).isEqualTo(401);
    assertThat(withAuthorization("Bearer")).isEqualTo(401);
    assertThat(withAuthorization("Basic secret")).isEqualTo(401);
    assertThat(withAuthorization("Bearer secret")).isEqualTo(200);
    assertThat(withAuthorization("bearer secret")).isEqualTo(200);
    // The token is what counts then, not the name that the port is called by.
    assertThat(raw("GET " + SERVICES
            + " HTTP/1.1\r\nHost: gateway.example.com\r\nAuthorization: Bearer secret\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @CsvSource({
    "200, Host: :9901",
    "200, Host: localhost:9901",
    "200, Host: LOCALHOST",
    "200, Host: admin.localhost:9901",
    "200, Host: 127.0.0.1:9901",
    "200, Host: 127.3.2.1",
    "200, Host: [::1]:9901",
    "200, Host:",
    "403, Host: evil.example.com",
    "403, Host: evil.example.com:9901",
    "403, Host: localhost.evil.example.com",
    "403, Host: 127.0.0.1.evil.example.com",
    "403, Host: 192.0.2.1:9901",
  })
  void withoutToken_onlyNamesOfLoopbackAreAnswered(int status, String host) throws Exception {
    assertThat(raw("GET " + SERVICES + " HTTP/1.1\r\n" + host + "\r\n"))
        .startsWith("HTTP/1.1 " + status + " ");
    assertThat(raw("GET /health/live HTTP/1.1\r\n" + host + "\r\n")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void http10_withoutHost_isAnswered() throws Exception {
    assertThat(raw("GET " + SERVICES + " HTTP/1.0\r\n")).startsWith("HTTP/1.0 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET *", "OPTIONS *"})
  void targetThatIsNoPath_isA400(String request) throws Exception {
    assertThat(raw(request + " HTTP/1.1\r\nHost: localhost\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("application/problem+json");
  }

  @Test
  void metrics_haveTheServicesNumbers() throws Exception {
    Lease open = images.acquire("example.com/a");
    Lease closed = images.acquire("example.com/a");
    closed.close();
    closed.close();
    HttpResponse<String> scraped = get("/metrics");
    assertThat(scraped.headers().firstValue("content-type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(scraped.body().lines())
        .contains(
            "lblc_decisions_total{reason=\"hit\",service=\"images\"} 1.0",
            "lblc_decisions_total{reason=\"placed\",service=\"images\"} 1.0",
            "lblc_decisions_total{reason=\"no_destination\",service=\"plain\"} 0.0",
            "lblc_destinations{service=\"images\"} 1.0",
            "lblc_connections{server=\"cache-2\",service=\"images\",state=\"active\"} 1.0",
            "lblc_connections{server=\"cache-2\",service=\"images\",state=\"inactive\"} 0.0",
            "lblc_connections{server=\"cache-1\",service=\"images\",state=\"active\"} 0.0",
            "lblc_server_up{server=\"cache-1\",service=\"images\"} 1.0",
            "lblc_server_state{server=\"cache-1\",service=\"images\",state=\"up\"} 1.0",
            "lblc_server_state{server=\"cache-1\",service=\"images\",state=\"down\"} 0.0",
            "lblc_server_state{server=\"cache-1\",service=\"images\",state=\"ejected\"} 0.0",
            "lblc_server_weight{server=\"cache-1\",service=\"images\"} 64.0",
            "lblc_server_effective_weight{server=\"cache-1\",service=\"images\"} 64.0",
            "lblc_imbalance_ratio{service=\"images\"} 1.64",
            "lblc_imbalance_ratio{service=\"plain\"} 1.0",
            "lblc_lease_double_release_total 1.0");
    assertThat(scraped.body()).doesNotContain("example.com");
    open.close();
  }

  @Test
  void metrics_ofVertx_areThereWithoutThoseOfEachRequest() throws Exception {
    assertThat(raw("MADEUP /api/v1/made/up HTTP/1.1\r\nHost: localhost\r\n")).contains(" 404 ");
    assertThat(get("/metrics").body())
        .contains("vertx_pool_", "jvm_memory_used_bytes")
        .doesNotContain("vertx_http_server", "vertx_http_client", "MADEUP", "made/up");
  }

  private int start(@Nullable String token) throws Exception {
    Metrics own = token == null ? metrics : new Metrics();
    AdminConfig config = new AdminConfig("127.0.0.1", 0, token);
    return AdminServer.start(vertx, config, Lblc.of(vertx), own, () -> ready, null)
        .await(10, SECONDS)
        .port();
  }

  private int withAuthorization(String value) throws Exception {
    HttpRequest request = request(SERVICES).header("Authorization", value).build();
    return client.send(request, BodyHandlers.ofString()).statusCode();
  }

  private HttpResponse<String> get(String target) throws Exception {
    return client.send(request(target).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target));
  }

  /** Sends a head, to which the end is added, and returns all that comes back. */
  private String raw(String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    JsonObject problem = new JsonObject(answer.body());
    assertThat(problem.fieldNames()).containsExactly("type", "title", "status", "detail");
    assertThat(problem.getInteger("status")).isEqualTo(status);
    assertThat(problem.getString("detail")).isNotEmpty();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
