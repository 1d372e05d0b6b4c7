package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the access log says of real requests, in each format, and which ids they have.
 *
 * <pre>
 *   /echo/...      a server that answers with the ids that it got
 *   /trace/...     the same, with "requestId": "traceparent"
 *   /retry/...     two servers, on one of which nobody listens
 *   /chat/...      a server that agrees to leave HTTP, and answers "ask" with "answer"
 * </pre>
 */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class AccessLogIT {
  private static final int REQUESTS = 5_000;
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String VALID = "00-" + TRACE + "-b7ad6b7169203331-01";

  /** Those of a request that was answered, in their order. */
  private static final List<String> ANSWERED = List.of(
      "time",
      "listener",
      "client",
      "method",
      "host",
      "path",
      "protocol",
      "status",
      "bytes_in",
      "bytes_out",
      "duration_ms",
      "head_ms",
      "connect_ms",
      "service",
      "server",
      "decision",
      "retries",
      "end",
      "user_agent",
      "request_id");

  /** Those of any request in clear text. */
  private static final Set<String> FIELDS =
      Stream.concat(ANSWERED.stream(), Stream.of("error", "trace_id")).collect(Collectors.toSet());

  @Parameter
  Engine engine;

  private AccessLines log;
  private TestGateway gateway;
  private RawServer raw;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    log = new AccessLines();
    raw = new RawServer();
    gateway = new TestGateway(engine);
    int echo = gateway.http(request -> request
        .response()
        .end(request.getHeader("x-request-id") + " " + request.getHeader("x_request_id") + " "
            + request.getHeader("traceparent") + " " + request.getHeader("tracestate")));
    JsonObject ids = new JsonObject().put("requestId", "X-Request-Id");
    gateway
        .service("echo", echo)
        .service("trace", echo)
        .service("raw", raw.port())
        .service("retry", Ports.free(), echo)
        .service("chat", gateway.tcp(AccessLogIT::chat))
        .listener(listener("web", "json"))
        .listener(listener("trusted", "json").put("trustedPeers", new JsonArray().add("127.0.0.1")))
        .listener(listener("text", "text"))
        .listener(listener("common", "common"))
        .listener(
            listener("secure", "json").put("tls", SelfSigned.of("localhost").json()))
        .listener(listener("tcp", "json").put("protocol", "tcp"))
        .route("trace", new JsonObject().put("requestId", "TraceParent"))
        .route("retry", new JsonObject())
        .route(
            "chat",
            new JsonObject()
                .put("upgrade", new JsonArray().add("chat"))
                .put("limits", new JsonObject().put("body", "1B"))) // which no tunnel has
        .route("echo", ids)
        .route("raw", ids)
        .route("trace", new JsonObject().put("listener", "trusted").put("requestId", "traceparent"))
        .route("echo", ids.copy().put("listener", "trusted"))
        .route("echo", new JsonObject().put("listener", "text"))
        .route("echo", new JsonObject().put("listener", "common"))
        .route("echo", ids.copy().put("listener", "secure"))
        .route(ConfigJson.route("echo").put("listener", "tcp").put("destination", new JsonArray()))
        .start(1);
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    log.close();
    gateway.awaitIdle();
    gateway.stop();
    raw.close();
  }

  @AfterEach
  void forget() {
    log.clear();
  }

  // --- formats ---

  @Test
  void json_ofARequest_tellsAll() throws Exception {
    String answer = exchange(
        "web",
        "POST /echo/a%20b?secret HTTP/1.1",
        "User-Agent: me \"x\"",
        "Content-Length: 3",
        "",
        "abc");
    Map<String, Object> line = line("a%20b");
    assertThat(line.keySet()).containsExactlyElementsOf(ANSWERED);
    assertThat(line)
        .containsEntry("listener", "web")
        .containsEntry("client", "127.0.0.1")
        .containsEntry("method", "POST")
        .containsEntry("host", "h")
        .containsEntry("path", "/echo/a%20b")
        .containsEntry("protocol", "HTTP/1.1")
        .containsEntry("status", 200.0)
        .containsEntry("bytes_in", 3.0)
        .containsEntry("bytes_out", (double) body(answer).length())
        .containsEntry("service", "echo")
        .containsEntry("server", "echo-0")
        .containsEntry("decision", "placed")
        .containsEntry("retries", 0.0)
        .containsEntry("end", "answered")
        .containsEntry("user_agent", "me \"x\"")
        .containsEntry("request_id", ids(answer)[0]);
    double connect = number(line, "connect_ms");
    double head = number(line, "head_ms");
    assertThat(connect).isBetween(0.0, head);
    assertThat(head).isBetween(connect, number(line, "duration_ms"));
  }

  @Test
  void json_ofARequestWithoutARoute_saysSo() throws Exception {
    exchange("web", "GET /none HTTP/1.1");
    assertThat(line("/none"))
        .containsEntry("status", 404.0)
        .containsEntry("end", "no_route")
        .containsEntry("error", "no route")
        .doesNotContainKeys("service", "server", "decision", "retries", "head_ms", "request_id");
  }

  @Test
  void json_ofARetry_countsIt() throws Exception {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      exchange("web", "GET /retry/" + i + " HTTP/1.1");
      lines.add(line("/retry/" + i));
    }
    assertThat(lines)
        .allSatisfy(line ->
            assertThat(line).containsEntry("server", "retry-1").containsEntry("end", "answered"))
        .anySatisfy(line -> assertThat(line).containsEntry("retries", 1.0));
  }

  @Test
  void json_overHttp2AndTls_hasVersionAndName() throws Exception {
    HttpClient client = gateway.http2Client();
    String answer = client
        .request(new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost("localhost")
            .setPort(gateway.gateway().port("secure"))
            .setURI("/echo/2"))
        .compose(request -> request.putHeader("user-agent", "caf\u00e9").send())
        .compose(response -> response.body())
        .await(10, SECONDS)
        .toString();
    client.close().await(10, SECONDS);
    Map<String, Object> line = line("/echo/2");
    assertThat(line)
        .containsEntry("protocol", "HTTP/2")
        .containsEntry("host", "localhost:" + gateway.gateway().port("secure"))
        .containsEntry("tls", "TLSv1.3")
        .containsEntry("request_id", answer.substring(0, 32));
  }

  @Test
  void json_ofATcpConnection_hasItsBytes() throws Exception {
    String answer = exchange("tcp", "GET / HTTP/1.1", "Connection: close");
    Map<String, Object> line = line("\"port\"");
    assertThat(line)
        .containsEntry("listener", "tcp")
        .containsEntry("protocol", "TCP")
        .containsEntry("port", (double) gateway.gateway().port("tcp"))
        .containsEntry("bytes_out", (double) answer.length())
        .containsEntry("service", "echo")
        .containsEntry("end", "closed")
        .containsKeys("connect_ms", "decision", "bytes_in")
        .doesNotContainKeys("method", "host", "path", "status", "error");
  }

  @Test
  void json_ofATunnel_hasTheBytesOfEachDirection() throws Exception {
    int port = gateway.gateway().port("web");
    try (RawClient client = new RawClient(port)) {
      client.send(RawClient.head(
          "GET /chat/1 HTTP/1.1", "Host: h", "Connection: Upgrade", "Upgrade: chat"));
      client.until("\r\n\r\n");
      assertThat(client.send("as").send("k").rest()).isEqualTo("answer");
    }
    assertThat(line("/chat/1")).containsEntry("bytes_in", 3.0).containsEntry("bytes_out", 6.0);
    if (engine == Engine.LANE) { // the other has no HTTP/2 in clear text
      try (Http2Peer client = Http2Peer.client(port)) {
        client.awaitSetting(TunnelScene.ENABLE_CONNECT_PROTOCOL);
        Http2Peer.Stream asked = TunnelScene.connect(client, "/chat/2", "chat");
        assertThat(asked.awaitStatus()).isEqualTo("200");
        TunnelEnd tunnel = TunnelEnd.of(asked);
        tunnel.send("as");
        tunnel.send("k");
        tunnel.expect("answer");
        tunnel.expectEnd();
      }
      assertThat(line("/chat/2")).containsEntry("bytes_in", 3.0).containsEntry("bytes_out", 6.0);
    }
  }

  private static void chat(NetSocket client) {
    StringBuilder read = new StringBuilder();
    client.handler(more -> {
      boolean isOpen = read.indexOf("\r\n\r\n") >= 0;
      read.append(more);
      if (!isOpen && read.indexOf("\r\n\r\n") >= 0) {
        client.write(RawClient.head(
            "HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: chat"));
      }
      if (read.toString().endsWith("\r\n\r\nask")) {
        client.end(Buffer.buffer("answer"));
      }
    });
  }

  @Test
  void text_isWhatItWas() throws Exception {
    String answer = exchange("text", "GET /echo/x?secret HTTP/1.1");
    assertThat(text("GET /echo/x "))
        .matches("127\\.0\\.0\\.1 GET /echo/x HTTP/1\\.1 200 " + body(answer).length()
            + " [0-9]+\\.[0-9] echo echo-0 [a-z]+ -");
  }

  @Test
  void common_isALineOfServers() throws Exception {
    String answer = exchange("common", "GET /echo/y?secret HTTP/1.1");
    // The client's address counts as the time of a text and is left out.
    assertThat(text("GET /echo/y "))
        .matches(
            "- - \\[\\d\\d/\\w{3}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\] \"GET /echo/y HTTP/1\\.1\" 200 "
                + body(answer).length());
  }

  // --- ids ---

  @Test
  void requestId_ofAStranger_isReplacedUnderAnyName() throws Exception {
    String[] got = ids(
        "web",
        "/echo/stranger",
        "X-Request-Id: forged",
        "X_Request_ID: forged",
        "x-request-id: two");
    assertThat(got[0]).matches("[0-9a-f]{32}");
    assertThat(got[1]).isEqualTo("null");
    assertThat(line("/echo/stranger")).containsEntry("request_id", got[0]);
  }

  @Test
  void requestId_inTrailers_isDropped() throws Exception {
    try (RawClient client = new RawClient(gateway.gateway().port("web"))) {
      client.send(RawClient.head("POST /raw/x HTTP/1.1", "Host: h", "Transfer-Encoding: chunked")
          + "1\r\na\r\n0\r\nX-Request-Id: forged\r\nx_request_id: forged\r\n\r\n");
      try (RawClient server = raw.accept()) {
        String request = server.until("\r\n\r\n", "\r\n0\r\n", "\r\n\r\n");
        assertThat(request).containsOnlyOnce("x-request-id: ").doesNotContain("forged");
        server.send("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(client.response()).startsWith("HTTP/1.1 204 ");
      }
    }
  }

  @Test
  void requestId_ofATrustedPeer_isTakenIfItIsOne() throws Exception {
    assertThat(ids("trusted", "/echo/peer", "X-Request-Id: Given-1")[0]).isEqualTo("Given-1");
    assertThat(line("/echo/peer")).containsEntry("request_id", "Given-1");
    String made = ids("trusted", "/echo/bad-peer", "X-Request-Id: a\"b")[0];
    assertThat(made).matches("[0-9a-f]{32}");
    assertThat(line("/echo/bad-peer")).containsEntry("request_id", made);
  }

  @Test
  void traceParent_withoutATracer_passesAsItIs() throws Exception {
    String[] got = ids("web", "/echo/pass", "traceparent: " + VALID, "tracestate: a=b");
    assertThat(got[2]).isEqualTo(VALID);
    assertThat(got[3]).isEqualTo("a=b");
    assertThat(line("/echo/pass")).containsEntry("trace_id", TRACE);
    assertThat(ids("web", "/echo/no-trace", "traceparent: what")[2]).isEqualTo("what");
    assertThat(line("/echo/no-trace")).doesNotContainKey("trace_id");
    assertThat(ids("web", "/echo/none")[2]).as("made by nobody").isEqualTo("null");
  }

  @Test
  void traceParent_asRequestId_isMadeUnlessATrustedPeerHasOne() throws Exception {
    String[] made = ids("web", "/trace/made", "TraceParent: " + VALID, "tracestate: a=b");
    assertThat(made[2]).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01").doesNotContain(TRACE);
    assertThat(made[3]).isEqualTo("null");
    assertThat(line("/trace/made"))
        .containsEntry("request_id", made[2].substring(3, 35))
        .containsEntry("trace_id", made[2].substring(3, 35));
    String[] given = ids("trusted", "/trace/given", "traceparent: " + VALID, "tracestate: a=b");
    assertThat(given[2]).isEqualTo(VALID);
    assertThat(given[3]).isEqualTo("a=b");
    assertThat(line("/trace/given")).containsEntry("trace_id", TRACE);
  }

  // --- whatever comes ---

  @Test
  void json_ofMadeUpRequests_hasWhatWasSent() throws Exception {
    Random random = seeded();
    int served = 0;
    for (int i = 0; i < REQUESTS / 2; i++) {
      String target = "/echo/" + i + "/" + (random.nextBoolean() ? octets(random, "\r\n ?") : "");
      String agent = octets(random, "\r\n");
      exchange("web", "GET " + target + " HTTP/1.1", "User-Agent: " + agent);
      Map<String, Object> line = line("/echo/" + i + "/");
      log.clear();
      assertThat(FIELDS).containsAll(line.keySet());
      if (number(line, "status") == 200) {
        served++;
        assertThat(line).containsEntry("path", utf8(target));
        assertThat(line.getOrDefault("user_agent", "")).isEqualTo(utf8(trimmed(agent)));
      }
    }
    assertThat(served).as("enough were served").isGreaterThan(REQUESTS / 10);
  }

  @Test
  void json_ofHostileRequests_isJson() throws Exception {
    Random random = seeded();
    List<RawCase> cases = HostileRequestsIT.cases().stream()
        .filter(tried -> tried.octets().length() < 10_000)
        .toList();
    Set<String> ends = new HashSet<>();
    for (int i = 0; i < REQUESTS / 2; i++) {
      RawCase tried = cases.get(random.nextInt(cases.size()));
      byte[] sent = mutated(tried.octets(), random).getBytes(StandardCharsets.ISO_8859_1);
      try (RawClient client = new RawClient(gateway.gateway().port("web"))) {
        client.send(sent).endOutput().rest();
      } catch (IOException e) {
        // Refused before all was sent, which is logged as well.
      }
      for (String line : log.soFar()) {
        Map<String, Object> fields = StrictJson.read(line);
        assertThat(FIELDS).as(line).containsAll(fields.keySet());
        ends.add((String) fields.get("end"));
      }
      log.clear();
    }
    assertThat(ends).contains("answered", "bad_request").hasSizeGreaterThan(4);
  }

  private static Random seeded() {
    long seed = Long.getLong("lblc.log.seed", System.nanoTime());
    System.out.println("AccessLogIT: seed " + seed + " (-Dlblc.log.seed)");
    return new Random(seed);
  }

  /** Octets, without some; most are those that a log could stumble over. */
  private static String octets(Random random, String without) {
    StringBuilder all = new StringBuilder();
    int length = random.nextInt(20);
    boolean isTame = random.nextBoolean();
    while (all.length() < length) {
      int kind = random.nextInt(8);
      char c = kind == 0
          ? "\"\\/{}%'<>\u007f".charAt(random.nextInt(10))
          : kind == 1 && !isTame
              ? (char) random.nextInt(32)
              : kind < 4 ? (char) (128 + random.nextInt(128)) : (char) (33 + random.nextInt(94));
      if (kind == 7) {
        String text = "\u00e9\u20ac\ud83d\ude00\u2028";
        all.append(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
      } else if (without.indexOf(c) < 0) {
        all.append(c);
      }
    }
    return all.toString();
  }

  private static String mutated(String octets, Random random) {
    StringBuilder all = new StringBuilder(octets);
    for (int i = random.nextInt(4); i > 0 && all.length() > 0; i--) {
      int at = random.nextInt(all.length());
      switch (random.nextInt(3)) {
        case 0 -> all.setCharAt(at, (char) random.nextInt(256));
        case 1 -> all.insert(at, octets(random, ""));
        default -> all.deleteCharAt(at);
      }
    }
    return all.toString();
  }

  private static String utf8(String octets) {
    return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** A value without the blanks around it. */
  private static String trimmed(String value) {
    return value.replaceAll("^[ \t]+|[ \t]+$", "");
  }

  private static double number(Map<String, Object> line, String field) {
    return (double) Objects.requireNonNull(line.get(field), field);
  }

  /** The ids that the server got, as its answer has them. */
  private static String[] ids(String answer) {
    return body(answer).split(" ", -1);
  }

  private static String body(String answer) {
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private String[] ids(String listener, String path, String... lines) throws Exception {
    return ids(exchange(listener, "GET " + path + " HTTP/1.1", lines));
  }

  /** Sends a request for the host h and returns the answer; an empty line ends the head. */
  private String exchange(String listener, String first, String... lines) throws Exception {
    List<String> all = new ArrayList<>(List.of(first, "Host: h", "Connection: close"));
    all.addAll(List.of(lines));
    String request = String.join("\r\n", all);
    try (RawClient client = new RawClient(gateway.gateway().port(listener))) {
      boolean hasBody = request.contains("\r\n\r\n");
      byte[] octets =
          (hasBody ? request : request + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
      return client.send(octets).rest();
    }
  }

  /** The only line that has this. */
  private String text(String part) throws Exception {
    Eventually.holds(part, () -> log.soFar().stream().anyMatch(line -> line.contains(part)));
    return log.soFar().stream().filter(line -> line.contains(part)).findFirst().orElseThrow();
  }

  private Map<String, Object> line(String part) throws Exception {
    return StrictJson.read(text(part));
  }

  private static JsonObject listener(String name, String format) {
    return new JsonObject()
        .put("name", name)
        .put("accessLog", new JsonObject().put("format", format));
  }
}
