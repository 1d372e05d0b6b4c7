package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of servers with health checks, which a gateway with the heap of {@code conf/jvm.options} makes on time. */
@Tag("alone")
@EnabledIfSystemProperty(
    named = "lblc.checked.servers",
    matches = "\\d+",
    disabledReason = "-Plong, or -Dlblc.checked.servers=5000")
final class ManyChecksIT {
  private static final int SERVERS = Integer.getInteger("lblc.checked.servers", 5_000);
  private static final int OF_A_SERVICE = 20;
  private static final int INTERVAL_SECONDS = 2;
  private static final int SECONDS = 20;
  private static final int MOST_HEAP_MIB = 128;
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final AtomicLong checks = new AtomicLong();
  private final AtomicLong givenUp = new AtomicLong();

  @Test
  void servers_areCheckedOnTime_andTheHeapStaysSmall(@TempDir Path folder) throws Exception {
    int admin = Ports.free(1).get(0);
    Path file = folder.resolve("gateway.json");
    try (ServerSocket server = new ServerSocket(0, 1_000)) {
      Thread answering = new Thread(() -> answer(server), "server of checks");
      answering.setDaemon(true);
      answering.start();
      Files.writeString(file, config(server.getLocalPort(), admin).encode());
      try (JavaProcess gateway = JavaProcess.launchAsUsersDo(
              List.of(), "ready: ", "run", file.toString())
          .awaitReady()) {
        Eventually.passes(
            "all are checked",
            Duration.ofSeconds(60),
            () -> assertThat(checked(admin)).isEqualTo(SERVERS));
        long before = checks.get();
        TimeUnit.SECONDS.sleep(SECONDS); // what is measured
        long perSecond = (checks.get() - before) / SECONDS;
        int heap = gateway.heapMib();
        System.out.printf(
            "ManyChecksIT: %d servers, %d checks a second, %d given up since the start, heap %d MiB, resident %d MiB%n",
            SERVERS, perSecond, givenUp.get(), heap, gateway.residentMib());
        assertThat(perSecond)
            .isBetween(SERVERS * 9L / 10 / INTERVAL_SECONDS, SERVERS * 11L / 10 / INTERVAL_SECONDS);
        assertThat(heap).isLessThan(MOST_HEAP_MIB);
        assertThat(checked(admin)).isEqualTo(SERVERS);
      }
    }
  }

  /** Each server has an address of its own on the loopback network; one socket answers at all of them. */
  private static JsonObject config(int port, int admin) {
    JsonObject active = new JsonObject().put("path", "/").put("interval", INTERVAL_SECONDS + "s");
    JsonObject services = new JsonObject();
    for (int service = 0; service < SERVERS / OF_A_SERVICE; service++) {
      JsonArray servers = new JsonArray();
      for (int i = 1; i <= OF_A_SERVICE; i++) {
        String host = "127.%d.%d.%d".formatted(1 + service / 250, service % 250, i);
        servers.add(new JsonObject().put("id", host).put("host", host).put("port", port));
      }
      services.put(
          "s" + service,
          new JsonObject()
              .put("strategy", "lblc")
              .put("servers", servers)
              .put("health", new JsonObject().put("active", active)));
    }
    return new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", 0)))
        .put("routes", new JsonArray().add(ConfigJson.route("s0")))
        .put("services", services)
        .put("admin", new JsonObject().put("port", admin));
  }

  /** Returns how many servers are up because they have answered. */
  private static long checked(int admin) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + admin + "/api/v1/services"))
        .build();
    String services =
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    return new JsonArray(services)
        .stream()
            .flatMap(service -> ((JsonObject) service).getJsonArray("servers").stream())
            .filter(server -> ((JsonObject) server).getString("state").equals("up"))
            .filter(
                server -> ((JsonObject) server).getString("stateReason").endsWith("answered 200"))
            .count();
  }

  private void answer(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        HttpSocket.head(new BufferedInputStream(client.getInputStream()));
        client.getOutputStream().write(ANSWER);
        checks.incrementAndGet();
      } catch (IOException e) {
        givenUp.incrementAndGet(); // by the gateway, whose check was not answered in time
      }
    }
  }
}
