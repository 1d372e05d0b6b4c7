package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.tcp;
import static dev.lblc.testing.ConfigJson.timeouts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.Reason;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How a client's connection gets one to a server, or none. */
@ParameterizedClass(name = "transport {0}")
@EnumSource(names = {"NIO", "EPOLL"})
@ExpectedLog("WARN ServiceHealth: server .* unavailable")
final class TcpConnectIT {
  private final TestGateway gateway;

  TcpConnectIT(SocketTransport transport) {
    gateway = new TestGateway(transport);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @Test
  void connect_thatFails_isTriedOnAnotherServer() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      gateway
          .service("s", server.port(), Ports.free())
          .listener(tcp())
          .route(route(new JsonObject()))
          .start();
      for (int i = 0; i < 3; i++) {
        try (RawClient client = new RawClient(gateway.port());
            RawClient served = server.accept()) {
          served.send("here").endOutput();
          client.endOutput();
          assertThat(client.rest()).isEqualTo("here");
        }
      }
      assertThat(log.await(3))
          .allMatch(line -> line.matches(
              "127\\.0\\.0\\.1 TCP :[0-9]+ - 0 4 [0-9.]+ s s-0 (unavailable|placed|hit) -"));
      assertThat(gateway.scheduled("s").status().decisions().get(Reason.UNAVAILABLE))
          .isPositive();
    }
  }

  @Test
  void connect_thatFailsEverywhere_resetsTheClient() throws Exception {
    try (AccessLines log = new AccessLines()) {
      gateway
          .service("s", Ports.free(), Ports.free())
          .listener(tcp())
          .route(route(new JsonObject()))
          .start();
      try (RawClient client = new RawClient(gateway.port())) {
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      assertThat(log.await(1).get(0)).endsWith(" unavailable connect failed");
    }
  }

  @Test
  void connect_thatIsNotAnswered_timesOutAndIsTriedOnAnotherServer() throws Exception {
    try (DeafServer deaf = new DeafServer();
        RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      gateway
          .service("s", server.port(), deaf.port())
          .listener(tcp())
          .route(route(timeouts("connect", "200ms")))
          .start();
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        served.endOutput();
        client.endOutput();
        assertThat(client.rest()).isEmpty();
      }
      assertThat(log.await(1).get(0)).endsWith(" s-0 unavailable -");
    }
  }

  @Test
  void server_thatIsNotThere_resetsTheClient() throws Exception {
    try (AccessLines log = new AccessLines()) {
      gateway.service("s").listener(tcp()).route(route(new JsonObject())).start();
      try (RawClient client = new RawClient(gateway.port())) {
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      assertThat(log.await(1).get(0)).endsWith(" s - - no server available");
    }
  }

  @Test
  void connect_thatFails_isRetriedAsOftenAsTheRouteSays() throws Exception {
    gateway
        .service("s", Ports.free(), Ports.free(), Ports.free(), Ports.free())
        .listener(tcp())
        .route(route(new JsonObject().put("retries", 2)))
        .start();
    try (RawClient client = new RawClient(gateway.port())) {
      assertThat(client.rest()).isEqualTo("<reset>");
    }
    assertThat(decisions()).isEqualTo(3);
  }

  @Test
  void server_whoseConnectsFailInARow_isEjected() throws Exception {
    JsonObject passive = new JsonObject().put("failures", 2).put("eject", "10m");
    int port = Ports.free();
    gateway
        .service(
            "s",
            new JsonObject()
                .put("health", new JsonObject().put("passive", passive))
                .put("options", new JsonObject().put("ties", "kernel")),
            Ports.free(), // not used: among equals the last one is taken
            port)
        .listener(tcp())
        .route(route(new JsonObject().put("retries", 0)))
        .start();
    expectRefused();
    try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        RawClient client = new RawClient(gateway.port());
        RawClient served = new RawClient(server.accept())) {
      served.endOutput();
      assertThat(client.rest()).isEmpty();
    }
    expectRefused();
    assertThat(isAvailable())
        .as("after one failure, a success and another failure")
        .isTrue();
    expectRefused();
    assertThat(isAvailable()).as("after two failures in a row").isFalse();
  }

  private void expectRefused() throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      assertThat(client.rest()).isEqualTo("<reset>");
    }
  }

  private boolean isAvailable() {
    return gateway.scheduled("s").status().servers().stream().allMatch(ServerStatus::available);
  }

  private long decisions() {
    return gateway.scheduled("s").status().decisions().values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private static JsonObject route(JsonObject more) {
    return ConfigJson.route("s", "{local.ip}").mergeIn(more);
  }
}
