package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.plugin.Strategies;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EarlyHealthTest {
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void nodeOfACluster_saysThatItLives_andFreesThePort() throws Exception {
    int port = Ports.free();
    EarlyHealth health = EarlyHealth.open(config(port, true));
    assertThat(status(port, "/health/live")).isEqualTo(200);
    assertThat(status(port, "/health/ready")).isEqualTo(503);
    assertThat(status(port, "/metrics")).isEqualTo(503);
    health.close();
    try (ServerSocket next = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(next.isBound()).isTrue();
    }
  }

  @Test
  void portThatIsTaken_isLeftToTheStart() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      EarlyHealth health = EarlyHealth.open(config(taken.getLocalPort(), true));
      health.close();
      assertThat(taken.isBound()).isTrue();
    }
  }

  @Test
  void gatewayWithoutACluster_waitsForNobody() throws Exception {
    int port = Ports.free();
    EarlyHealth health = EarlyHealth.open(config(port, false));
    try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(free.isBound()).isTrue();
    }
    health.close();
  }

  private int status(int port, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
        .statusCode();
  }

  private static GatewayConfig config(int admin, boolean isCluster) throws Exception {
    JsonObject server =
        new JsonObject().put("id", "s1").put("host", "127.0.0.1").put("port", 80);
    JsonObject images =
        new JsonObject().put("strategy", "lblc").put("servers", new JsonArray().add(server));
    JsonObject json = new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", 0)))
        .put("routes", new JsonArray().add(ConfigJson.route("images")))
        .put("services", new JsonObject().put("images", images))
        .put("cluster", new JsonObject().put("enabled", isCluster))
        .put(
            "admin",
            new JsonObject().put("host", "127.0.0.1").put("port", admin).put("token", "secret"));
    return ConfigReader.readText("gateway.json", json.encode(), Strategies.ofClassPath(), Map.of());
  }
}
