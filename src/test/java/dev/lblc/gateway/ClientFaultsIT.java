package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.Eventually;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave, or send what they should not, at each stage of a request: what the server sees, and the log. */
@ParameterizedClass(name = "engine {0}, native transport {1}, TLS {2}")
@CsvSource({"LANE, false, false", "LANE, true, false", "LANE, false, true", "LANE, true, true"})
@TestInstance(PER_CLASS)
final class ClientFaultsIT {
  @Parameter(0)
  Engine engine;

  @Parameter(1)
  boolean isNative;

  @Parameter(2)
  boolean isSecure;

  private Scene scene;

  private static final String OK_2 = "HTTP/1.1 200 OK|Content-Length: 2||ok";
  private static final String GET = "GET /s/x HTTP/1.1|Host: h||";
  private static final String POST_5 = "POST /s/x HTTP/1.1|Host: h|Content-Length: 5||";
  private static final String POST_CHUNKED =
      "POST /s/x HTTP/1.1|Host: h|Transfer-Encoding: chunked||";
  private static final String OLD_POST = "POST /s/x HTTP/1.0|Content-Length: 5||";

  /** How a client leaves. */
  private enum End {
    FIN,
    RESET,
    /** With TLS the end that nobody has announced; in clear text the same as the first. */
    VANISH
  }

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    scene = new Scene(engine, isNative, isSecure);
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    scene.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    scene.isUnharmed();
  }

  private static void leave(RawClient client, End end) throws IOException {
    switch (end) {
      case FIN -> client.leave();
      case RESET -> client.reset();
      case VANISH -> client.vanish();
    }
  }

  // --- clients that leave ---

  @ParameterizedTest
  @EnumSource
  void client_leavingBeforeItsHeadIsWhole_concernsNoServer(End end) throws Exception {
    for (String part :
        List.of("", "G", "GET /s/x", GET.substring(0, 25), "|", POST_5.substring(0, 40))) {
      RawClient client = scene.client();
      client.send(Scene.bytes(part));
      scene.settle();
      leave(client, end);
    }
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(GET.replace("/s/x", "/s/own")));
      try (RawClient upstream = scene.server.accept()) {
        assertThat(upstream.until("\r\n\r\n")).startsWith("GET /s/own ");
        upstream.send(Scene.bytes(OK_2));
        assertThat(client.response()).endsWith("ok");
      }
    }
  }

  /** Requests that a client has sent when it leaves: in mid-body, and with nothing but the answer to come. */
  static List<String> sentBeforeTheAnswer() {
    return List.of(
        GET,
        "GET /s/x HTTP/1.0||",
        "HEAD /s/x HTTP/1.1|Host: h||",
        POST_5,
        POST_5 + "123",
        POST_5 + "12345",
        OLD_POST + "1",
        OLD_POST + "12345",
        POST_CHUNKED,
        POST_CHUNKED + "5",
        POST_CHUNKED + "5|",
        POST_CHUNKED + "5|123",
        POST_CHUNKED + "5|12345|",
        POST_CHUNKED + "5|12345|0|",
        POST_CHUNKED + "5|12345|0|X-Sum: 1|",
        POST_CHUNKED + "5|12345|0||");
  }

  @ParameterizedTest
  @MethodSource("sentBeforeTheAnswer")
  void client_leavingBeforeItsAnswer_takesItsServerWithIt(String sent) throws Exception {
    for (End end : End.values()) {
      try (AccessLines log = new AccessLines()) {
        RawClient client = scene.client();
        client.send(Scene.bytes(sent));
        try (RawClient upstream = scene.server.accept()) {
          upstream.until("\r\n\r\n");
          scene.settleLate();
          leave(client, end);
          assertThat(upstream.rest()).endsWith("");
          assertThat(upstream.rest()).isIn("", "<reset>");
        }
        assertThat(log.await(1).get(0)).matches(".* 499 .* client closed the connection.*");
      }
    }
  }

  /** What a server has sent when its client leaves. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 103 Early Hints||",
        "HTTP/1.1 200 OK|Content-Length: 5||",
        "HTTP/1.1 200 OK|Content-Length: 5||12",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|12345|",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|12345|0|",
        "HTTP/1.1 200 OK||12345"
      })
  void client_leavingInMidAnswer_takesItsServerWithIt(String answer) throws Exception {
    for (String request : List.of(GET, "GET /s/x HTTP/1.0||", POST_5 + "123")) {
      for (End end : End.values()) {
        try (AccessLines log = new AccessLines()) {
          RawClient client = scene.client();
          client.send(Scene.bytes(request));
          try (RawClient upstream = scene.server.accept()) {
            upstream.until("\r\n\r\n");
            upstream.send(Scene.bytes(answer));
            boolean isSeen = !answer.contains(" 103 ");
            if (isSeen) {
              client.until("\r\n\r\n");
            }
            scene.settleLate();
            leave(client, end);
            assertThat(upstream.rest()).isIn("", "123", "<reset>", "123<reset>");
          }
          assertThat(log.await(1).get(0))
              .matches(".*" + (answer.contains(" 103 ") ? " 499 " : " 200 ") + ".*")
              .contains("client closed the connection");
        }
      }
    }
  }

  @Test
  void client_leavingWithRequestsBehindIt_leavesThemUnserved() throws Exception {
    assumeTrue(engine == Engine.LANE); // Vert.x has read them all
    RawClient client = scene.client();
    client.send(Scene.bytes(GET + GET.replace("/x", "/second") + GET.replace("/x", "/third")));
    try (RawClient upstream = scene.server.accept()) {
      upstream.until("\r\n\r\n");
      upstream.send(Scene.bytes(OK_2));
      assertThat(client.response()).endsWith("ok");
      assertThat(upstream.until("\r\n\r\n")).contains("/second");
      scene.settle();
      client.reset();
      scene.settle();
      upstream.send(Scene.bytes(OK_2)); // the JDK's transport learns of the reset when it writes
      upstream.socket().setSoTimeout(100);
      assertThat(upstream.rest()).doesNotContain("/third");
    }
  }

  // --- clients that end their side and read on; for Vert.x, and with TLS, that is the end of the
  // connection ---

  @ParameterizedTest
  @ValueSource(
      strings = {
        GET,
        "GET /s/x HTTP/1.0||",
        POST_5 + "12345",
        POST_CHUNKED + "5|12345|0||",
        OLD_POST + "12345"
      })
  void client_thatEndsItsSideAtOnce_isAnswered(String request) throws Exception {
    assumeTrue(engine == Engine.LANE && !isSecure);
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(request)).endOutput();
      try (RawClient upstream = scene.server.accept()) {
        upstream.until("\r\n\r\n");
        scene.settle();
        upstream.send(Scene.bytes(OK_2));
        assertThat(client.rest()).startsWith("HTTP/1.").endsWith("ok");
      }
    }
  }

  /** The end of the input comes while the first one is served. */
  @Test
  void client_thatEndsItsSideBehindSeveralRequests_isAnsweredAll() throws Exception {
    assumeTrue(engine == Engine.LANE && !isSecure);
    for (int round = 0; round < 5; round++) {
      try (RawClient client = scene.client()) {
        client
            .send(Scene.bytes(GET + POST_5 + "12345" + POST_CHUNKED + "5|12345|0||" + GET))
            .endOutput();
        try (RawClient upstream = scene.server.accept()) {
          for (int i = 0; i < 4; i++) {
            upstream.until("\r\n\r\n");
            upstream.exactly(new int[] {0, 5, 15, 0}[i]);
            scene.settle();
            upstream.send(Scene.bytes(OK_2));
            assertThat(client.response()).endsWith("ok");
          }
          assertThat(client.rest()).isEmpty();
        }
      }
    }
  }

  /** The answer has begun when the end of the input comes. It has to come soon, which a busy machine may prevent. */
  @Test
  void client_thatEndsItsSideUnderItsAnswer_getsAllOfIt() throws Exception {
    assumeTrue(engine == Engine.LANE && !isSecure);
    int rounds = 40;
    int whole = 0;
    for (int round = 0; round < rounds; round++) {
      try (RawClient client = scene.client()) {
        client.send(Scene.bytes(GET));
        try (RawClient upstream = scene.server.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes("HTTP/1.1 200 OK|Content-Length: 5||"));
          client.until("\r\n\r\n");
          client.endOutput();
          upstream.send("12345");
          whole += client.rest().equals("12345") ? 1 : 0;
        } catch (IOException e) {
          assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
      }
    }
    assertThat(whole).isGreaterThan(rounds / 2);
  }

  @Test
  void client_thatEndsItsSideWithinABody_hasLeft() throws Exception {
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(POST_5 + "123")).endOutput();
      try (RawClient upstream = scene.server.accept()) {
        assertThat(upstream.rest()).doesNotContain("12345");
      }
      assertThat(client.rest()).isIn("", "<reset>");
    }
  }

  // --- clients that send what they should not ---

  /** What follows cannot be read: the answer stands, and the connection ends. */
  @ParameterizedTest
  @ValueSource(strings = {"/elsewhere", "/refusing/x", "/s/x"})
  void body_thatTurnsOutBadBehindItsAnswer_endsTheConnection(String target) throws Exception {
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(POST_CHUNKED.replace("/s/x", target) + "3|abc|"));
      if (target.startsWith("/s/")) {
        try (RawClient upstream = scene.server.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes("HTTP/1.1 413 Too Large|Content-Length: 2||no"));
          assertThat(client.response()).startsWith("HTTP/1.1 413 ");
        }
      } else {
        assertThat(client.response()).startsWith("HTTP/1.1 ");
      }
      client.send(Scene.bytes("zz|" + GET));
      assertThat(client.rest()).isIn("", "<reset>");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/elsewhere", "/refusing/x"})
  void body_thatTurnsOutBadBeforeItsAnswer_isAnsweredOnce(String target) throws Exception {
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(POST_CHUNKED.replace("/s/x", target) + "3|abc|zz|" + GET));
      assertThat(RawAnswer.all(client.rest().replace("<reset>", ""), List.of())).hasSize(1);
    }
  }

  @Test
  void body_thatTurnsOutBad_isRefused() throws Exception {
    List<String> readByAll = List.of("zz|", "3|abcd|", "-1|");
    List<String> readStrictly =
        List.of("zz|", "3|abcd|", "3|abc|0|: x||", "3;a\u0001|", "0|X-Sum: 1\n");
    for (String bad : engine == Engine.LANE ? readStrictly : readByAll) {
      try (AccessLines log = new AccessLines();
          RawClient client = scene.client()) {
        client.send(Scene.bytes(POST_CHUNKED + "2|ok|" + bad));
        try (RawClient upstream = scene.server.accept()) {
          String answer = client.rest(); // Vert.x's engine closes without a word if chunks are none
          assertThat(answer)
              .matches(engine == Engine.LANE ? "(?s)HTTP/1.1 400 .*" : "(?s)(HTTP/1.1 400 .*)?");
          assertThat(upstream.rest()).doesNotContain("zz").doesNotEndWith("0\r\n\r\n");
        }
        assertThat(log.await(1).get(0)).matches(".* (400|499) .*");
      }
    }
  }

  /** The whole of a failed request is there when it fails, and the next one, whole or not, as well. */
  @Test
  void requests_behindOneThatFails_areServed() throws Exception {
    String failing = POST_5.replace("/s/x", "/refusing/x") + "12345";
    for (int cut = 0; cut <= GET.length(); cut += 3) {
      try (RawClient client = scene.client()) {
        client.send(Scene.bytes(failing + GET.substring(0, cut)));
        assertThat(client.response()).startsWith("HTTP/1.1 502 ");
        client.send(Scene.bytes(GET.substring(cut)));
        try (RawClient upstream = scene.server.accept()) {
          assertThat(upstream.until("\r\n\r\n")).startsWith("GET /s/x ");
          upstream.send(Scene.bytes(OK_2));
          assertThat(client.response()).as("cut at %d", cut).endsWith("ok");
        }
      }
    }
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(failing.repeat(3) + GET));
      for (int i = 0; i < 3; i++) {
        assertThat(client.response()).startsWith("HTTP/1.1 502 ");
      }
      try (RawClient upstream = scene.server.accept()) {
        upstream.until("\r\n\r\n");
        scene.gateway.awaitTicks();
        upstream.send(Scene.bytes(OK_2));
        assertThat(client.response()).endsWith("ok");
      }
    }
  }

  @Test
  void requests_behindAConnectionClose_areNotServed() throws Exception {
    try (RawClient client = scene.client()) {
      String last = GET.replace("||", "|Connection: close||");
      client.send(Scene.bytes(last + GET.replace("/x", "/more")));
      try (RawClient upstream = scene.server.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(Scene.bytes(OK_2));
        assertThat(client.rest()).endsWith("ok");
        client.leave();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void client_thatLeavesInPlaceOfItsPromisedBody_leavesNothing(End end) throws Exception {
    RawClient client = scene.client();
    client.send(Scene.bytes(POST_5.replace("||", "|Expect: 100-continue||")));
    try (RawClient upstream = scene.server.accept()) {
      upstream.until("\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 100 ");
      leave(client, end);
      assertThat(upstream.rest()).isIn("", "<reset>");
    }
  }

  /** Whether the client sends the body all the same is not known: what follows cannot be told from it. */
  @Test
  void expectation_thatIsAnsweredAtOnce_isTheLastOfItsConnection() throws Exception {
    assumeTrue(engine == Engine.LANE); // Vert.x's has asked for the body by then
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(
          POST_5.replace("/s/x", "/elsewhere").replace("||", "|Expect: 100-continue||")));
      assertThat(client.rest())
          .startsWith("HTTP/1.1 404 ")
          .containsIgnoringCase("connection: close");
    }
  }

  /** Everything of a session in one segment, and octet by octet. */
  @Test
  void requests_inSegmentsOfAnySize_areTheSame() throws Exception {
    List<String> requests =
        List.of(GET, POST_5 + "12345", POST_CHUNKED + "5;x|12345|0|X-Sum: 1||", GET);
    List<byte[]> ways = new ArrayList<>();
    for (String request : requests) {
      ways.add(Scene.bytes(request));
    }
    try (RawClient client = scene.client()) {
      client.trickle(Scene.bytes(String.join("", requests)));
      try (RawClient upstream = scene.server.accept()) {
        for (byte[] request : ways) {
          String head = upstream.until("\r\n\r\n");
          if (head.contains("hunked")) {
            assertThat(upstream.until("\r\n0\r\n", "\r\n\r\n")).contains("12345");
          } else if (head.startsWith("POST")) {
            assertThat(upstream.exactly(5)).isEqualTo("12345");
          }
          upstream.send(Scene.bytes(OK_2));
          assertThat(client.response()).as("of %d octets", request.length).endsWith("ok");
        }
      }
    }
  }

  /** Clients that reset their connection in the moment of the answer are no fault of the gateway. */
  @Test
  void client_thatResetsUnderItsAnswer_isNoError() throws Exception {
    try (LoggedErrors errors = new LoggedErrors()) {
      for (int round = 0; round < 30; round++) {
        RawClient client = scene.client();
        client.send(Scene.bytes(GET));
        try (RawClient upstream = scene.server.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes("HTTP/1.1 200 OK|Content-Length: 4||a"));
          client.until("\r\n\r\na");
          upstream.send("b");
          client.reset();
          upstream.send("cd");
        } catch (IOException e) {
          assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
      }
      Eventually.holds("idle", () -> scene.gateway.active("s") == 0);
      assertThat(errors.soFar()).isEmpty();
    }
  }
}
