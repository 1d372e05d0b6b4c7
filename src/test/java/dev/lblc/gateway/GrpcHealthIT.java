package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.ServerState;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Active checks of servers that speak HTTP/2, by the health protocol of gRPC or by a request. */
@ExpectedLog("WARN ServiceHealth: server .* unavailable")
final class GrpcHealthIT {
  private static final SelfSigned CERTIFICATE = SelfSigned.of("localhost");

  private final TestGateway gateway = new TestGateway(Engine.LANE);

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
  }

  private void start(JsonObject active, JsonObject service, int port) throws Exception {
    active
        .put("interval", "100ms")
        .put("timeout", active.getString("timeout", "100ms"))
        .put("rise", 1)
        .put("fall", 1);
    service
        .put("http", service.getString("http", "2"))
        .put("health", new JsonObject().put("active", active));
    gateway.service("s", service, port).route("s", new JsonObject()).start(1);
  }

  private void awaitState(ServerState state, String reason) throws Exception {
    Eventually.holds(state + ", " + reason, () -> {
      ServerStatus server = gateway.scheduled("s").status().servers().get(0);
      return server.state() == state && server.stateReason().contains(reason);
    });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void server_ofGrpc_isUpAsLongAsItServes(boolean isSecure) throws Exception {
    JsonObject service = isSecure
        ? new JsonObject().put("tls", new JsonObject().put("verify", false))
        : new JsonObject();
    try (GrpcServer server = new GrpcServer(0, 10, isSecure ? CERTIFICATE : null)) {
      start(new JsonObject().put("grpc", "my.Service"), service, server.port());
      awaitState(ServerState.UP, "answered SERVING");
      assertThat(server.asked()).isEqualTo("\n\nmy.Service".getBytes(StandardCharsets.US_ASCII));
      server.health(new byte[] {8, 2});
      awaitState(ServerState.DOWN, "answered NOT_SERVING");
      server.health(new byte[] {8, 3});
      awaitState(ServerState.DOWN, "answered SERVICE_UNKNOWN");
      server.health(new byte[0]);
      awaitState(ServerState.DOWN, "answered UNKNOWN");
      server.health(new byte[] {8, 4});
      awaitState(ServerState.DOWN, "answered something else than a state");
      server.health(new byte[70_000]);
      awaitState(ServerState.DOWN, "answered something else than a state");
      server.health(null);
      awaitState(ServerState.DOWN, "answered grpc-status 12");
      server.health(new byte[] {8, 1});
      awaitState(ServerState.UP, "answered SERVING");
    }
    awaitState(ServerState.DOWN, "refused");
  }

  @Test
  void server_asAWhole_isAskedAboutWithoutAName() throws Exception {
    try (GrpcServer server = new GrpcServer()) {
      start(new JsonObject().put("grpc", ""), new JsonObject(), server.port());
      awaitState(ServerState.UP, "answered SERVING");
      assertThat(server.asked()).isEmpty();
    }
  }

  /** A request with a path goes by HTTP/2, too: the server knows nothing else. */
  @ParameterizedTest
  @CsvSource({"/good, UP, answered 200", "/bad, DOWN, answered 503", "/none, DOWN, without"})
  void server_ofHttp2Only_isAskedByHttp2(String path, ServerState state, String reason)
      throws Exception {
    int port = gateway.http(new HttpServerOptions().setHttp2ClearTextEnabled(true), request -> {
      boolean isAsItShouldBe = request.version().name().equals("HTTP_2")
          && "check.example.com".equals(String.valueOf(request.authority()))
          && "1".equals(request.getHeader("x-check"));
      request
          .response()
          .setStatusCode(isAsItShouldBe && !path.equals("/bad") ? 200 : 503)
          .end(path.equals("/good") ? "x".repeat(5000) + "fine" : "x");
    });
    start(
        new JsonObject()
            .put("path", path)
            .put("host", "check.example.com")
            .put("headers", new JsonObject().put("x-check", "1"))
            .put("body", "fine"),
        new JsonObject(),
        port);
    awaitState(state, reason);
  }

  @Test
  void server_ofGrpc_isAskedByHttp2EvenIfRequestsAreNot() throws Exception {
    JsonObject service =
        new JsonObject().put("http", "1.1").put("tls", new JsonObject().put("verify", false));
    try (GrpcServer server = new GrpcServer(0, 10, CERTIFICATE)) {
      start(new JsonObject().put("grpc", ""), service, server.port());
      awaitState(ServerState.UP, "answered SERVING");
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          grpc | 2   | the server speaks HTTP/1.1, and gRPC needs HTTP/2
          path | 2   | the server speaks HTTP/1.1, and "http" of the service is "2"
          path | 1.1 | the server speaks HTTP/2, and "http" of the service is "1.1"
          """)
  void server_ofTheOtherVersion_isDownWithThatReason(String asked, String http, String reason)
      throws Exception {
    boolean isOfHttp1 = http.equals("2");
    int port = gateway.tcp(socket -> socket.handler(octets -> socket.write(
        isOfHttp1
            ? Buffer.buffer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            : Buffer.buffer(new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1}))));
    start(
        new JsonObject().put(asked, asked.equals("grpc") ? "" : "/"),
        new JsonObject().put("http", http),
        port);
    awaitState(ServerState.DOWN, reason);
  }

  @Test
  void server_thatSaysNothing_isDownAfterTheTimeout() throws Exception {
    try (RawServer server = new RawServer()) {
      start(new JsonObject().put("grpc", ""), new JsonObject(), server.port());
      awaitState(ServerState.DOWN, "no answer within 100 ms");
    }
  }
}
