package dev.lblc.gateway;

import static dev.lblc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client sees of the raw answers in {@code answers.txt}, and whether their connection serves the next client. On one
 * event loop, so that the next client gets the connection if it may be used again.
 */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class HostileAnswersIT {
  @Parameter
  Engine engine;

  private TestGateway gateway;
  private RawServer server;

  static List<RawCase> cases() throws IOException {
    return RawCases.of("answers.txt");
  }

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    server = new RawServer();
    gateway = new TestGateway(engine);
    JsonObject patient = new JsonObject()
        .put("timeouts", new JsonObject().put("response", "20s").put("idle", "20s"));
    gateway
        .service("s", server.port())
        .route(ConfigJson.route("s").mergeIn(patient))
        .start(1);
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
    server.close();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void answer(RawCase tried) throws Exception {
    String[] expected = tried.expected().get(0).split("/", 2);
    String method = expected.length > 1 ? expected[1] : "GET";
    try (RawClient client = new RawClient(gateway.port());
        RawClient other = new RawClient(gateway.port())) {
      client.send(request(method));
      try (RawClient upstream = server.accept()) {
        answer(tried, method, upstream);
        String octets = method.equals("UPGRADE") ? client.response() : client.rest();
        assertThat(octets).doesNotContain("<silence>");
        seen(
            expected[0],
            RawAnswer.all(octets.replace("<reset>", ""), List.of(method.equals("HEAD"))));
        if (!expected[0].equals("tame")) {
          next(other, upstream, tried.expects("kept"));
        }
      }
    }
  }

  private static String request(String method) {
    return switch (method) {
      case "POST" ->
        head("POST /case HTTP/1.1", "Host: h", "Connection: close", "Content-Length: 3") + "abc";
      case "UPGRADE" ->
        head(
            "GET /case HTTP/1.1",
            "Host: h",
            "Connection: upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
      default -> head(method + " /case HTTP/1.1", "Host: h", "Connection: close");
    };
  }

  private static void answer(RawCase tried, String method, RawClient upstream) throws Exception {
    upstream.until("\r\n\r\n");
    if (method.equals("POST")) {
      upstream.exactly(3);
    }
    try {
      upstream.send(tried.octets().getBytes(StandardCharsets.ISO_8859_1));
      if (tried.expects("ends")) {
        upstream.endOutput();
      }
    } catch (IOException e) {
      // Refused before all was sent.
    }
  }

  private static void seen(String expected, List<RawAnswer> answers) {
    assertThat(answers).hasSize(1);
    RawAnswer answer = answers.get(0);
    switch (expected) {
      case "tame" -> {}
      case "cut" ->
        assertThat(answer.status() == 502 || !answer.isWhole()).as("%s", answer).isTrue();
      default -> {
        assertThat(String.valueOf(answer.status())).as("%s", answer).isEqualTo(expected);
        assertThat(answer.isWhole()).as("whole: %s", answer).isTrue();
        if (expected.equals("200")) {
          assertThat(answer.body()).contains("ok");
        }
      }
    }
  }

  /** Serves the next client, on the same connection or on another one. */
  private void next(RawClient other, RawClient upstream, boolean isKept) throws Exception {
    other.send(head("POST /other HTTP/1.1", "Host: h", "Content-Length: 0"));
    if (isKept) {
      served(other, upstream);
      return;
    }
    try (RawClient second = server.accept()) {
      served(other, second);
    }
    assertThat(upstream.rest()).as("on the first connection").isIn("", "<reset>");
  }

  private static void served(RawClient other, RawClient upstream) throws Exception {
    assertThat(upstream.until("\r\n\r\n")).startsWith("POST /other ");
    upstream.send(head("HTTP/1.1 200 OK", "Content-Length: 3") + "own");
    assertThat(other.response()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nown");
    upstream.endOutput();
    assertThat(upstream.rest()).isEmpty();
  }

  /** Interim answers are no progress: the client does not wait for longer than for silence. */
  @Test
  void interimAnswers_withoutEnd_areTimedOut() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(request("GET"));
      try (RawClient upstream = server.accept()) {
        upstream.until("\r\n\r\n");
        for (int i = 0; i < 3; i++) {
          upstream.send(head("HTTP/1.1 103 Early Hints", "Link: </a>"));
          gateway.later.addAndGet(TimeUnit.SECONDS.toNanos(5));
          gateway.awaitTicks();
        }
        gateway.later.addAndGet(TimeUnit.SECONDS.toNanos(6));
        seen("504", RawAnswer.all(client.rest(), List.of()));
        try (RawClient other = new RawClient(gateway.port())) {
          next(other, upstream, false);
        }
      }
    }
  }
}
