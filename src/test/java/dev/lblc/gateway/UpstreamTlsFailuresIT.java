package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.net.Sockets;
import dev.lblc.scheduler.ServerState;
import dev.lblc.testing.Authority;
import dev.lblc.testing.ConfigJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers with which no TLS comes about: what clients see, what log and metrics say, and what becomes of the servers. */
@ParameterizedClass(name = "by {0}")
@EnumSource
final class UpstreamTlsFailuresIT {
  private static final String REQUEST =
      "GET /%s/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  private static final byte ALERT = 21;
  private static final byte FATAL = 2;
  private static final byte PROTOCOL_VERSION = 70;
  private static final byte NO_APPLICATION_PROTOCOL = 120;
  private static final Authority AUTHORITY = Authority.named("authority");
  private static final Authority OTHER = Authority.named("other");
  private static final Instant THEN = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant LATER = Instant.parse("2120-01-01T00:00:00Z");

  /** What passes the bytes on. */
  enum Way {
    LANE,
    VERTX,
    TCP
  }

  /** A server that does something wrong. */
  enum Wrong {
    NAME("wrong_name", 502, "server certificate for another name", "No subject alternative"),
    NO_NAME("wrong_name", 502, "server certificate for another name", "No subject alternative"),
    EXPIRED("expired", 502, "server certificate expired", "NotAfter"),
    NOT_YET("expired", 502, "server certificate expired", "NotBefore"),
    AUTHORITY_OF_OTHERS(
        "unknown_ca",
        502,
        "server certificate of unknown authority",
        "not of an authority that is trusted"),
    OF_CLIENTS(
        "bad_certificate",
        502,
        "server certificate not acceptable",
        "Extended key usage does not permit"),
    REFUSES("refused", 502, "server refused TLS", "alert (bad_certificate|handshake_failure)"),
    REFUSES_LATE(
        "refused", 502, "server refused TLS", "alert (certificate_required|bad_certificate)"),
    WANTS_ALPN(
        "no_common_alpn",
        502,
        "server speaks another HTTP version",
        "where \"http\" of the service is \"2\": alert no_application_protocol"),
    SPEAKS_TLS_1_1("refused", 502, "server refused TLS", "alert protocol_version"),
    SPEAKS_CLEAR_TEXT("not_tls", 502, "server does not speak TLS", "is no TLS"),
    IS_SILENT("timeout", 504, "TLS handshake with server timed out", "in time"),
    ENDS("closed", 502, "TLS handshake with server failed", "closed the connection within"),
    RESETS("closed", 502, "TLS handshake with server failed", "closed the connection within");

    private final String label;
    private final int status;
    private final String reason;
    private final String words;

    Wrong(String label, int status, String reason, String words) {
      this.label = label;
      this.status = status;
      this.reason = reason;
      this.words = words;
    }
  }

  private final Way way;
  private final TestGateway gateway;

  UpstreamTlsFailuresIT(Way way) {
    this.way = way;
    this.gateway = new TestGateway(way == Way.VERTX ? Engine.VERTX : Engine.LANE);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @ParameterizedTest
  @EnumSource
  void server_withoutTls_isToldApartAndAnotherOneIsTried(Wrong wrong) throws Exception {
    int well = server(AUTHORITY.issue("127.0.0.1"), new HttpServerOptions());
    int bad = port(wrong);
    JsonObject tls = new JsonObject().put("trust", AUTHORITY.certificate().toString());
    gateway.service("alone", service(tls), bad);
    // Of servers that are alike the last one is taken first.
    gateway.service("both", service(tls), well, bad);
    for (String service : List.of("alone", "both")) {
      gateway
          .listener(listener(service))
          .route((way == Way.TCP
                  ? ConfigJson.route(service, "{client.ip}")
                  : ConfigJson.route(service))
              .put("listener", service)
              .put(
                  "timeouts",
                  new JsonObject().put("connect", wrong == Wrong.IS_SILENT ? "1s" : "20s")));
    }
    gateway.start(1);
    try (AccessLines access = new AccessLines();
        UpstreamTlsLines log = new UpstreamTlsLines()) {
      String answer = ask("alone");
      if (way == Way.TCP) {
        assertThat(answer).isEqualTo("<reset>");
      } else {
        assertThat(answer).startsWith("HTTP/1.1 " + wrong.status).contains(wrong.reason);
      }
      assertThat(access.await(1).get(0)).endsWith(" alone alone-0 placed " + wrong.reason);
      assertThat(log.await(1).get(0))
          .startsWith("WARN service alone: server alone-0 does not get this request: no TLS: ")
          .containsPattern(wrong.words);
      assertThat(failures()).isEqualTo(Map.of(List.of("alone", wrong.label), 1L));

      boolean isTold =
          way == Way.TCP && wrong == Wrong.REFUSES_LATE; // when the client's bytes have gone
      assertThat(ask("both")).matches(isTold ? "<reset>" : "(?s)HTTP/1.1 200 .*well");
      assertThat(failures()).containsEntry(List.of("both", wrong.label), 1L);
      ask("alone");
      assertThat(gateway.scheduled("alone").status().servers().get(0).state())
          .as("the only one stays")
          .isEqualTo(ServerState.UP);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NAME", "REFUSES_LATE"})
  void server_withoutTlsAgainAndAgain_isEjected(Wrong wrong) throws Exception {
    int well = server(AUTHORITY.issue("127.0.0.1"), new HttpServerOptions());
    JsonObject tls = new JsonObject().put("trust", AUTHORITY.certificate().toString());
    JsonObject health = new JsonObject()
        .put(
            "passive",
            new JsonObject().put("failures", 2).put("on", List.of("connect")).put("eject", "1h"));
    gateway.service("both", service(tls).put("health", health), well, port(wrong));
    gateway
        .listener(listener("both"))
        .route((way == Way.TCP ? ConfigJson.route("both", "{client.ip}") : ConfigJson.route("both"))
            .put("listener", "both")
            .mergeIn(ConfigJson.timeouts("connect", "20s")));
    gateway.start(1);
    try (UpstreamTlsLines log = new UpstreamTlsLines()) {
      ask("both");
      ask("both");
      assertThat(log.soFar()).hasSize(2);
      assertThat(gateway.scheduled("both").status().servers())
          .filteredOn(server -> server.state() == ServerState.EJECTED)
          .singleElement()
          .satisfies(server ->
              assertThat(server.stateReason()).startsWith("2 failed connects in a row, ejected"));
      assertThat(ask("both")).endsWith("well");
    }
  }

  private Map<List<String>, Long> failures() {
    Map<List<String>, Long> all = gateway.gateway().counts().upstreamTlsFailures();
    Set<List<String>> none = new HashSet<>(all.keySet());
    none.removeIf(key -> all.getOrDefault(key, 0L) > 0);
    all.keySet().removeAll(none);
    return all;
  }

  private String ask(String service) throws Exception {
    try (RawClient client = new RawClient(gateway.gateway().port(service))) {
      client.send(REQUEST.formatted(service));
      return client.rest();
    } catch (SocketException e) { // a TCP route has its server, or none, before its client speaks
      assertThat(way).as(e.getMessage()).isEqualTo(Way.TCP);
      return "<reset>";
    }
  }

  private static JsonObject service(JsonObject tls) {
    return new JsonObject().put("tls", tls);
  }

  private JsonObject listener(String name) {
    JsonObject listener = new JsonObject().put("name", name).put("accessLog", true);
    return way == Way.TCP ? listener.put("protocol", "tcp") : listener;
  }

  private int port(Wrong wrong) throws Exception {
    return switch (wrong) {
      case NAME -> server(AUTHORITY.issue("elsewhere.test", "127.0.0.2"), new HttpServerOptions());
      case NO_NAME -> server(AUTHORITY.issue("elsewhere.test"), new HttpServerOptions());
      case EXPIRED ->
        server(
            AUTHORITY.issue("127.0.0.1", THEN, THEN.plus(Duration.ofDays(9))),
            new HttpServerOptions());
      case NOT_YET ->
        server(
            AUTHORITY.issue("127.0.0.1", LATER, LATER.plus(Duration.ofDays(9))),
            new HttpServerOptions());
      case AUTHORITY_OF_OTHERS -> server(OTHER.issue("127.0.0.1"), new HttpServerOptions());
      case OF_CLIENTS -> server(AUTHORITY.issueForClients("127.0.0.1"), new HttpServerOptions());
      case REFUSES -> server(AUTHORITY.issue("127.0.0.1"), asking("TLSv1.2"));
      case REFUSES_LATE -> server(AUTHORITY.issue("127.0.0.1"), asking("TLSv1.3"));
      case WANTS_ALPN -> gateway.tcp(socket -> refuse(socket, NO_APPLICATION_PROTOCOL));
      case SPEAKS_TLS_1_1 -> gateway.tcp(socket -> refuse(socket, PROTOCOL_VERSION));
      case SPEAKS_CLEAR_TEXT -> gateway.http(request -> request.response().end("clear"));
      case IS_SILENT -> gateway.tcp(socket -> socket.exceptionHandler(givenUp -> {}));
      case ENDS -> gateway.tcp(NetSocket::close);
      case RESETS -> gateway.tcp(UpstreamTlsFailuresIT::reset);
    };
  }

  private static HttpServerOptions asking(String version) {
    return new HttpServerOptions()
        .setEnabledSecureTransportProtocols(Set.of(version))
        .setClientAuth(ClientAuth.REQUIRED)
        .setTrustOptions(OTHER.trust());
  }

  private int server(Authority.Issued certificate, HttpServerOptions options) throws Exception {
    return gateway.http(
        options.setSsl(true).setKeyCertOptions(certificate.options()),
        request -> request.response().end("well"));
  }

  /** Answers a ClientHello with a fatal alert. */
  private static void refuse(NetSocket socket, byte alert) {
    socket.handler(
        hello -> socket.end(Buffer.buffer(new byte[] {ALERT, 3, 1, 0, 2, FATAL, alert})));
  }

  private static void reset(NetSocket socket) {
    socket.handler(hello -> Sockets.reset(((ConnectionBase) socket).channel()));
  }
}
