package dev.lblc.admin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.AdminConfig;
import dev.lblc.config.GatewayConfig;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Successors that live, die and come together, before an admin port whose process only writes down what it is told. */
final class TakeoverApiIT {
  private static final String OFFER = "/api/v1/takeover";

  private final Vertx vertx = Vertx.vertx();
  private final List<String> accepted = new CopyOnWriteArrayList<>();
  private int port;

  @BeforeEach
  void start() throws Exception {
    JsonObject services = new JsonObject()
        .put("s", new JsonObject().put("strategy", "wlc").put("servers", new JsonArray()));
    vertx
        .deployVerticle(
            new LblcVerticle(),
            new DeploymentOptions().setConfig(new JsonObject().put("services", services)))
        .await(10, SECONDS);
    port = AdminServer.start(
            vertx,
            new AdminConfig("127.0.0.1", 0, null),
            Lblc.of(vertx),
            new Metrics(),
            () -> true,
            new Recorder())
        .await(10, SECONDS)
        .port();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  @ExpectedLog("WARN TakeoverApi: a successor has gone before it took over")
  void accept_ofASuccessorThatIsGone_endsNothing() throws Exception {
    try (Successor gone = new Successor()) {
      gone.send(OFFER + "/of-the-dead");
    }
    try (Successor alive = new Successor()) {
      assertThat(alive.post(OFFER)).contains("200");
      assertThat(alive.post(OFFER + "/of-the-living")).contains("202");
    }
    assertThat(accepted).containsExactly("of-the-living");
  }

  @Test
  void offer_toASecondSuccessor_isRefusedWhileTheFirstIsThere() throws Exception {
    try (Successor second = new Successor()) {
      try (Successor first = new Successor()) {
        assertThat(first.post(OFFER)).contains("200");
        assertThat(second.post(OFFER)).contains("409");
        assertThat(first.post(OFFER)).contains("200");
      }
      Eventually.holds("the first one has gone", () -> second.post(OFFER).contains("200"));
    }
  }

  /** A connection that stays open, as that of a process. */
  private final class Successor implements AutoCloseable {
    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    private final BufferedReader answers = new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));

    Successor() throws IOException {
      socket.setSoTimeout(20_000);
    }

    void send(String path) throws IOException {
      String request = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the status line. */
    String post(String path) throws IOException {
      send(path);
      String status = String.valueOf(answers.readLine());
      int length = 0;
      for (String line = answers.readLine(); line != null && !line.isEmpty(); ) {
        if (line.startsWith("content-length: ")) {
          length = Integer.parseInt(line.substring("content-length: ".length()));
        }
        line = answers.readLine();
      }
      assertThat(answers.skip(length)).isEqualTo(length);
      return status;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Takes every offer for the last one. */
  private final class Recorder implements Control {
    @Override
    public Routed route(String url, String method, Map<String, List<String>> headers, byte[] body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public GatewayConfig config() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Reloaded> reload() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<String> offer() {
      return Future.succeededFuture("any");
    }

    @Override
    public boolean handOver(String offer) {
      return accepted.add(offer);
    }
  }
}
