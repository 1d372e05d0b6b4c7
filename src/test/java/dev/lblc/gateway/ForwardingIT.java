package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class ForwardingIT {
  @Parameter
  Engine engine;

  private TestGateway gateway;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    gateway = new TestGateway(engine);
    HttpServerOptions roomy = new HttpServerOptions().setMaxHeaderSize(100_000);
    int one = gateway.http(roomy, request -> serve("one", request));
    int two = gateway.http(roomy, request -> serve("two", request));
    gateway
        .service("admin", gateway.http(request -> request.response().end("admin")))
        .service("plain", one, two)
        .service("server", one)
        .service("named", one)
        .service("edited", one)
        .service("strip", one)
        .listener(new JsonObject().put("name", "web").put("accessLog", true))
        .listener(new JsonObject()
            .put("name", "inner")
            .put("trustedPeers", new JsonArray().add("127.0.0.0/8")))
        .route("admin", new JsonObject())
        .route("plain", new JsonObject())
        .route("server", new JsonObject().put("host", "server"))
        .route("named", new JsonObject().put("host", "other.example"))
        .route(
            "strip", new JsonObject().put("rewrite", new JsonObject().put("stripPrefix", "/strip")))
        .route(
            "edited",
            new JsonObject()
                .put(
                    "requestHeaders",
                    new JsonObject()
                        .put("set", new JsonObject().put("X-Set", "set"))
                        .put("remove", new JsonArray().add("X-Removed")))
                .put(
                    "responseHeaders",
                    new JsonObject()
                        .put("set", new JsonObject().put("X-Answer", "set"))
                        .put("remove", new JsonArray().add("X-From"))))
        .service("told", one)
        .route(
            "told",
            new JsonObject()
                .put("serverHeader", "X-From")
                .put(
                    "responseHeaders",
                    new JsonObject()
                        .put(
                            "set",
                            new JsonObject().put("x-from", "the route").put("X-Answer", "set"))))
        .route(new JsonObject()
            .put("listener", "web")
            .put("match", new JsonObject().put("path", "/moved/*"))
            .put("redirect", new JsonObject().put("scheme", "https").put("status", 308)))
        .service("client", one)
        .route("plain", new JsonObject().put("listener", "inner"))
        .route(
            "client",
            new JsonObject()
                .put("listener", "inner")
                .put("destination", new JsonArray().add("{client.ip}|{local.ip}")));
    for (String scheme : List.of("http", "https")) {
      for (int port : new int[] {80, 443, 8443}) {
        gateway.route(new JsonObject()
            .put("listener", "web")
            .put("match", new JsonObject().put("path", "/to-" + scheme + "-" + port + "/*"))
            .put(
                "redirect",
                new JsonObject().put("scheme", scheme).put("port", port).put("status", 302)));
      }
    }
    gateway.start();
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
  }

  private static void serve(String name, HttpServerRequest request) {
    HttpServerResponse response = request.response().putHeader("X-From", name);
    String what = request.path().substring(request.path().lastIndexOf('/') + 1);
    switch (what) {
      case "head" -> {
        JsonObject seen = new JsonObject()
            .put("uri", request.uri())
            .put("method", request.method().name());
        request.headers().forEach((key, value) -> seen.put(key.toLowerCase(Locale.ROOT), value));
        response.end(seen.encode());
      }
      case "echo" -> {
        response.setChunked(true);
        request.pipeTo(response);
      }
      case "hops" ->
        response
            .putHeader("Connection", "keep-alive, X-Hop")
            .putHeader("Keep-Alive", "timeout=60")
            .putHeader("X-Hop", "1")
            .putHeader("X-End", "2")
            .end("x");
      case "trailers" -> {
        response
            .setChunked(true)
            .putTrailer("X-Sum", "42")
            .putTrailer("Connection", "close")
            .write("body");
        response.end();
      }
      case "at-once" -> response.setStatusCode(403).end("no");
      case "nothing" -> response.setStatusCode(204).end();
      case "unchanged" -> response.setStatusCode(304).putHeader("ETag", "\"1\"").end();
      case "stream" -> response.setChunked(true).writeHead();
      case "sized" -> response.putHeader("Content-Length", "3").end(name);
      case "cookies" -> {
        response.headers().add("Set-Cookie", "a=1").add("Set-Cookie", "b=2");
        response.end("x");
      }
      default -> response.end(name);
    }
  }

  @Test
  void requests_forOneDestination_stickAndOthersSpread() throws Exception {
    Set<String> servers = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      String first = RawClient.get(gateway.port(), "/plain/" + i);
      String server = first.substring(first.length() - 3);
      servers.add(server);
      for (int again = 0; again < 5; again++) {
        assertThat(RawClient.get(gateway.port(), "/plain/" + i)).endsWith(server);
      }
    }
    assertThat(servers).containsExactlyInAnyOrder("one", "two");
  }

  @Test
  void head_ofARequest_isForwardedAsItCameAndTellsWhoAsked() throws Exception {
    JsonObject seen = seen(
        "web",
        "GET /plain/%61/./head?q=%2f..&r HTTP/1.1",
        "Host: Example.com:8080",
        "Connection: keep-alive, X-Secret",
        "X-Secret: 1",
        "Keep-Alive: timeout=5",
        "TE: trailers",
        "X-Forwarded-For: 6.6.6.6",
        "X-Forwarded-Prefix: /p",
        "Forwarded: for=6.6.6.6",
        "X-Kept: 2");
    assertThat(seen.fieldNames())
        .containsExactlyInAnyOrder(
            "uri",
            "method",
            "host",
            "te",
            "connection",
            "x-kept",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-port",
            "forwarded");
    assertThat(seen.getString("uri")).isEqualTo("/plain/%61/./head?q=%2f..&r");
    assertThat(seen.getString("host")).isEqualTo("Example.com:8080");
    assertThat(seen.getString("te")).isEqualTo("trailers");
    assertThat(seen.getString("connection")).isEqualTo("te");
    assertThat(seen.getString("x-forwarded-for")).isEqualTo("127.0.0.1");
    assertThat(seen.getString("x-forwarded-host")).isEqualTo("Example.com:8080");
    assertThat(seen.getString("x-forwarded-proto")).isEqualTo("http");
    assertThat(seen.getString("x-forwarded-port")).isEqualTo(String.valueOf(gateway.port()));
    assertThat(seen.getString("forwarded"))
        .isEqualTo("for=127.0.0.1;host=\"Example.com:8080\";proto=http");
  }

  @Test
  void forwardingHeaders_ofATrustedPeer_areBelieved() throws Exception {
    JsonObject seen = seen(
        "inner",
        "GET /plain/head HTTP/1.1",
        "Host: h",
        "X-Forwarded-For: 6.6.6.6",
        "X-Forwarded-Proto: https");
    assertThat(seen.getString("x-forwarded-for")).isEqualTo("6.6.6.6, 127.0.0.1");
    assertThat(seen.getString("x-forwarded-proto")).isEqualTo("https");
    assertThat(seen.getString("x-forwarded-host")).isEqualTo("h");
    assertThat(seen.getString("x-forwarded-port")).isEqualTo("443");
    assertThat(seen.getString("forwarded"))
        .isEqualTo("for=6.6.6.6;host=\"h\";proto=https, for=127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For: 2001:DB8:0:0::9",
        "X-Forwarded-For: 6.6.6.6, [2001:db8::9]:4711",
        "Forwarded: for=6.6.6.6, For=\"[2001:db8:0::0:9]:4711\"",
      })
  void client_inAnySpelling_isOneDestination(String said) throws Exception {
    long before = gateway.scheduled("client").status().destinations();
    seen("inner", "GET /client/head HTTP/1.1", "Host: h", said);
    assertThat(gateway.scheduled("client").destination("2001:db8::9|127.0.0.1")).isNotNull();
    assertThat(gateway.scheduled("client").status().destinations()).isEqualTo(Math.max(1, before));
  }

  @Test
  void host_replaced_asTheRouteSays() throws Exception {
    assertThat(seen("web", "GET /server/head HTTP/1.1", "Host: h").getString("host"))
        .startsWith("127.0.0.1:");
    assertThat(seen("web", "GET /named/head HTTP/1.1", "Host: h").getString("host"))
        .isEqualTo("other.example");
    assertThat(seen("web", "GET /plain/head HTTP/1.0", "Host: h:80").getString("host"))
        .isEqualTo("h:80");
  }

  @Test
  void target_inAbsoluteForm_isForwardedInOriginFormAndItsHostCounts() throws Exception {
    JsonObject seen = seen("web", "GET http://target.example/plain/head?x HTTP/1.1", "Host: h");
    assertThat(seen.getString("uri")).isEqualTo("/plain/head?x");
    assertThat(seen.getString("host")).isEqualTo("target.example");
  }

  @Test
  void headers_edited_bothWays() throws Exception {
    String response = RawClient.exchange(
        gateway.port(), "GET /edited/head HTTP/1.1\r\nHost: h\r\nX-Removed: 1\r\nX-Set: 0\r\n\r\n");
    assertThat(response)
        .contains("\"x-set\":\"set\"")
        .doesNotContain("x-removed")
        .containsIgnoringCase("x-answer: set");
    assertThat(response).doesNotContainIgnoringCase("x-from");
  }

  /** In the place of what the server, or the route, says under that name. */
  @Test
  void serverHeader_namesServerAndDecision_onBothVersions() throws Exception {
    String path = "/told/head?" + UUID.randomUUID();
    String of = "x-from: told-0; ";
    String first = RawClient.get(gateway.port(), path).toLowerCase(Locale.ROOT);
    assertThat(first)
        .contains("x-answer: set")
        .containsOnlyOnce("x-from")
        .containsAnyOf(of + "placed", of + "hit");
    assertThat(RawClient.get(gateway.port(), path).toLowerCase(Locale.ROOT)).contains(of + "hit");
    if (engine != Engine.LANE) {
      return; // only the lane speaks HTTP/2 in clear text
    }
    HttpClient client = gateway.vertx.createHttpClient(new HttpClientOptions()
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setHttp2ClearTextUpgrade(false));
    try {
      HttpClientResponse response = client
          .request(HttpMethod.GET, gateway.port(), "127.0.0.1", path)
          .compose(HttpClientRequest::send)
          .await(10, TimeUnit.SECONDS);
      assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
      assertThat(response.headers().getAll("x-from")).containsExactly("told-0; hit");
    } finally {
      client.close().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void prefix_stripped_fromTheTargetOnly() throws Exception {
    assertThat(seen("web", "GET /strip/%78/head?q HTTP/1.1", "Host: h").getString("uri"))
        .isEqualTo("/%78/head?q");
    assertThat(seen("web", "GET //%73trip/head HTTP/1.1", "Host: h").getString("uri"))
        .isEqualTo("/head");
  }

  @Test
  void redirect_toAnotherScheme_keepsTheTarget() throws Exception {
    String response =
        RawClient.exchange(gateway.port(), "GET /moved/a?b HTTP/1.1\r\nHost: h:8080\r\n\r\n");
    assertThat(response)
        .startsWith("HTTP/1.1 308 ")
        .containsIgnoringCase("location: https://h/moved/a?b\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "https, 8443, h:8080,        https://h:8443/",
    "https, 443,  h:8080,        https://h/",
    "https, 80,   h,             https://h:80/",
    "http,  80,   h:8443,        http://h/",
    "http,  443,  h,             http://h:443/",
    "https, 8443, [2001:db8::1], https://[2001:db8::1]:8443/",
  })
  void redirect_withAPort_namesItUnlessItIsTheSchemesOwn(
      String scheme, int port, String host, String url) throws Exception {
    String target = "/to-" + scheme + "-" + port + "/a?b";
    String response = RawClient.exchange(
        gateway.port(), "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    assertThat(response)
        .startsWith("HTTP/1.1 302 ")
        .containsIgnoringCase("location: " + url + target.substring(1) + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/%61dmin/x",
        "//admin/x",
        "/plain/../admin/x",
        "/plain/%2e%2e/admin/x",
        "/admin%2fx"
      })
  void path_inAnotherSpelling_takesTheSameRoute(String target) throws Exception {
    assertThat(RawClient.get(gateway.port(), target))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("admin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /plain/..%2fadmin/x HTTP/1.1\r\nHost: h",
        "GET /plain/x#y HTTP/1.1\r\nHost: h",
        "GET /plain/%zz HTTP/1.1\r\nHost: h",
        "GET /plain/%00 HTTP/1.1\r\nHost: h",
        "GET /plain/a\\b HTTP/1.1\r\nHost: h",
        "GET /plain/\u0001 HTTP/1.1\r\nHost: h",
        "GET plain/x HTTP/1.1\r\nHost: h",
        "GET * HTTP/1.1\r\nHost: h",
        "GET /plain/x HTTP/1.1",
        "GET /plain/x HTTP/1.1\r\nHost: h\r\nHost: h",
        "GET /plain/x HTTP/1.1\r\nHost: a b",
        "GET /plain/x HTTP/1.1\r\nHost: a@b",
        "GET http://a@b/plain/x HTTP/1.1\r\nHost: h",
        "GET /plain/x HTTP/1.1\r\nHost: h\r\n: value",
        "GET /plain/x HTTP/1.1\r\nHost: h\r\nX-A : b",
        "GET /moved/a HTTP/1.0",
        "GET /moved/a HTTP/1.0\r\nHost: ",
        "POST /plain/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked",
        "POST /plain/x HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked"
      })
  void request_withMoreThanOneReading_isRefused(String head) throws Exception {
    assertThat(RawClient.exchange(gateway.port(), head + "\r\n\r\n"))
        .startsWith("HTTP/1.")
        .contains(" 400 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/plain/a|b{c}\"<d>^`", "/plain/a?b[]={c}|\"d\"\\", "/plain/a%20b?c=%zz"})
  void target_ofALaxClient_isForwardedAsItCame(String target) throws Exception {
    assertThat(RawClient.get(gateway.port(), target)).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void request_withoutARoute_is404() throws Exception {
    assertThat(RawClient.get(gateway.port(), "/elsewhere"))
        .startsWith("HTTP/1.1 404 ")
        .containsIgnoringCase("content-type: text/plain")
        .endsWith("404 no route\n");
  }

  @Test
  void connect_andOptionsOfTheServer_areNotForwarded() throws Exception {
    assertThat(RawClient.exchange(gateway.port(), "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"))
        .startsWith("HTTP/1.1 501 ");
    assertThat(
            RawClient.exchange(gateway.port(), "CONNECT /plain/x HTTP/1.1\r\nHost: h:443\r\n\r\n"))
        .startsWith("HTTP/1.1 501 ");
    assertThat(RawClient.exchange(gateway.port(), "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"))
        .startsWith("HTTP/1.1 204 ")
        .containsIgnoringCase("allow: ");
  }

  @Test
  void limits_onLineAndHeaders_areAnswered() throws Exception {
    assertThat(RawClient.get(gateway.port(), "/plain/" + "x".repeat(9000))).contains(" 414 ");
    String header = "X-Large: " + "x".repeat(8000) + "\r\n";
    assertThat(RawClient.exchange(
            gateway.port(), "GET /plain/x HTTP/1.1\r\nHost: h\r\n" + header.repeat(4) + "\r\n"))
        .startsWith("HTTP/1.1 200 ");
    assertThat(RawClient.exchange(
            gateway.port(), "GET /plain/x HTTP/1.1\r\nHost: h\r\n" + header.repeat(9) + "\r\n"))
        .startsWith("HTTP/1.1 431 ");
  }

  @Test
  void bodies_ofAnyLength_passBothWays() throws Exception {
    for (int length : new int[] {0, 1, 8192, 300_000}) {
      String body = "x".repeat(length);
      String response = RawClient.exchange(
          gateway.port(),
          "POST /plain/echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n\r\n" + body);
      assertThat(unchunked(response)).isEqualTo(body);
    }
    String response = RawClient.exchange(
        gateway.port(),
        "POST /plain/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: cHUNKED\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    assertThat(unchunked(response)).isEqualTo("abcde");
  }

  @Test
  void expectation_of100_isMetByTheGateway() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(
          "POST /plain/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 100 ");
      assertThat(unchunked(client.send("abc").response())).isEqualTo("abc");
    }
  }

  @Test
  void pipelined_requests_areAnsweredInOrder() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(Stream.of("a", "b", "c")
          .map(name -> "GET /edited/head?" + name + " HTTP/1.1\r\nHost: h\r\n\r\n")
          .reduce("", String::concat));
      assertThat(client.response()).contains("head?a");
      assertThat(client.response()).contains("head?b");
      assertThat(client.response()).contains("head?c");
    }
  }

  @Test
  void hopByHopHeaders_ofTheServer_stopAtTheGateway() throws Exception {
    assertThat(RawClient.get(gateway.port(), "/plain/hops"))
        .containsIgnoringCase("x-end: 2")
        .doesNotContainIgnoringCase("x-hop")
        .doesNotContainIgnoringCase("connection:")
        .doesNotContainIgnoringCase("keep-alive");
  }

  @Test
  void answers_withoutABody_endAtTheirHead() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("HEAD /plain/sized HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response(true))
          .startsWith("HTTP/1.1 200 ")
          .containsIgnoringCase("content-length: 3");
      client.send("HEAD /elsewhere HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response(true)).startsWith("HTTP/1.1 404 ");
      client.send("HEAD /plain/echo HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response(true)).startsWith("HTTP/1.1 200 ");
      client.send("GET /plain/nothing HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response())
          .startsWith("HTTP/1.1 204 ")
          .doesNotContainIgnoringCase("transfer-encoding")
          .doesNotContainIgnoringCase("content-length");
      client.send("GET /plain/unchanged HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response())
          .startsWith("HTTP/1.1 304 ")
          .containsIgnoringCase("etag: \"1\"")
          .doesNotContainIgnoringCase("transfer-encoding");
      client.send("GET /plain/cookies HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response())
          .containsIgnoringCase("set-cookie: a=1")
          .containsIgnoringCase("set-cookie: b=2");
    }
  }

  @Test
  void trailers_ofAResponse_areForwarded() throws Exception {
    assertThat(RawClient.get(gateway.port(), "/plain/trailers")).endsWith("0\r\nX-Sum: 42\r\n\r\n");
  }

  @Test
  void anUnknownLength_toAnOldClient_endsWithTheConnection() throws Exception {
    String response = RawClient.exchange(
        gateway.port(),
        "POST /plain/echo HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc");
    assertThat(response)
        .doesNotContainIgnoringCase("transfer-encoding")
        .containsIgnoringCase("connection: close")
        .endsWith("\r\n\r\nabc");
  }

  @Test
  void theHead_ofAStream_doesNotWaitForItsBody() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("GET /plain/stream HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
      assertThat(gateway.active("plain")).isEqualTo(1);
      gateway.awaitTicks(); // at once it would say that nothing more will be sent
    }
  }

  /** A client of HTTP/1.0 knows no chunks. */
  @Test
  void theHead_ofAStreamToAnOldClient_saysNothingOfChunks() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("GET /plain/stream HTTP/1.0\r\nHost: h\r\n\r\n");
      assertThat(client.until("\r\n\r\n")).doesNotContainIgnoringCase("transfer-encoding");
    }
  }

  /** What the server saw of a request with these lines. */
  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1.1"})
  void request_withDifferentLengths_isRefused(String version) throws Exception {
    assertThat(
            RawClient.exchange(
                gateway.port(),
                "POST /plain/x HTTP/" + version
                    + "\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 1\r\nContent-Length: 44\r\n\r\n!"))
        .startsWith("HTTP/" + version + " 400 ");
  }

  @ParameterizedTest
  @CsvSource({"1.2, 200", "1.9, 200", "2.0, 505", "3.0, 505"})
  void version_thatIsNotKnown_isTheNearestOrRefused(String version, int status) throws Exception {
    try (AccessLines log = new AccessLines()) {
      String answer = RawClient.exchange(
          gateway.port(),
          "GET /plain/x HTTP/" + version + "\r\nHost: h\r\nConnection: close\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.").contains(" " + status + " ");
      assertThat(log.await(1).get(0)).contains(" " + status + " ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "TE, close", "close, TE", "x\r\nConnection: Close"})
  void connection_thatTheClientWantsClosed_isClosedAfterTheAnswer(String connection)
      throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("GET /plain/sized HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: "
          + connection + "\r\n\r\n");
      assertThat(client.rest()).containsIgnoringCase("connection: close");
    }
  }

  /** The server may refuse it, or take its time to get ready. */
  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 3", "Transfer-Encoding: chunked"})
  void head_whoseBodyIsLongInComing_isSentAtOnce(String framing) throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("POST /plain/at-once HTTP/1.1\r\nHost: h\r\n" + framing + "\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 403 ");
    }
  }

  private JsonObject seen(String listener, String... lines) throws Exception {
    String response = RawClient.exchange(gateway.gateway().port(listener), RawClient.head(lines));
    assertThat(response).contains(" 200 ");
    return new JsonObject(unchunked(response));
  }

  private static String unchunked(String response) {
    int body = response.indexOf("\r\n\r\n") + 4;
    if (!response.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
      return response.substring(body);
    }
    Buffer all = Buffer.buffer();
    int at = body;
    while (true) {
      int end = response.indexOf("\r\n", at);
      int length = Integer.parseInt(response.substring(at, end), 16);
      if (length == 0) {
        return all.toString();
      }
      all.appendString(response.substring(end + 2, end + 2 + length));
      at = end + 2 + length + 2;
    }
  }
}
