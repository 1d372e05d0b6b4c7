package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that a successor replaces, and that ends when the test wants. */
final class HandoverIT {
  private final HttpClient client = HttpClient.newHttpClient();
  private Path state;
  private Application application;
  private boolean isClosed;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(Epoll.isAvailable(), "epoll is not to be had: reusePort needs it");
    state = folder.resolve("lblc.state");
    Path file = Files.writeString(folder.resolve("gateway.json"), """
        {"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": 0, "reusePort": true}],
         "routes": [{"listener": "web", "service": "s"}],
         "services": {"s": {"strategy": "wlc", "servers": [{"id": "a", "host": "127.0.0.1", "port": 1}]}},
         "admin": {"host": "127.0.0.1", "port": 0},
         "shutdown": {"drain": "1s"},
         "state": "%s"}
        """.formatted(state));
    application = Application.start(GatewayFile.read(
        file, PluginFolder.open(Files.createDirectory(folder.resolve("plugins")))));
  }

  @AfterEach
  void stop() {
    if (!isClosed) {
      application.close();
    }
  }

  /** As one that had got SIGTERM before, and waits for its connections. */
  @Test
  void handOver_ofOneThatGoesOnForLong_leavesAdminPortAndStateFileAtOnce() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    application.endBy(end::countDown);
    URI takeover = URI.create(application.admin() + "/api/v1/takeover");
    String offer = new JsonObject(post(takeover).body()).getString("offer");
    assertThat(state).exists();

    assertThat(post(URI.create(takeover + "/" + offer)).statusCode()).isEqualTo(202);
    assertThat(end.await(10, SECONDS)).isTrue();
    Eventually.holds("the admin port is free", () -> !isOpen(takeover));
    assertThat(isOpen(URI.create(application.listeners().get("web")))).isTrue();

    Files.delete(state);
    isClosed = true;
    application.close();
    assertThat(state).doesNotExist();
  }

  private HttpResponse<String> post(URI at) throws Exception {
    return client.send(
        HttpRequest.newBuilder(at).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
  }

  private static boolean isOpen(URI at) throws IOException {
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      return socket.isConnected();
    } catch (ConnectException e) {
      return false;
    }
  }
}
