package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
final class GatewayIT {
  private final Engine engine;
  private final TestGateway gateway;

  GatewayIT(Engine engine) {
    this.engine = engine;
    gateway = new TestGateway(engine);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
  }

  @Test
  void start_withSeveralInstances_sharesOneFreePortForEachListener() throws Exception {
    well()
        .listener(new JsonObject().put("name", "web"))
        .listener(new JsonObject().put("name", "other"))
        .start(4);
    assertThat(gateway.port()).isPositive().isNotEqualTo(gateway.gateway().port("other"));
    for (int i = 0; i < 8; i++) {
      assertThat(RawClient.get(gateway.port(), "/well/x")).endsWith("well");
    }
    assertThat(RawClient.get(gateway.gateway().port("other"), "/well/x")).contains(" 404 ");
    assertThatThrownBy(() -> gateway.gateway().port("none")).hasMessageContaining("web");
  }

  @Test
  void stop_closesTheListeners() throws Exception {
    well().start();
    int port = gateway.port();
    try (RawClient client = new RawClient(port)) {
      assertThat(client.send("GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n").response())
          .endsWith("well");
      gateway.gateway().stop().await(10, SECONDS);
      assertThat(client.rest()).isIn("", "<reset>");
    }
    assertThatThrownBy(() -> RawClient.get(port, "/well/x")).isInstanceOf(IOException.class);
  }

  @Test
  void stop_withARequestInFlight_letsItEndAndRefusesOthers() throws Exception {
    CompletableFuture<HttpServerRequest> held = new CompletableFuture<>();
    gateway
        .service("slow", gateway.http(held::complete))
        .route("slow", new JsonObject())
        .start();
    int port = gateway.port();
    try (RawClient client = new RawClient(port)) {
      client.send("GET /slow/x HTTP/1.1\r\nHost: h\r\n\r\n");
      HttpServerRequest arrived = held.get(10, SECONDS);
      Future<Void> stopped = gateway.gateway().stop();
      Eventually.holds("others are refused", () -> refuses(port));
      assertThat(stopped.isComplete()).isFalse();
      arrived.response().end("at last");
      assertThat(client.response()).endsWith("at last");
      assertThat(client.rest()).isEmpty();
      stopped.await(10, SECONDS);
    }
  }

  /** In mid-request and in mid-answer, in clear text and with TLS. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stop_inMidExchange_letsBothMessagesEnd(boolean isSecure) throws Exception {
    JsonObject listener = new JsonObject();
    try (RawServer server = new RawServer()) {
      gateway
          .service("s", server.port())
          .route("s", new JsonObject())
          .listener(isSecure ? listener.put("tls", SelfSigned.of("localhost").json()) : listener)
          .start(1);
      int port = gateway.port();
      try (RawClient uploading = isSecure ? RawClient.secure(port) : new RawClient(port);
          RawClient reading = isSecure ? RawClient.secure(port) : new RawClient(port)) {
        uploading.send("POST /s/a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12");
        RawClient taking = server.accept();
        assertThat(taking.until("\r\n\r\n12")).startsWith("POST ");
        reading.send("GET /s/b HTTP/1.1\r\nHost: h\r\n\r\n");
        RawClient giving = server.accept();
        assertThat(giving.until("\r\n\r\n")).startsWith("GET ");
        giving.send(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 5") + "ab");
        assertThat(reading.until("\r\n\r\nab")).startsWith("HTTP/1.1 200 ");

        Future<Void> stopped = gateway.gateway().stop();
        Eventually.holds("others are refused", () -> refuses(port));
        uploading.send("345");
        assertThat(taking.exactly(3)).isEqualTo("345");
        taking.send(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok");
        assertThat(uploading.response()).endsWith("ok");
        assertThat(uploading.rest()).isEmpty();
        assertThat(stopped.isComplete()).isFalse();
        giving.send("cde");
        assertThat(reading.exactly(3)).isEqualTo("cde");
        assertThat(reading.rest()).isEmpty();
        stopped.await(10, SECONDS);
      }
    }
  }

  /** It would see the reset of its connection instead of the answer to what it has sent. */
  @Test
  void stop_whileAClientStillSendsWhatWasRefused_waitsForIt() throws Exception {
    assumeTrue(engine == Engine.LANE); // Vert.x's closes at once in any case
    well().start(1);
    int port = gateway.port();
    try (RawClient client = new RawClient(port)) {
      assertThat(client.send("nonsense\r\n\r\n").response()).startsWith("HTTP/1.1 400 ");
      Future<Void> stopped = gateway.gateway().stop();
      Eventually.holds("others are refused", () -> refuses(port));
      client.send("and more");
      assertThat(client.rest()).isEmpty(); // the end of the output; no reset
      client.send("and more");
      assertThat(stopped.isComplete()).isFalse();
      client.leave();
      stopped.await(10, SECONDS);
    }
  }

  private static boolean refuses(int port) {
    try {
      new RawClient(port).close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void start_onAPortInUse_fails() throws Exception {
    int taken = gateway.http(request -> {});
    well().listener(new JsonObject().put("name", "web").put("port", taken));
    assertThatThrownBy(() -> gateway.start()).hasMessageContaining("in use");
  }

  @Test
  void start_withABrokenCertificate_fails(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("cert.pem"), "nonsense");
    well()
        .listener(new JsonObject()
            .put("name", "web")
            .put(
                "tls",
                new JsonObject().put("certificate", file.toString()).put("key", file.toString())));
    assertThatThrownBy(() -> gateway.start()).isNotNull();
  }

  @Test
  void proxyProtocol_addresses_areTheClients() throws Exception {
    gateway
        .service(
            "echo",
            gateway.http(request -> request
                .response()
                .end(request.getHeader("x-forwarded-for") + " "
                    + request.getHeader("x-forwarded-port"))))
        .listener(new JsonObject().put("name", "web").put("proxyProtocol", true))
        .route(
            "echo",
            new JsonObject()
                .put("destination", new JsonArray().add("{client.ip}|{local.ip}|{local.port}")))
        .start();
    String request =
        "PROXY TCP4 192.0.2.1 198.51.100.7 4711 8443\r\nGET /echo/x HTTP/1.1\r\nHost: h\r\n\r\n";
    assertThat(RawClient.exchange(gateway.port(), request)).endsWith("192.0.2.1 8443");
    assertThat(gateway.scheduled("echo").destination("192.0.2.1|198.51.100.7|8443"))
        .isNotNull();
  }

  @Test
  void accessLog_ofAnExchange_namesServiceServerAndReason() throws Exception {
    try (AccessLines lines = new AccessLines()) {
      well().start(1);
      RawClient.get(gateway.port(), "/well/x?secret");
      RawClient.get(gateway.port(), "/well/x");
      RawClient.get(gateway.port(), "/none");
      List<String> texts = lines.await(3);
      assertThat(texts.get(0))
          .matches("127\\.0\\.0\\.1 GET /well/x HTTP/1\\.1 200 4 [0-9.]+ well well-0 placed -");
      assertThat(texts.get(1))
          .matches("127\\.0\\.0\\.1 GET /well/x HTTP/1\\.1 200 4 [0-9.]+ well well-0 hit -");
      assertThat(texts.get(2))
          .matches("127\\.0\\.0\\.1 GET /none HTTP/1\\.1 404 13 [0-9.]+ - - - no route");
    }
  }

  private TestGateway well() throws Exception {
    return gateway
        .service("well", gateway.http(request -> request.response().end("well")))
        .route("well", new JsonObject());
  }
}
