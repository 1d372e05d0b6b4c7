package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.admin.ReloadException;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code /metrics} of a running gateway has of real traffic. All tests share one gateway. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExpectedLog(
    "WARN (Reloader: |ConnectionCount: listener narrow refuses|UpstreamTlsFailures: service plain)")
final class MetricsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A name that has to be escaped, in a text format and in an expression. */
  private static final String ODD = "odd\"na\\me";

  private static final String ODD_LABEL = "odd\\\"na\\\\me";

  /** Of these a scrape has what may only grow, and by one for each thing that happens. */
  private static final Pattern COUNTED =
      Pattern.compile("lblc_(?!decisions|log_lines).*_(total|count)");

  /** Only a node of a cluster has these; their labels are in ClusterMetricsTest. */
  private static final Set<String> OF_A_CLUSTER = Set.of(
      "lblc_peer_report_age_seconds",
      "lblc_cluster_degraded",
      "lblc_cluster_dropped_total",
      "lblc_config_digest_mismatch",
      "lblc_cluster_rejoins_total");

  /** How requests come. */
  private enum Way {
    LANE("lane", "http"),
    VERTX("vertx", "http"),
    H2("secure", "https");

    private final String listener;
    private final String scheme;

    Way(String listener, String scheme) {
      this.listener = listener;
      this.scheme = scheme;
    }
  }

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private static Path directory;

  private static final SelfSigned CERTIFICATE = SelfSigned.of("localhost");

  private static Vertx vertx;
  private static HttpClient http1;
  private static HttpClient http2;
  private static WebSocketClient webSockets;
  private static Application application;
  private static int dead;
  private static boolean isChanged;

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    http1 = vertx.createHttpClient();
    webSockets = vertx.createWebSocketClient();
    http2 = vertx.createHttpClient(new HttpClientOptions()
        .setSsl(true)
        .setTrustAll(true)
        .setVerifyHost(false)
        .setUseAlpn(true)
        .setProtocolVersion(HttpVersion.HTTP_2));
    dead = Ports.free();
    write(config());
    application = Application.start(
        GatewayFile.read(file(), PluginFolder.openIfThere(directory.resolve("plugins"))));
  }

  @AfterEach
  void backToTheBeginning() throws Exception {
    if (isChanged) {
      isChanged = false;
      write(config());
      application.reload("test").await(10, SECONDS);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    application.close();
    vertx.close().await(10, SECONDS);
  }

  // --- what changes when something happens, and nothing else does ---

  @ParameterizedTest
  @EnumSource(Way.class)
  void requests_areCountedByClassAndEnd(Way way) throws Exception {
    Scrape before = scrape();
    assertThat(status(way, "/good/200")).isEqualTo(200);
    assertThat(status(way, "/good/201")).isEqualTo(201);
    assertThat(status(way, "/good/304")).isEqualTo(304);
    assertThat(status(way, "/good/404")).isEqualTo(404);
    assertThat(status(way, "/good/500")).isEqualTo(500);
    assertThat(status(way, "/nowhere")).isEqualTo(404);
    expect(
        before,
        Map.of(
            requests(way, "good", "2xx"),
            2.0,
            requests(way, "good", "3xx"),
            1.0,
            requests(way, "good", "4xx"),
            1.0,
            requests(way, "good", "5xx"),
            1.0,
            requests(way, "", "4xx"),
            1.0,
            "lblc_exchange_ends_total{reason=\"answered\",service=\"good\"}",
            5.0,
            "lblc_exchange_ends_total{reason=\"no_route\",service=\"\"}",
            1.0,
            "lblc_http_request_seconds_count{service=\"good\"}",
            5.0,
            "lblc_http_request_seconds_count{service=\"\"}",
            1.0,
            "lblc_http_upstream_seconds_count{service=\"good\"}",
            5.0));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void durations_ofASlowServer_areInTheirBuckets(Way way) throws Exception {
    Scrape before = scrape();
    assertThat(status(way, "/good/slow")).isEqualTo(200);
    Scrape after = expect(
        before,
        Map.of(
            requests(way, "good", "2xx"),
            1.0,
            "lblc_exchange_ends_total{reason=\"answered\",service=\"good\"}",
            1.0,
            "lblc_http_request_seconds_count{service=\"good\"}",
            1.0,
            "lblc_http_upstream_seconds_count{service=\"good\"}",
            1.0));
    for (String metric : new String[] {"request", "upstream"}) {
      Map<String, Double> more =
          after.since(before, ("lblc_http_" + metric + "_seconds_bucket")::equals);
      assertThat(more)
          .containsEntry(bucket(metric, "60.0"), 1.0)
          .containsEntry(bucket(metric, "+Inf"), 1.0)
          .doesNotContainKeys(bucket(metric, "0.05"), bucket(metric, "0.001"));
      assertThat(after.since(before, ("lblc_http_" + metric + "_seconds_sum")::equals))
          .hasEntrySatisfying(
              "lblc_http_" + metric + "_seconds_sum{service=\"good\"}",
              sum -> assertThat(sum).isBetween(0.1, 10.0));
    }
  }

  private static String bucket(String metric, String bound) {
    return "lblc_http_" + metric + "_seconds_bucket{service=\"good\",le=\"" + bound + "\"}";
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void retries_areCountedByWhyTheServerBeforeFailed(Way way) throws Exception {
    Scrape before = scrape();
    assertThat(status(way, "/half/" + way)).isEqualTo(200);
    assertThat(status(way, "/half/" + way)).isEqualTo(200);
    assertThat(status(way, "/gone/" + way)).isEqualTo(502);
    expect(
        before,
        Map.of(
            requests(way, "half", "2xx"),
            2.0,
            requests(way, "gone", "5xx"),
            1.0,
            "lblc_retries_total{reason=\"connect_failed\",service=\"half\"}",
            2.0,
            "lblc_exchange_ends_total{reason=\"answered\",service=\"half\"}",
            2.0,
            "lblc_exchange_ends_total{reason=\"connect_failed\",service=\"gone\"}",
            1.0,
            "lblc_http_request_seconds_count{service=\"half\"}",
            2.0,
            "lblc_http_request_seconds_count{service=\"gone\"}",
            1.0,
            "lblc_http_upstream_seconds_count{service=\"half\"}",
            2.0));
  }

  @Test
  void server_thatSpeaksNoTls_isCountedOfBothKinds() throws Exception {
    Scrape before = scrape();
    assertThat(status(Way.LANE, "/plain/a")).isEqualTo(502);
    expect(
        before,
        Map.of(
            requests(Way.LANE, "plain", "5xx"),
            1.0,
            "lblc_exchange_ends_total{reason=\"tls_not_spoken\",service=\"plain\"}",
            1.0,
            "lblc_http_request_seconds_count{service=\"plain\"}",
            1.0,
            "lblc_upstream_tls_failures_total{reason=\"not_tls\",service=\"plain\"}",
            1.0));
  }

  /** How long a tunnel lasts says nothing about requests. */
  @ParameterizedTest
  @EnumSource(names = {"LANE", "VERTX"})
  void tunnel_isCountedWhenItEnds_andHasNoDuration(Way way) throws Exception {
    Scrape before = scrape();
    URI listener = URI.create(url(way.listener));
    WebSocket socket = webSockets
        .connect(new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(listener.getPort())
            .setURI("/good/socket"))
        .await(10, SECONDS);
    assertThat(scrape().since(before, COUNTED.asMatchPredicate()))
        .containsOnlyKeys("lblc_http_upstream_seconds_count{service=\"good\"}");
    socket.close().await(10, SECONDS);
    expect(
        before,
        Map.of(
            requests(way, "good", "1xx"),
            1.0,
            "lblc_exchange_ends_total{reason=\"answered\",service=\"good\"}",
            1.0,
            "lblc_http_upstream_seconds_count{service=\"good\"}",
            1.0));
  }

  @ParameterizedTest
  @EnumSource(names = {"LANE", "VERTX"})
  void whatIsNoRequest_isCountedAsOne(Way way) throws Exception {
    Scrape before = scrape();
    try (Socket client = connect(way.listener)) {
      send(client, "no request\r\n\r\n");
      assertThat(rest(client)).startsWith("HTTP/1.1 400 ");
    }
    expect(
        before,
        Map.of(
            requests(way, "", "4xx"),
            1.0,
            "lblc_exchange_ends_total{reason=\"bad_request\",service=\"\"}",
            1.0,
            "lblc_http_request_seconds_count{service=\"\"}",
            1.0));
  }

  @Test
  void session_isCountedByItsEnd_andItsBytesAsTheyPass() throws Exception {
    Scrape before = scrape();
    try (Socket client = connect("edge")) {
      send(client, "12345");
      assertThat(client.getInputStream().readNBytes(5)).hasSize(5);
      Map<String, Double> bytes = Map.of(
          "lblc_tcp_bytes_total{direction=\"to_server\",service=\"echo\"}", 5.0,
          "lblc_tcp_bytes_total{direction=\"to_client\",service=\"echo\"}", 5.0);
      expect(before, bytes);
      client.shutdownOutput();
      assertThat(rest(client)).isEmpty();
      Map<String, Double> all = new TreeMap<>(bytes);
      all.put(session("edge", "echo", "closed"), 1.0);
      expect(before, all);
    }
  }

  @Test
  void session_withoutServer_isCountedByWhy() throws Exception {
    Scrape before = scrape();
    try (Socket client = connect("edge-gone")) {
      assertEnds(client);
    }
    expect(before, Map.of(session("edge-gone", "gone", "connect_failed"), 1.0));
  }

  @Test
  void session_thatIsServedByAnotherServer_isCountedWithItsRetry() throws Exception {
    Scrape before = scrape();
    try (Socket client = connect("edge-half")) {
      client.shutdownOutput();
      assertThat(rest(client)).isEmpty();
    }
    expect(
        before,
        Map.of(
            session("edge-half", "half-echo", "closed"),
            1.0,
            "lblc_retries_total{reason=\"connect_failed\",service=\"half-echo\"}",
            1.0));
  }

  @Test
  void listener_hasItsConnections_andThoseItRefuses() throws Exception {
    Scrape before = scrape();
    String connections = "lblc_listener_connections{listener=\"narrow\"}";
    assertThat(before.value(connections)).isZero();
    try (Socket first = connect("narrow")) {
      Eventually.holds("open", () -> scrape().value(connections) == 1);
      try (Socket second = connect("narrow")) {
        assertEnds(second);
      }
      expect(before, Map.of(refused("narrow", "max_connections"), 1.0));
      assertThat(first.isConnected()).isTrue();
    }
    Eventually.holds("closed", () -> scrape().value(connections) == 0);
  }

  @Test
  void connection_withoutThePrefixThatIsDue_isRefused() throws Exception {
    Scrape before = scrape();
    for (String listener : new String[] {"proxied", "edge-proxied"}) {
      try (Socket client = connect(listener)) {
        send(client, "GET / HTTP/1.1\r\n\r\n");
        assertEnds(client);
      }
    }
    try (Socket client = connect("edge-untrusting")) {
      assertEnds(client);
    }
    expect(
        before,
        Map.of(
            refused("proxied", "bad_proxy_header"),
            1.0,
            "lblc_exchange_ends_total{reason=\"bad_proxy_header\",service=\"\"}",
            1.0,
            refused("edge-proxied", "bad_proxy_header"),
            1.0,
            session("edge-proxied", "", "bad_proxy_header"),
            1.0,
            refused("edge-untrusting", "peer_not_trusted"),
            1.0,
            session("edge-untrusting", "", "peer_not_trusted"),
            1.0));
  }

  @Test
  void handshake_thatFails_isCounted_andNoRequestIs() throws Exception {
    Scrape before = scrape();
    try (Socket client = connect("secure")) {
      client.getOutputStream().write(new byte[] {1, 2, 3, 4, 5, 6});
      assertEnds(client);
    }
    expect(
        before,
        Map.of("lblc_tls_handshake_failures_total{listener=\"secure\",reason=\"not_tls\"}", 1.0));
  }

  /** Counters outlive a reload, those of a route that is gone among them; a service that is new begins at zero. */
  @Test
  void reload_isCountedByItsResult_andLosesNothing() throws Exception {
    assertThat(status(Way.LANE, "/good/200")).isEqualTo(200);
    Scrape before = scrape();
    JsonObject other = config();
    JsonArray routes = new JsonArray();
    other.getJsonArray("routes").stream()
        .filter(route -> !((JsonObject) route).getString("service").equals("good"))
        .forEach(routes::add);
    other.put(
        "routes", routes.add(new JsonObject().put("listener", "lane").put("service", "added")));
    other.getJsonObject("services").remove("good");
    JsonObject added = other.getJsonObject("services").getJsonObject("half").copy();
    other.getJsonObject("services").put("added", added);
    isChanged = true;
    write(other);
    application.reload("test").await(10, SECONDS);
    Scrape reloaded = expect(before, Map.of("lblc_reloads_total{result=\"applied\"}", 1.0));
    assertThat(reloaded.values())
        .containsEntry(
            requests(Way.LANE, "good", "2xx"), before.value(requests(Way.LANE, "good", "2xx")))
        .containsEntry(requests(Way.LANE, "added", "2xx"), 0.0)
        .containsEntry("lblc_destinations_max_entries{service=\"added\"}", 100.0)
        .doesNotContainKey("lblc_destinations{service=\"good\"}");

    Files.writeString(file(), "{}");
    assertThatThrownBy(() -> application.reload("test").await(10, SECONDS))
        .isInstanceOf(ReloadException.class);
    expect(
        before,
        Map.of(
            "lblc_reloads_total{result=\"applied\"}", 1.0,
            "lblc_reloads_total{result=\"refused\"}", 1.0));
    write(config());
    application.reload("test").await(10, SECONDS);
    assertThat(status(Way.LANE, "/good/200")).isEqualTo(200);
    expect(
        before,
        Map.of(
            "lblc_reloads_total{result=\"applied\"}",
            2.0,
            "lblc_reloads_total{result=\"refused\"}",
            1.0,
            requests(Way.LANE, "good", "2xx"),
            1.0,
            "lblc_exchange_ends_total{reason=\"answered\",service=\"good\"}",
            1.0,
            "lblc_http_request_seconds_count{service=\"good\"}",
            1.0,
            "lblc_http_upstream_seconds_count{service=\"good\"}",
            1.0));
  }

  // --- what is as it is ---

  @Test
  void configuration_isShown() throws Exception {
    Scrape scrape = scrape();
    X509Certificate certificate;
    try (Connection connection = new Connection(url("secure"))) {
      certificate = connection.certificate();
    }
    assertThat(scrape.values())
        .containsEntry("lblc_server_weight{server=\"alive\",service=\"half\"}", 7.0)
        .containsEntry("lblc_server_effective_weight{server=\"alive\",service=\"half\"}", 7.0)
        .containsEntry("lblc_imbalance_ratio{service=\"half\"}", 1.0)
        .containsEntry("lblc_queue_length{service=\"half\"}", 0.0)
        .containsEntry("lblc_queue_seconds_count{service=\"half\"}", 0.0)
        .containsEntry("lblc_queue_left_total{reason=\"queue_full\",service=\"half\"}", 0.0)
        .containsEntry("lblc_destinations_max_entries{service=\"half\"}", 100.0)
        .containsEntry("lblc_destinations_hard_limit{service=\"half\"}", 200.0)
        .containsEntry(
            "lblc_certificate_expiry_timestamp_seconds{certificate=\"" + CERTIFICATE.certificate()
                + "\",listener=\"secure\"}",
            (double) certificate.getNotAfter().toInstant().getEpochSecond());
  }

  @Test
  void labels_areEscaped_andNoneIsADestination() throws Exception {
    assertThat(status(Way.LANE, "/odd/secret-destination")).isEqualTo(200);
    Eventually.passes("counted", PATIENCE, () -> {
      Scrape scrape = scrape();
      assertThat(scrape.value("lblc_http_requests_total{code=\"2xx\",listener=\"lane\",service=\""
              + ODD_LABEL + "\"}"))
          .isPositive();
      assertThat(scrape.text()).doesNotContain("secret-destination").doesNotContain("127.0.0.1:");
    });
  }

  /** Names and units by Prometheus's own opinion; all kinds of traffic have come by then, and every metric has a value. */
  @Test
  void scrape_passesPromtool() throws Exception {
    Promtool.require();
    for (Way way : Way.values()) {
      assertThat(status(way, "/good/200")).isEqualTo(200);
    }
    assertThat(Promtool.complaints(scrape().text(), "check", "metrics")).isEmpty();
  }

  // --- what conf/README.md says ---

  @Test
  void table_ofThePage_hasEachMetricWithItsTypeAndLabels() throws Exception {
    Scrape scrape = scrape();
    Map<String, MetricTable.Row> actual = new TreeMap<>();
    scrape.types().forEach((name, type) -> {
      if (name.startsWith("lblc_")) {
        actual.put(name, new MetricTable.Row(type, scrape.labels(name)));
      }
    });
    Map<String, MetricTable.Row> said = MetricTable.read().rows();
    assertThat(said).containsKeys(OF_A_CLUSTER.toArray(String[]::new));
    said.keySet().removeAll(OF_A_CLUSTER);
    assertThat(said).isEqualTo(actual);
  }

  // --- the traffic ---

  private static String requests(Way way, String service, String code) {
    return "lblc_http_requests_total{code=\"" + code + "\",listener=\"" + way.listener
        + "\",service=\"" + service + "\"}";
  }

  private static String session(String listener, String service, String end) {
    return "lblc_tcp_sessions_total{end=\"" + end + "\",listener=\"" + listener + "\",service=\""
        + service + "\"}";
  }

  private static String refused(String listener, String reason) {
    return "lblc_listener_refused_total{listener=\"" + listener + "\",reason=\"" + reason + "\"}";
  }

  /** Waits until exactly that has been counted, and returns the scrape. */
  private static Scrape expect(Scrape before, Map<String, Double> more) throws Exception {
    Scrape[] last = {before};
    Eventually.passes("counted", PATIENCE, () -> {
      last[0] = scrape();
      assertThat(last[0].since(before, COUNTED.asMatchPredicate()))
          .containsExactlyInAnyOrderEntriesOf(more);
    });
    return last[0];
  }

  private static Scrape scrape() throws Exception {
    return Scrape.of(Objects.requireNonNull(application.admin()));
  }

  private static int status(Way way, String path) throws Exception {
    HttpClient client = way == Way.H2 ? http2 : http1;
    URI listener = URI.create(url(way.listener));
    assertThat(listener.getScheme()).isEqualTo(way.scheme);
    return client
        .request(HttpMethod.GET, listener.getPort(), "127.0.0.1", path)
        .compose(request -> request.send())
        .compose(answer -> answer.end().map(v -> answer))
        .map(HttpClientResponse::statusCode)
        .await(10, SECONDS);
  }

  private static String url(String listener) {
    return Objects.requireNonNull(application.listeners().get(listener));
  }

  private static Socket connect(String listener) throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(url(listener)).getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String rest(Socket client) throws IOException {
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  /** The connection ends without a word, in an orderly way or not. */
  private static void assertEnds(Socket client) {
    @Nullable IOException reset = null;
    try {
      assertThat(rest(client)).isEmpty();
    } catch (IOException e) {
      reset = e;
    }
    if (reset != null) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  // --- the gateway ---

  private static void write(JsonObject config) throws IOException {
    Files.writeString(file(), config.encode());
  }

  private static Path file() {
    return directory.resolve("gateway.json");
  }

  private static int http = -1;
  private static int echo = -1;

  private static JsonObject config() throws Exception {
    if (http < 0) {
      http = vertx
          .createHttpServer()
          .webSocketHandler(socket -> socket.closeHandler(v -> {}))
          .requestHandler(MetricsIT::answer)
          .listen(0, "127.0.0.1")
          .await(10, SECONDS)
          .actualPort();
      echo = vertx
          .createNetServer()
          .connectHandler(socket -> socket.handler(socket::write))
          .listen(0, "127.0.0.1")
          .await(10, SECONDS)
          .actualPort();
    }
    JsonObject services = new JsonObject()
        .put("good", service(server("alive", http)))
        .put(ODD, service(server("alive", http)))
        .put(
            "half",
            service(server("alive", http).put("weight", 7), server("dead", dead))
                .put("queue", new JsonObject().put("length", 7))
                .put(
                    "options",
                    new JsonObject()
                        .put("ties", "kernel") // which has the last one first
                        .put("maxEntries", 100)
                        .put("hardLimit", 200)))
        .put("half-echo", service(server("alive", echo), server("dead", dead)))
        .put("gone", service(server("dead", dead)))
        .put(
            "plain",
            service(server("alive", http))
                .put(
                    "tls",
                    new JsonObject().put("trust", CERTIFICATE.certificate().toString())))
        .put("echo", service(server("alive", echo)));
    JsonArray listeners = new JsonArray()
        .add(listener("lane"))
        .add(listener("vertx").put("engine", "vertx"))
        .add(listener("secure").put("tls", CERTIFICATE.json()))
        .add(listener("narrow").put("maxConnections", 1))
        .add(listener("proxied")
            .put("proxyProtocol", true)
            .put("trustedPeers", new JsonArray().add("127.0.0.1")))
        .add(tcp("edge"))
        .add(tcp("edge-gone"))
        .add(tcp("edge-half"))
        .add(tcp("edge-proxied")
            .put("proxyProtocol", true)
            .put("trustedPeers", new JsonArray().add("127.0.0.1")))
        .add(tcp("edge-untrusting")
            .put("proxyProtocol", true)
            .put("trustedPeers", new JsonArray().add("192.0.2.1")));
    JsonArray routes = new JsonArray();
    for (String service : new String[] {"good", "half", "gone"}) {
      for (Way way : Way.values()) {
        routes.add(route(way.listener, service, "/" + service + "/*"));
      }
    }
    routes.add(route("lane", ODD, "/odd/*"));
    routes.add(route("lane", "plain", "/plain/*"));
    routes.add(route("narrow", "half", "/*"));
    routes.add(route("proxied", "half", "/*"));
    for (String tcp : new String[] {"edge", "edge-proxied", "edge-untrusting"}) {
      routes.add(new JsonObject().put("listener", tcp).put("service", "echo"));
    }
    routes.add(new JsonObject().put("listener", "edge-gone").put("service", "gone"));
    routes.add(new JsonObject().put("listener", "edge-half").put("service", "half-echo"));
    return new JsonObject()
        .put("listeners", listeners)
        .put("routes", routes)
        .put("services", services)
        .put("admin", new JsonObject().put("host", "127.0.0.1").put("port", 0));
  }

  private static void answer(HttpServerRequest request) {
    String last = request.path().substring(request.path().lastIndexOf('/') + 1);
    if (last.equals("slow")) {
      vertx.setTimer(120, timer -> request.response().end("slow"));
    } else {
      int status = last.matches("\\d+") ? Integer.parseInt(last) : 200;
      request.response().setStatusCode(status).end(status == 304 ? "" : "body");
    }
  }

  private static JsonObject listener(String name) {
    return new JsonObject()
        .put("name", name)
        .put("protocol", "http")
        .put("host", "127.0.0.1")
        .put("port", 0)
        // The first handshakes of a JVM can take long on a busy machine.
        .put("timeouts", new JsonObject().put("header", "60s"));
  }

  private static JsonObject tcp(String name) {
    return new JsonObject()
        .put("name", name)
        .put("protocol", "tcp")
        .put("host", "127.0.0.1")
        .put("port", 0);
  }

  private static JsonObject route(String listener, String service, String path) {
    return new JsonObject()
        .put("listener", listener)
        .put("service", service)
        .put("match", new JsonObject().put("path", path))
        .put("destination", new JsonArray().add("{path}"));
  }

  private static JsonObject server(String id, int port) {
    return new JsonObject().put("id", id).put("host", "127.0.0.1").put("port", port);
  }

  private static JsonObject service(JsonObject... servers) {
    JsonArray all = new JsonArray();
    for (JsonObject server : servers) {
      all.add(server);
    }
    return new JsonObject().put("strategy", "lblc").put("servers", all);
  }
}
