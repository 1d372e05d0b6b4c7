package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener and its routes limit: sizes of requests, and time. */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class LimitsIT {
  private static final String OK = RawClient.head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok";

  @Parameter
  Engine engine;

  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger bytes = new AtomicInteger();
  private final Set<NetSocket> upstreams = ConcurrentHashMap.newKeySet();
  private TestGateway gateway;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    gateway = new TestGateway(engine);
    JsonObject patient = new JsonObject().put("response", "1h").put("idle", "1h");
    int port = gateway.tcp(this::answer);
    gateway
        .service("plain", port)
        .service("own", port)
        .service("timed", port)
        .listener(new JsonObject()
            .put("name", "web")
            .put("accessLog", true)
            .put("timeouts", new JsonObject().put("header", "20s").put("idle", "90s"))
            .put(
                "limits",
                new JsonObject()
                    .put("line", "300B")
                    .put("header", "2KiB")
                    .put("headers", 5)
                    .put("body", "1000B")
                    .put("bodyRate", "100B")))
        .route("plain", new JsonObject().put("timeouts", patient))
        .route("own", new JsonObject().put("limits", new JsonObject().put("body", "2000B")))
        .route("timed", new JsonObject().put("timeouts", patient.copy().put("request", "30s")));
    gateway.start(4); // more loops look at their limits sooner
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
    arrived.set(0);
    bytes.set(0);
  }

  /** Answers as the last segment of the path says, once the head of the request has come. */
  private void answer(NetSocket socket) {
    upstreams.add(socket);
    socket.closeHandler(closed -> upstreams.remove(socket));
    socket.handler(buffer -> {
      bytes.addAndGet(buffer.length());
      String text = buffer.toString();
      if (text.startsWith("GET ") || text.startsWith("POST ")) {
        arrived.incrementAndGet();
        String path = text.split(" ", 3)[1];
        switch (path.substring(path.lastIndexOf('/') + 1)) {
          case "ok" -> socket.write(OK);
          case "begin" ->
            socket.write(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 10") + "12345");
          case "deaf" -> socket.pause();
          default -> {} // silence
        }
      }
    });
  }

  /** Has the gateway's clock go on, in steps that its loops see. */
  private void pass(Duration time) throws Exception {
    for (int i = 0; i < 4; i++) {
      gateway.later.addAndGet(time.toNanos() / 4);
      gateway.awaitTicks();
    }
  }

  private static String get(String target, String... fields) {
    List<String> lines = new ArrayList<>(List.of("GET " + target + " HTTP/1.1", "Host: h"));
    lines.addAll(List.of(fields));
    return RawClient.head(lines.toArray(String[]::new));
  }

  private static String post(String target, String framing) {
    return RawClient.head("POST " + target + " HTTP/1.1", "Host: h", framing);
  }

  private static String chunk(int bytes) {
    return Integer.toHexString(bytes) + "\r\n" + "x".repeat(bytes) + "\r\n";
  }

  // --- sizes ---

  @Test
  void head_withinTheLimits_isForwarded() throws Exception {
    String target = "/plain/" + "x".repeat(300 - "GET /plain//ok HTTP/1.1".length()) + "/ok";
    try (RawClient client = new RawClient(gateway.port())) {
      for (int i = 0; i < 3; i++) {
        client.send(get(target, "a: 1", "b: 2", "c: 3", "d: " + "x".repeat(1900)));
        assertThat(client.response()).endsWith("ok");
      }
    }
  }

  @Test
  void trailers_doNotCountAsFieldsOfTheHead() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(RawClient.head(
              "POST /plain/ok HTTP/1.1",
              "Host: h",
              "Transfer-Encoding: chunked",
              "a: 1",
              "b: 2",
              "c: 3")
          + chunk(3) + "0\r\nd: 4\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 200 ").endsWith("ok");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "301, 0, 0, 414 request line too long",
    "9000, 0, 0, 414 request line too long",
    "30, 2, 2100, 431 headers too large",
    "30, 2, 9000, 431 headers too large",
    "30, 6, 0, 431 too many headers",
    "30, 600, 0, 431 too many headers",
  })
  void head_overALimit_isRefusedAndLogged(int line, int fields, int size, String text)
      throws Exception {
    String target = "/plain/" + "x".repeat(line - "GET /plain/ HTTP/1.1".length());
    String[] more = new String[Math.max(0, fields - 1)];
    for (int i = 0; i < more.length; i++) {
      more[i] = "a: " + "x".repeat(size);
    }
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(get(target, more));
      assertThat(client.rest())
          .startsWith("HTTP/1.1 " + text.substring(0, 4))
          .endsWith("\r\n\r\n" + text + "\n");
      assertThat(lines.await(1).get(0))
          .contains(" GET /plain/xxx")
          .contains(" " + text.substring(0, 4))
          .endsWith(" " + text.substring(4));
    }
    assertThat(arrived.get()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "plain, 1000, 200",
    "plain, 1001, 413",
    "own, 2000, 200",
    "own, 2001, 413",
    "plain, 99999999999999999, 413"
  })
  void body_ofALengthOverTheLimit_isRefusedBeforeAServerIsChosen(
      String route, long length, int status) throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(post("/" + route + "/ok", "Content-Length: " + length));
      client.send("x".repeat((int) Math.min(length, 3000)));
      assertThat(client.response()).startsWith("HTTP/1.1 " + status + " ");
      String line = lines.await(1).get(0);
      if (status == 413) {
        assertThat(line).contains(" 413 ").endsWith(" - - request body too large");
        assertThat(arrived.get()).isZero();
      }
      if (length < 3000) { // the rest is read, and the connection goes on
        client.send(get("/plain/ok"));
        assertThat(client.response()).endsWith("ok");
        lines.await(2);
      }
    }
  }

  @Test
  void body_thatGrowsOverTheLimit_isRefusedAndTheServerLeft() throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(post("/plain/silence", "Transfer-Encoding: chunked") + chunk(600));
      Eventually.holds("a part has arrived", () -> bytes.get() > 600);
      client.send(chunk(401));
      assertThat(client.response())
          .startsWith("HTTP/1.1 413 ")
          .endsWith("413 request body too large\n");
      assertThat(lines.await(1).get(0)).contains(" 413 ").endsWith(" request body too large");
      Eventually.holds("the server is left", upstreams::isEmpty);
      client.send(chunk(10) + "0\r\n\r\n" + get("/plain/ok"));
      assertThat(client.response()).endsWith("ok");
      lines.await(2);
    }
  }

  @Test
  void body_thatGrowsUpToTheLimit_isForwarded() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(post("/plain/ok", "Transfer-Encoding: chunked") + chunk(600) + chunk(400));
      client.send("0\r\n\r\n");
      assertThat(client.response()).endsWith("ok");
    }
  }

  @Test
  void body_thatGrowsOverTheLimitWithinItsAnswer_cutsTheAnswer() throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(post("/plain/begin", "Transfer-Encoding: chunked"));
      client.until("12345");
      client.send(chunk(1001));
      assertThat(client.rest()).isIn("", "<reset>");
      assertThat(lines.await(1).get(0)).contains(" 200 ").endsWith(" request body too large");
    }
  }

  @Test
  void refusedBody_thatGoesOn_isNotReadForEver() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(post("/plain/ok", "Content-Length: 100000"));
      assertThat(client.response()).startsWith("HTTP/1.1 413 ");
      pass(Duration.ofSeconds(31));
      assertThat(client.rest()).isIn("", "<reset>");
    }
  }

  // --- time ---

  @ParameterizedTest
  @ValueSource(
      strings = {"", "G", "GET /plain/ok HTT", "GET /plain/ok HTTP/1.1\r\nHost: h\r\nA", "\r\n"})
  void head_thatIsNotCompleteInTime_isToldSo(String part) throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(part);
      gateway.awaitTicks();
      pass(Duration.ofSeconds(16));
      client.send(part.endsWith("HTT") ? "P" : part.startsWith("GET") ? "x" : "");
      pass(Duration.ofSeconds(8));
      assertThat(client.rest())
          .startsWith("HTTP/1.1 408 ")
          .contains("connection: close")
          .endsWith("\r\n\r\n408 request head timed out\n");
      assertThat(lines.await(1))
          .singleElement()
          .asString()
          .contains(" 408 ")
          .endsWith(" request head timed out")
          .contains(
              part.startsWith("GET") ? " GET /plain/ok " : part.isBlank() ? " - - - " : " - G - ");
    }
  }

  @Test
  void furtherHead_thatIsNotCompleteInTime_isToldSo() throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(get("/plain/ok"));
      assertThat(client.response()).endsWith("ok");
      pass(Duration.ofSeconds(25)); // idle, and no head has begun
      client.send("GET /plain/ok HTTP/1.1\r\n");
      gateway.awaitTicks();
      pass(Duration.ofSeconds(25));
      assertThat(client.rest()).contains(" 408 ").endsWith("408 request head timed out\n");
      assertThat(lines.await(2).get(1)).contains(" GET /plain/ok HTTP/1.1 408 ");
    }
  }

  @Test
  void firstLine_longerThanALogShows_isLoggedInPart() throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send("GET /plain/" + "x".repeat(270) + " HTTP/1.1\r\n");
      gateway.awaitTicks();
      client.send("Host: h\r\n");
      pass(Duration.ofSeconds(25));
      assertThat(client.rest()).startsWith("HTTP/1.1 408 ");
      assertThat(lines.await(1).get(0))
          .contains(" GET /plain/xxx")
          .contains("xxx - 408 ")
          .hasSizeBetween(256, 350);
    }
  }

  @Test
  void head_thatIsCompleteInTime_isServed() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      for (int i = 0; i < 3; i++) {
        client.send("GET /plain/ok HTTP/1.1\r\n");
        gateway.awaitTicks();
        pass(Duration.ofSeconds(12));
        client.send("Host: h\r\n\r\n");
        assertThat(client.response()).endsWith("ok");
        pass(Duration.ofSeconds(15)); // idle, which does not count for the next head
      }
    }
  }

  @Test
  void connection_idleForTooLong_isClosedWithoutAWord() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(get("/plain/ok"));
      assertThat(client.response()).endsWith("ok");
      gateway.awaitTicks();
      pass(Duration.ofSeconds(80));
      client.send(get("/plain/ok"));
      assertThat(client.response()).endsWith("ok");
      gateway.awaitTicks();
      pass(Duration.ofSeconds(100));
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void body_thatComesTooSlowly_isRefused() throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(post("/plain/silence", "Content-Length: 900"));
      Eventually.holds("it arrived", () -> arrived.get() == 1);
      for (int i = 0; i < 6; i++) {
        client.send("x".repeat(10));
        pass(Duration.ofSeconds(4));
      }
      assertThat(client.response())
          .startsWith("HTTP/1.1 408 ")
          .endsWith("408 request body too slow\n");
      assertThat(lines.await(1).get(0)).contains(" 408 ").endsWith(" request body too slow");
    }
  }

  @Test
  void body_thatComesAtTheLeastRate_isForwarded() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(post("/own/ok", "Content-Length: 1999"));
      client.send("x".repeat(499));
      gateway.awaitTicks();
      client.send("x".repeat(1500));
      assertThat(client.response()).endsWith("ok");
    }
  }

  @Test
  void body_slowWithinItsAnswer_isNotTheClientsFault() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(post("/plain/begin", "Content-Length: 900") + "x");
      client.until("12345");
      pass(Duration.ofSeconds(50));
      assertThat(gateway.active("plain")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"silence", "begin"})
  void exchange_thatTakesTooLong_isEnded(String how) throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(get("/timed/" + how));
      if (how.equals("begin")) {
        client.until("12345");
      } else {
        Eventually.holds("it arrived", () -> arrived.get() == 1);
      }
      pass(Duration.ofSeconds(24));
      assertThat(gateway.active("timed")).isEqualTo(1);
      pass(Duration.ofSeconds(8));
      if (how.equals("begin")) {
        assertThat(client.rest()).isIn("", "<reset>");
      } else {
        assertThat(client.response())
            .startsWith("HTTP/1.1 504 ")
            .endsWith("504 exchange timed out\n");
      }
      assertThat(lines.await(1).get(0)).endsWith(" exchange timed out");
    }
  }

  // --- what changes while it runs ---

  @Test
  void limits_changed_countForTheNextConnection() throws Exception {
    TestGateway changing = new TestGateway(engine);
    try {
      JsonObject route =
          ConfigJson.route("plain").put("match", new JsonObject().put("path", "/plain/*"));
      changing.service("plain", changing.tcp(this::answer)).route(route).start();
      assertThat(RawClient.exchange(changing.port(), get("/plain/ok", "a: 1", "b: 2")))
          .endsWith("ok");
      JsonObject listener =
          ConfigJson.listener("127.0.0.1", 0).put("limits", new JsonObject().put("headers", 2));
      changing.apply(List.of(listener), List.of(route)).await(10, SECONDS);
      assertThat(RawClient.exchange(changing.port(), get("/plain/ok", "a: 1", "b: 2")))
          .startsWith("HTTP/1.1 431 ");
    } finally {
      changing.stop();
    }
  }
}
