package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.ServerState;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which ends of requests eject a server, and which do not. Two failures in a row are enough here. */
@ExpectedLog("WARN ServiceHealth: server .* unavailable")
class PassiveHealthIT {
  private static final JsonObject PASSIVE = new JsonObject()
      .put("failures", 2)
      .put("on", new JsonArray().add("connect").add("timeout").add("5xx"))
      .put("eject", "1h")
      .put("maxEject", "1h");

  private final AtomicReference<HttpServerRequest> held = new AtomicReference<>();
  private volatile CompletableFuture<Void> asked = new CompletableFuture<>();

  @SuppressWarnings("NullAway.Init") // set by each test
  private TestGateway gateway;

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
  }

  @ParameterizedTest
  @EnumSource
  void answersOf5xx_inARow_ejectTheServer(Engine engine) throws Exception {
    start(engine);
    assertThat(get("/s/500")).contains(" 500 ");
    assertThat(get("/s/404")).contains(" 404 ");
    assertThat(get("/s/503")).contains(" 503 ");
    assertThat(get("/s/501")).contains(" 501 ");
    assertThat(get("/s/500")).contains(" 500 ");
    assertThat(state()).as("never two in a row").isEqualTo(ServerState.UP);
    assertThat(get("/s/500")).contains(" 500 ");
    assertThat(state()).isEqualTo(ServerState.EJECTED);
    assertThat(server().stateReason())
        .isEqualTo("2 answers of 5xx or not in time in a row, ejected for 3600000 ms");
    assertThat(get("/s/500")).as("of the other one").contains("other");
    gateway.awaitIdle();
  }

  @ParameterizedTest
  @EnumSource
  void connectionsClosedWithoutAnAnswer_inARow_ejectTheServer(Engine engine) throws Exception {
    start(engine);
    for (int i = 0; i < 2; i++) {
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(Scene.bytes("POST /s/close HTTP/1.1|Host: h|Content-Length: 0||"));
        assertThat(client.response()).contains(" 502 ");
      }
    }
    assertThat(state()).isEqualTo(ServerState.EJECTED);
  }

  @ParameterizedTest
  @EnumSource
  void answersNotInTime_inARow_ejectTheServer(Engine engine) throws Exception {
    start(engine, "200ms");
    assertThat(get("/s/hold")).contains(" 504 ");
    assertThat(get("/s/hold")).contains(" 504 ");
    assertThat(state()).isEqualTo(ServerState.EJECTED);
  }

  @ParameterizedTest
  @EnumSource
  void clientsThatLeave_doNotCount(Engine engine) throws Exception {
    start(engine);
    for (int i = 0; i < 3; i++) {
      asked = new CompletableFuture<>();
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(Scene.bytes("GET /s/hold HTTP/1.1|Host: h||"));
        asked.orTimeout(10, TimeUnit.SECONDS).join();
        client.reset();
      }
      gateway.awaitIdle();
    }
    assertThat(state()).isEqualTo(ServerState.UP);
  }

  /** A service whose first server does what the path says; the other one always answers well. */
  private void start(Engine engine) throws Exception {
    start(engine, "1m");
  }

  private void start(Engine engine, String responseTimeout) throws Exception {
    gateway = new TestGateway(engine);
    int one = gateway.http(this::serve);
    int other = gateway.http(request -> request.response().end("other"));
    gateway
        .service(
            "s",
            new JsonObject()
                .put("health", new JsonObject().put("passive", PASSIVE))
                .put("options", new JsonObject().put("ties", "kernel")),
            other,
            one)
        .route(
            "s",
            new JsonObject()
                .put("retries", 0)
                .put("destination", new JsonArray().add("all"))
                .put("timeouts", new JsonObject().put("response", responseTimeout)))
        .start(1);
  }

  private void serve(HttpServerRequest request) {
    String what = request.path().substring("/s/".length());
    switch (what) {
      case "close" -> request.connection().close();
      case "hold" -> {
        held.set(request);
        asked.complete(null);
      }
      default -> request.response().setStatusCode(Integer.parseInt(what)).end();
    }
  }

  private String get(String path) throws Exception {
    return RawClient.get(gateway.port(), path);
  }

  private ServerStatus server() {
    return gateway.scheduled("s").status().servers().get(0);
  }

  private ServerState state() {
    return server().state();
  }
}
