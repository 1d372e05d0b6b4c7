package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.ServerState;
import dev.lblc.testing.Authority;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers with TLS that are said to speak HTTP/2, and do not agree on it. */
@ExpectedLog({"WARN ServiceHealth: server .* unavailable", "WARN UpstreamTlsFailures: "})
final class Http2AlpnIT {
  private static final Authority AUTHORITY = Authority.named("authority");
  private static final byte[] NO_APPLICATION_PROTOCOL = {21, 3, 1, 0, 2, 2, 120};

  private final TestGateway gateway = new TestGateway(Engine.LANE);

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @ParameterizedTest
  @CsvSource({"true, alert no_application_protocol", "false, it chose no protocol"})
  void server_thatDoesNotAgree_isToldOfInWordsOfTheConfiguration(boolean hasAlert, String came)
      throws Exception {
    int port = hasAlert
        ? gateway.tcp(
            socket -> socket.handler(hello -> socket.end(Buffer.buffer(NO_APPLICATION_PROTOCOL))))
        : gateway.http(
            new HttpServerOptions()
                .setSsl(true)
                .setKeyCertOptions(AUTHORITY.issue("127.0.0.1").options()),
            request -> request.response().end());
    JsonObject service = new JsonObject()
        .put("http", "2")
        .put("tls", new JsonObject().put("trust", AUTHORITY.certificate().toString()));
    JsonObject active = new JsonObject().put("interval", "100ms").put("fall", 1).put("path", "/");
    gateway
        .service("s", service, port)
        .service(
            "checked", service.copy().put("health", new JsonObject().put("active", active)), port);
    for (String protocol : List.of("http", "tcp")) {
      boolean isHttp = protocol.equals("http");
      gateway
          .listener(new JsonObject()
              .put("name", protocol)
              .put("protocol", protocol)
              .put("accessLog", true))
          .route((isHttp ? ConfigJson.route("s") : ConfigJson.route("s", "{client.ip}"))
              .put("listener", protocol)
              .mergeIn(ConfigJson.timeouts("connect", "20s")));
    }
    gateway.start(1);
    String words = "no TLS: the server does not agree on a version of HTTP: \"http\" of the service"
        + " is \"2\", and the server speaks no HTTP/2 (ALPN): " + came;
    String reason = "server speaks another HTTP version";
    try (AccessLines access = new AccessLines();
        UpstreamTlsLines log = new UpstreamTlsLines()) {
      assertThat(RawClient.get(gateway.gateway().port("http"), "/s"))
          .startsWith("HTTP/1.1 502 ")
          .endsWith(reason + "\n");
      try (RawClient client = new RawClient(gateway.gateway().port("tcp"))) {
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      assertThat(access.await(2)).allMatch(line -> line.endsWith(reason));
      assertThat(log.await(2))
          .containsOnly("WARN service s: server s-0 does not get this request: " + words);
      assertThat(gateway.gateway().counts().upstreamTlsFailures())
          .containsEntry(List.of("s", "no_common_alpn"), 2L);
    }
    Eventually.holds("the check says so, too", () -> {
      ServerStatus server = gateway.scheduled("checked").status().servers().get(0);
      return server.state() == ServerState.DOWN && server.stateReason().contains(words);
    });
  }
}
