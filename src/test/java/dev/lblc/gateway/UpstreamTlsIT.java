package dev.lblc.gateway;

import static dev.lblc.gateway.TlsServer.TLS_1_2;
import static dev.lblc.gateway.TlsServer.TLS_1_3;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.Authority;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.NameServer;
import dev.lblc.testing.Ports;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS to HTTP servers: that it comes about with those that are meant, and how its connections are used and end. */
@ParameterizedClass(name = "engine {0}")
@EnumSource
final class UpstreamTlsIT {
  private static final Authority AUTHORITY = Authority.named("authority");
  private static final Authority.Issued CERTIFICATE = AUTHORITY.issue("127.0.0.1", "localhost");
  private static final Authority CLIENTS = Authority.named("clients");
  /** The first handshake of a process takes long. */
  private static final JsonObject PATIENT = ConfigJson.timeouts("connect", "20s");

  /** More than all buffers on the way take; AES is slow where only the first compiler works. */
  private static final int MUCH = 24 << 20;

  private static final String END = "\r\n\r\n";
  private static final String GET = "GET /s/1 HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final TestGateway gateway;
  private final CompletableFuture<HttpServerRequest> held = new CompletableFuture<>();

  UpstreamTlsIT(Engine engine) {
    gateway = new TestGateway(engine);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void connection_servesOneRequestAfterAnother(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version)) {
      start(trusted(), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(GET);
        try (RawClient served = server.accept()) {
          assertThat(served.until(END)).startsWith("GET /s/1 HTTP/1.1\r\n");
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
          client.send("POST /s/2 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
          assertThat(served.until("\r\n\r\n", "body")).startsWith("POST /s/2 HTTP/1.1\r\n");
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1,          , 127.0.0.1,          ",
    "localhost,          , localhost, localhost",
    "127.0.0.1, a.example, a.example, a.example",
    "127.0.0.1, b.a.test , *.a.test , b.a.test",
    "127.0.0.1, 127.0.0.9, 127.0.0.9,          "
  })
  void server_withACertificateForItsName_isSentThatName(
      String host, String serverName, String certified, String sent) throws Exception {
    try (TlsServer server = new TlsServer(AUTHORITY.issue(certified))) {
      gateway.service(
          "s",
          new JsonObject()
              .put("tls", serverName == null ? trusted() : trusted().put("serverName", serverName))
              .put("servers", new JsonArray().add(at(host, server.port()))));
      gateway.route("s", PATIENT);
      gateway.start(1);
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(GET);
        try (RawClient served = server.secured()) {
          assertThat(server.sent()).isEqualTo(sent == null ? "" : sent);
          served.until(END);
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"*.a.test, 200", "a_b.a.test, 200", "*.b.test, 502"})
  void serverName_withAnUnderscore_isSentAndCompared(String certified, int status)
      throws Exception {
    Program.require("openssl");
    Authority.Issued right = AUTHORITY.issue(certified);
    Authority.Issued wrong = AUTHORITY.issue("other.test");
    int port = Ports.free();
    try (Program server = Program.serving(
        port,
        "openssl",
        "s_server",
        "-accept",
        "127.0.0.1:" + port,
        "-www",
        "-cert",
        wrong.certificate().toString(),
        "-key",
        wrong.key().toString(),
        "-servername",
        "a_b.a.test",
        "-servername_fatal",
        "-cert2",
        right.certificate().toString(),
        "-key2",
        right.key().toString())) {
      assertThat(server.isRunning()).isTrue();
      start(trusted().put("serverName", "a_b.a.test"), port);
      try (UpstreamTlsLines lines = new UpstreamTlsLines()) {
        assertThat(RawClient.get(gateway.port(), "/s/1")).startsWith("HTTP/1.1 " + status);
        assertThat(lines.soFar()).hasSize(status == 200 ? 0 : 1);
      }
    }
  }

  @Test
  void serverThatDiscoveryFinds_hasTheNameThatWasAskedFor() throws Exception {
    try (NameServer names = new NameServer();
        TlsServer server = new TlsServer(AUTHORITY.issue("models.test"))) {
      names.addresses("models.test", 60, "127.0.0.1");
      gateway
          .dns(names.address(), "3s")
          .service(
              "s",
              new JsonObject()
                  .put("tls", trusted())
                  .put("servers", new JsonArray())
                  .put(
                      "discovery",
                      new JsonObject().put("dns", "models.test.").put("port", server.port())));
      gateway.route("s", PATIENT);
      gateway.start(1);
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(GET);
        try (RawClient served = server.secured()) {
          assertThat(server.sent()).isEqualTo("models.test");
          served.until(END);
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @Test
  void server_thatIsNotVerified_mayHaveAnyCertificate() throws Exception {
    try (TlsServer server = new TlsServer(Authority.named("other").issue("elsewhere.test"))) {
      start(new JsonObject().put("verify", false), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(GET);
        try (RawClient served = server.accept()) {
          served.until(END);
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @Test
  void trust_leftOut_isThatOfTheJdkWhichDoesNotKnowTheAuthority() throws Exception {
    int port = gateway.http(
        new HttpServerOptions().setSsl(true).setKeyCertOptions(CERTIFICATE.options()),
        request -> request.response().end("ok"));
    start(new JsonObject(), port);
    try (UpstreamTlsLines lines = new UpstreamTlsLines()) {
      assertThat(RawClient.get(gateway.port(), "/s/1"))
          .contains("server certificate of unknown authority");
      assertThat(lines.soFar()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void certificate_isShownToAServerThatAsks(String version) throws Exception {
    try (TlsServer server =
        new TlsServer(CERTIFICATE, CLIENTS.bundle().toTrustManager(), version)) {
      start(withKey(CLIENTS.issue("gateway")), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(GET);
        try (RawClient served = server.secured()) {
          assertThat(TlsServer.client(served)).isEqualTo("CN=gateway");
          served.until(END);
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void certificate_isShownThoughTheServerNamesOtherAuthorities(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, new NamesOthers(), version)) {
      start(withKey(CLIENTS.issue("gateway")), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(GET);
        try (RawClient served = server.secured()) {
          assertThat(TlsServer.client(served)).isEqualTo("CN=gateway");
          served.until(END);
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @Test
  void keyUpdate_onAnIdleConnection_leavesIt() throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, TLS_1_3)) {
      start(trusted(), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(GET);
        try (RawClient served = server.accept()) {
          served.until(END);
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
          ((SSLSocket) served.socket()).startHandshake();
          client.send(GET);
          served.until(END);
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
          assertThat(server.hasMore()).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void session_isResumed(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version)) {
      start(trusted(), server.port());
      for (int i = 0; i < 3; i++) {
        try (RawClient client = new RawClient(gateway.port())) {
          client.send(GET);
          try (RawClient served = server.accept()) {
            served.until(END);
            served.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            assertThat(client.response()).endsWith("ok");
          }
        }
      }
      assertThat(server.shown()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void serverThatClosesAfterItsAnswer_isConnectedToAgain(boolean isSaid) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE)) {
      start(trusted(), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        for (int i = 0; i < 20; i++) {
          client.send(GET);
          try (RawClient served = server.accept()) {
            served.until(END);
            served.send(OK);
            if (isSaid) {
              served.leave();
            } else {
              served.vanish();
            }
          }
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @Test
  void answer_thatEndsWithItsConnection_isWholeWithACloseNotifyOnly() throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE);
        AccessLines log = new AccessLines()) {
      start(trusted(), server.port());
      for (boolean isSaid : new boolean[] {true, false}) {
        try (RawClient client = new RawClient(gateway.port())) {
          client.send("GET /s/1 HTTP/1.0\r\n\r\n");
          try (RawClient served = server.accept()) {
            served.until(END);
            served.send("HTTP/1.1 200 OK\r\n\r\nall of it");
            assertThat(client.until("all of it")).contains(" 200 OK");
            if (isSaid) {
              served.leave();
            } else {
              served.vanish();
            }
            assertThat(client.rest()).isEqualTo(isSaid ? "" : "<reset>");
          }
        }
        assertThat(log.await(1).get(0))
            .endsWith(isSaid ? " -" : " server closed the connection in mid-answer");
        log.clear();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void bodies_ofMuch_passBothWays(String version) throws Exception {
    int port = gateway.http(
        new HttpServerOptions()
            .setSsl(true)
            .setEnabledSecureTransportProtocols(Set.of(version))
            .setKeyCertOptions(CERTIFICATE.options()),
        request -> request.response().setChunked(true).send(request));
    start(trusted(), port);
    byte[] body = new byte[1 << 20];
    new Random(1).nextBytes(body);
    HttpClient client = gateway.vertx.createHttpClient();
    for (int i = 0; i < 2; i++) {
      byte[] echo = client
          .request(HttpMethod.POST, gateway.port(), "127.0.0.1", "/s/1")
          .compose(request -> request.send(Buffer.buffer(body)))
          .compose(HttpClientResponse::body)
          .await(60, SECONDS)
          .getBytes();
      assertThat(Arrays.equals(echo, body)).isTrue();
    }
  }

  @Test
  void server_whoseClientDoesNotRead_isHeldBack() throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE)) {
      start(trusted(), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(GET);
        try (RawClient served = server.accept()) {
          served.until(END);
          served.send("HTTP/1.1 200 OK\r\nContent-Length: " + MUCH + END);
          Flood flood = Flood.into(served, MUCH);
          Flood.awaitStall(List.of(flood));
          assertThat(flood.sent()).isLessThan(MUCH);
          client.until(END);
          client.exactly(MUCH);
          flood.awaitEnd();
          assertThat(flood.sent()).isEqualTo(MUCH);
        }
      }
    }
  }

  @Test
  void webSocket_isATunnelToo() throws Exception {
    int port = gateway.http(
        new HttpServerOptions().setSsl(true).setKeyCertOptions(CERTIFICATE.options()),
        request -> request
            .toWebSocket()
            .onSuccess(socket -> socket.textMessageHandler(socket::writeTextMessage)));
    start(trusted(), port);
    CompletableFuture<String> echo = new CompletableFuture<>();
    WebSocketClient client = gateway.vertx.createWebSocketClient();
    WebSocket socket = client.connect(gateway.port(), "127.0.0.1", "/s/1").await(10, SECONDS);
    socket.textMessageHandler(echo::complete).writeTextMessage("hello").await(10, SECONDS);
    assertThat(echo.get(10, SECONDS)).isEqualTo("hello");
    assertThat(gateway.active("s")).isEqualTo(1);
    socket.close().await(10, SECONDS);
    client.close().await(10, SECONDS); // which also keeps it until now
    gateway.awaitIdle();
  }

  @Test
  void trust_changed_isThatOfNewRequestsOnly(@TempDir Path folder) throws Exception {
    Path trust = Files.copy(AUTHORITY.certificate(), folder.resolve("ca.pem"));
    int wrong = gateway.http(
        new HttpServerOptions().setSsl(true).setKeyCertOptions(CERTIFICATE.options()), request -> {
          if (request.path().endsWith("/held")) {
            held.complete(request);
          } else {
            request.response().end(request.connection().remoteAddress().toString());
          }
        });
    JsonObject listener = ConfigJson.listener("127.0.0.1", 0);
    JsonObject route = ConfigJson.route("s").mergeIn(PATIENT);
    gateway.service(
        "s", new JsonObject().put("tls", new JsonObject().put("trust", trust.toString())), wrong);
    gateway.listener(listener).route(route).start(1);
    String first = RawClient.get(gateway.port(), "/1");
    assertThat(RawClient.get(gateway.port(), "/1")).isEqualTo(first);

    assertThat(
            gateway.apply(List.of(listener), List.of(route)).await(10, SECONDS).services())
        .isEmpty();
    assertThat(RawClient.get(gateway.port(), "/1")).as("the same connection").isEqualTo(first);
    try (RawClient client = new RawClient(gateway.port());
        UpstreamTlsLines lines = new UpstreamTlsLines()) {
      client.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
      HttpServerRequest begun = held.get(10, SECONDS);
      Files.writeString(trust, Authority.named("other").text());
      assertThat(gateway
              .apply(List.of(listener), List.of(route))
              .await(10, SECONDS)
              .services())
          .containsExactly("s");
      assertThat(RawClient.get(gateway.port(), "/1"))
          .startsWith("HTTP/1.1 502 ")
          .contains("server certificate of unknown authority");
      begun.response().end("held");
      assertThat(client.response()).endsWith("held");
      assertThat(RawClient.get(gateway.port(), "/1")).startsWith("HTTP/1.1 502 ");
      assertThat(lines.soFar()).hasSize(2);
    }
    Files.writeString(trust, AUTHORITY.text());
    assertThat(
            gateway.apply(List.of(listener), List.of(route)).await(10, SECONDS).services())
        .containsExactly("s");
    assertThat(RawClient.get(gateway.port(), "/1")).startsWith("HTTP/1.1 200 ").isNotEqualTo(first);
  }

  @Test
  void trust_thatCannotBeRead_changesNothing(@TempDir Path folder) throws Exception {
    Path trust = Files.copy(AUTHORITY.certificate(), folder.resolve("ca.pem"));
    int port = gateway.http(
        new HttpServerOptions().setSsl(true).setKeyCertOptions(CERTIFICATE.options()),
        request -> request.response().end("ok"));
    JsonObject listener = ConfigJson.listener("127.0.0.1", 0);
    JsonObject route = ConfigJson.route("s").mergeIn(PATIENT);
    gateway.service(
        "s", new JsonObject().put("tls", new JsonObject().put("trust", trust.toString())), port);
    gateway.listener(listener).route(route).start(1);
    Files.writeString(trust, "nothing");
    assertThatThrownBy(() -> gateway.apply(List.of(listener), List.of(route)).await(10, SECONDS))
        .hasMessage("service s: tls: " + trust + " has no certificate in PEM");
    assertThat(RawClient.get(gateway.port(), "/1")).endsWith("ok");
  }

  /** Takes any certificate, and names an authority that has not issued it. */
  private static final class NamesOthers extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[] {AUTHORITY.bundle().getCertificate()};
    }
  }

  private static JsonObject at(String host, int port) {
    return new JsonObject().put("id", "s-0").put("host", host).put("port", port);
  }

  private static JsonObject withKey(Authority.Issued own) {
    return trusted()
        .put("certificate", own.certificate().toString())
        .put("key", own.key().toString());
  }

  private static JsonObject trusted() {
    return new JsonObject().put("trust", AUTHORITY.certificate().toString());
  }

  private void start(JsonObject tls, int... ports) throws Exception {
    gateway.service("s", new JsonObject().put("tls", tls), ports);
    gateway.route("s", PATIENT);
    gateway.listener(new JsonObject().put("accessLog", true)).start(1);
  }
}
