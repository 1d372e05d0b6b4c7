package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.config.SocketTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

/** Servers that end, break off or talk nonsense at each stage of an answer: what their client sees, and the log. */
@ParameterizedClass(name = "engine {0}, transport {1}")
@CsvSource({"LANE, NIO", "LANE, EPOLL", "LANE, IO_URING", "VERTX, EPOLL"})
@TestInstance(PER_CLASS)
final class ServerFaultsIT {
  @Parameter(0)
  Engine engine;

  @Parameter(1)
  SocketTransport transport;

  private Scene scene;

  private static final String OK_5 = "HTTP/1.1 200 OK|Content-Length: 5||";
  private static final String OK_CHUNKED = "HTTP/1.1 200 OK|Transfer-Encoding: chunked||";
  private static final String OK_CLOSE = "HTTP/1.1 200 OK||";
  private static final String EARLY_HINTS = "HTTP/1.1 103 Early Hints|Link: </a>||";

  /** How a server goes on behind what it has sent. */
  private enum End {
    FIN,
    RESET,
    SILENCE
  }

  /** What the client gets. */
  private enum Seen {
    /** An answer of the gateway's own: 502. */
    BAD_GATEWAY,
    /** The same: 504. */
    TIMEOUT,
    /** An answer that it can tell to be incomplete, or 502 if it had nothing of the answer yet. */
    CUT,
    /** The whole answer. */
    WHOLE
  }

  /**
   * A case.
   *
   * @param answer what the server sends; {@code |} ends a line
   * @param reason a regular expression of its label
   */
  private record Fault(String answer, End end, Seen seen, String reason) {
    @Override
    public String toString() {
      return end + " behind " + (answer.length() > 80 ? answer.substring(0, 80) + "..." : answer);
    }
  }

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    scene = new Scene(engine, transport);
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    scene.stop();
  }

  @BeforeEach
  void nothingIsThere() throws Exception {
    scene.begin();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    scene.isUnharmed();
  }

  static List<Fault> faults() {
    List<Fault> faults = new ArrayList<>();
    // In the head, and in interim answers before it.
    for (String head : List.of(
        "",
        "H",
        "HTTP/1.1 2",
        "HTTP/1.1 200 OK|",
        "HTTP/1.1 200 OK|Content-Le",
        "HTTP/1.1 200 OK|Content-Length: 5|",
        "HTTP/1.1 200 OK|Content-Length: 5||".substring(0, 34) + "\r",
        "HTTP/1.1 103 Early Hi",
        EARLY_HINTS,
        EARLY_HINTS + "HTTP/1.1 2",
        "HTTP/1.1 100 Continue||" + EARLY_HINTS)) {
      faults.add(new Fault(head, End.FIN, Seen.BAD_GATEWAY, "server_left"));
      faults.add(new Fault(head, End.RESET, Seen.BAD_GATEWAY, "server_left"));
      faults.add(new Fault(head, End.SILENCE, Seen.TIMEOUT, "response_timeout"));
    }
    // In the body, in each framing of it.
    for (String part : List.of(
        OK_5,
        OK_5 + "1234",
        OK_CHUNKED,
        OK_CHUNKED + "5",
        OK_CHUNKED + "5|",
        OK_CHUNKED + "5|123",
        OK_CHUNKED + "5|12345",
        OK_CHUNKED + "5|12345|",
        OK_CHUNKED + "5;x=\"y",
        OK_CHUNKED + "5|12345|0",
        OK_CHUNKED + "5|12345|0|",
        OK_CHUNKED + "5|12345|0|X-Su",
        OK_CHUNKED + "5|12345|0|X-Sum: 1|")) {
      faults.add(new Fault(part, End.FIN, Seen.CUT, "server_left_in_answer"));
      faults.add(new Fault(part, End.RESET, Seen.CUT, "server_left_in_answer"));
    }
    faults.add(new Fault(OK_CLOSE + "12345", End.FIN, Seen.WHOLE, "answered"));
    faults.add(new Fault(OK_CLOSE, End.FIN, Seen.WHOLE, "answered"));
    faults.add(new Fault(OK_CLOSE + "12345", End.RESET, Seen.CUT, "server_left_in_answer"));
    faults.add(new Fault(OK_CLOSE, End.RESET, Seen.CUT, "server_left_in_answer"));
    for (String part : List.of(OK_5, OK_CHUNKED + "5|12", OK_CHUNKED + "1|1|0|X", OK_CLOSE + "1")) {
      faults.add(new Fault(part, End.SILENCE, Seen.CUT, "server_idle"));
    }
    // What is no answer.
    String large = "X-Large: " + "x".repeat(1 << 17) + "|";
    for (String nonsense : List.of(
        "hello",
        "\0\0\0\0",
        "HTTP/1.1 2000 OK|Content-Length: 0||",
        "HTTP/1.1 20 OK|Content-Length: 0||",
        "HTTP/1.1 20x OK|Content-Length: 0||",
        "HTTP/1.1 099 OK|Content-Length: 0||",
        "HTTP/1.1 -200 OK|Content-Length: 0||",
        "HTTP/2.0 200 OK|Content-Length: 0||",
        "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 6||12345",
        "HTTP/1.1 200 OK|Content-Length: -5||12345",
        "HTTP/1.1 200 OK|Content-Length: 5|Transfer-Encoding: chunked||0||",
        "HTTP/1.1 200 OK|Transfer-Encoding: gzip||12345",
        "HTTP/1.1 200 OK|no colon||",
        "HTTP/1.1 101 Switching Protocols|Connection: upgrade|Upgrade: x||",
        "|HTTP/1.1 200 OK|Content-Length: 0||",
        "HTTP/1.1 200 OK|" + large + "|",
        "HTTP/1.1 200 OK|" + large.replace("|", ""),
        "HTTP/1.1 200 " + "O".repeat(1 << 17),
        "HTTP/1.1 103 Early Hints|" + large + "|",
        EARLY_HINTS.repeat(1000),
        "HTTP/1.1 103 Early Hints|Content-Length: 5||12345" + OK_5 + "12345")) {
      faults.add(
          new Fault(nonsense, End.SILENCE, Seen.BAD_GATEWAY, "bad_response|response_timeout"));
    }
    // Bodies that are none.
    for (String nonsense : List.of(
        "zz|",
        "-1|",
        "5|123456|",
        "5|12345;|",
        "5 x|",
        "ffffffffffffffff|",
        "5;" + "x".repeat(1 << 16),
        "0|: x||",
        "0|" + large + "|",
        "\n",
        "5\n12345|0||")) {
      faults.add(new Fault(OK_CHUNKED + nonsense, End.SILENCE, Seen.CUT, "bad_response(_body)?"));
      faults.add(new Fault(
          OK_CHUNKED + "3|abc|" + nonsense, End.SILENCE, Seen.CUT, "bad_response(_body)?"));
    }
    return faults;
  }

  @ParameterizedTest
  @MethodSource("faults")
  void answer_ofASuchServer_isSeenForWhatItIs(Fault fault) throws Exception {
    String service = fault.end() == End.SILENCE ? "brief" : "s";
    try (RawClient client = scene.client()) {
      client.send("POST /" + service
          + "/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");
      try (RawClient upstream = scene.accept()) {
        upstream.until("\r\n\r\nabc");
        sendWhatIsTaken(upstream, fault.answer());
        end(upstream, fault.end());
        boolean isLate =
            engine == Engine.VERTX || fault.answer().startsWith(EARLY_HINTS + EARLY_HINTS);
        seen(fault, client.rest(), isLate ? 504 : 502);
        assertThat(upstream.socket().isClosed() ? "" : upstream.rest()).isIn("", "<reset>");
      }
      scene.ended(fault.reason());
    }
  }

  /** The gateway may close before it has all. */
  private static void sendWhatIsTaken(RawClient upstream, String answer) {
    try {
      upstream.send(Scene.bytes(answer));
    } catch (IOException e) {
      assertThat(answer).hasSizeGreaterThan(10_000);
    }
  }

  private void end(RawClient upstream, End end) throws Exception {
    switch (end) {
      case FIN -> upstream.endOutput();
      case RESET -> {
        scene.settle(); // a reset takes what was not read yet with it
        upstream.reset();
      }
      case SILENCE -> {}
    }
  }

  /** {@code late} is what an engine may say of nonsense: at once, or only after it has waited for more of it. */
  private static void seen(Fault fault, String all, int late) {
    List<RawAnswer> answers =
        all.isEmpty() ? List.of() : RawAnswer.all(all.replace("<reset>", ""), List.of());
    boolean isWhole = answers.size() == 1 && answers.get(0).isWhole() && !all.endsWith("<reset>");
    assertThat(answers.size()).as(all).isLessThan(2);
    switch (fault.seen()) {
      case BAD_GATEWAY -> {
        assertThat(isWhole).as(all).isTrue();
        assertThat(answers.get(0).status()).isIn(502, late);
      }
      case TIMEOUT -> assertThat(answers.get(0).status()).as(all).isEqualTo(504);
      case CUT -> {
        assertThat(answers).as("something").isNotEmpty();
        assertThat(isWhole && answers.get(0).status() == 200).as(all).isFalse();
      }
      case WHOLE -> {
        assertThat(isWhole).as(all).isTrue();
        assertThat(answers.get(0).status()).isEqualTo(200);
      }
    }
  }

  /** What has come is passed on before the cut, and what the log says was sent is what the client has. */
  @ParameterizedTest
  @ValueSource(strings = {"", "zz|"})
  void answer_cutShort_isPassedOnAsFarAsItCame(String fault) throws Exception {
    for (int size : List.of(100, 5000, 200_000)) {
      try (RawClient client = scene.client()) {
        client.send(Scene.bytes("GET /s/x HTTP/1.1|Host: h||"));
        try (RawClient upstream = scene.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes(
              OK_CHUNKED + Integer.toHexString(size) + "|" + "x".repeat(size) + "|" + fault));
          upstream.endOutput();
          String seen = client.until("\r\n\r\n");
          boolean isCut = seen.startsWith("HTTP/1.1 200 ");
          assertThat(isCut || seen.startsWith("HTTP/1.1 502 ")).as(seen).isTrue();
          if (isCut) { // behind another answer the connection stays
            seen += client.rest();
          }
          String line = scene
              .ended(fault.isEmpty() ? "server_left_in_answer" : "bad_response|bad_response_body")
              .get(0);
          assertThat(line).contains(isCut ? " 200 " : " 502 ");
          if (isCut) {
            long octets = seen.chars().filter(octet -> octet == 'x').count();
            assertThat(Long.parseLong(line.split(" ", 7)[5])) // the lane counts the chunks, too
                .as(line)
                .isBetween(octets, octets + 16);
          }
        }
      }
    }
  }

  /** To a client to which the end of the connection is the end of the answer, a reset is the only sign. */
  @ParameterizedTest
  @EnumSource(names = {"FIN", "RESET"})
  void answer_cutShort_isResetForAnOldClient(End end) throws Exception {
    for (String part : List.of(OK_CHUNKED + "5|12345|", OK_CHUNKED + "5|12345|0|")) {
      try (RawClient client = scene.client()) {
        client.send("GET /s/x HTTP/1.0\r\n\r\n");
        try (RawClient upstream = scene.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes(part));
          end(upstream, end);
          String seen = client.rest();
          assertThat(seen.endsWith("<reset>") || isNothingYet(seen)).as(seen).isTrue();
        }
      }
      scene.ended("server_left_in_answer");
    }
  }

  /** Returns whether the gateway had passed on nothing of the answer. */
  private static boolean isNothingYet(String seen) {
    return seen.startsWith("HTTP/1.0 502 ");
  }

  @Test
  void answer_byteByByte_isWhole() throws Exception {
    for (String answer : List.of(
        EARLY_HINTS + OK_5 + "12345",
        OK_CHUNKED + "5;a=\"b\"|12345|00000|X-Sum: 1||",
        "HTTP/1.1 204 No Content||")) {
      try (RawClient client = scene.client()) {
        client.send("GET /s/x HTTP/1.1\r\nHost: h\r\n\r\n");
        try (RawClient upstream = scene.accept()) {
          upstream.until("\r\n\r\n");
          upstream.trickle(Scene.bytes(answer));
          String seen = client.finalResponse(false);
          assertThat(seen).startsWith("HTTP/1.1 20");
          assertThat(seen.contains("12345")).isEqualTo(answer.contains("12345"));
          assertThat(seen.contains("X-Sum: 1")).isEqualTo(answer.contains("X-Sum"));
        }
      }
      scene.ended("answered");
    }
  }

  @Test
  void interimAnswers_withinReason_areForwarded() throws Exception {
    try (RawClient client = scene.client()) {
      client.send("GET /s/x HTTP/1.1\r\nHost: h\r\n\r\n");
      try (RawClient upstream = scene.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(Scene.bytes(EARLY_HINTS.repeat(10) + OK_5 + "12345"));
        for (int i = 0; i < 10 && engine == Engine.LANE; i++) {
          assertThat(client.response()).startsWith("HTTP/1.1 103 ").contains("Link: </a>");
        }
        assertThat(client.finalResponse(false)).endsWith("12345");
      }
    }
    scene.ended("answered");
  }

  // --- connections on which nothing was read, or that were used before ---

  @Test
  void connection_endedOnConnect_isReplacedForAGet() throws Exception {
    try (RawClient client = scene.client()) {
      client.send("GET /s/x HTTP/1.1\r\nHost: h\r\n\r\n");
      scene.accept().close();
      try (RawClient second = scene.accept()) {
        answer(second);
        assertThat(client.response()).endsWith("12345");
      }
    }
    scene.ended("answered");
  }

  @ParameterizedTest
  @EnumSource(names = {"FIN", "RESET"})
  void connection_endedOnConnect_failsAPost(End end) throws Exception {
    try (RawClient client = scene.client()) {
      client.send("POST /s/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
      endAtOnce(scene.accept(), end);
      assertThat(client.response()).startsWith("HTTP/1.1 502 ");
    }
    scene.ended(end == End.FIN ? "server_left" : "server_left|connect_failed");
  }

  @ParameterizedTest
  @EnumSource(names = {"FIN", "RESET"})
  void idleConnection_thatTheServerEnds_isNotUsedAgain(End end) throws Exception {
    try (RawClient client = scene.client()) {
      RawClient first = used(client);
      if (end == End.FIN) {
        first.endOutput();
        assertThat(first.rest()).isEmpty();
      } else {
        first.reset();
        scene.settle();
      }
      client.send("POST /s/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
      try (RawClient second = scene.accept()) {
        answer(second);
        assertThat(client.response()).endsWith("12345");
      }
    }
    scene.ended("answered", "answered");
  }

  @ParameterizedTest
  @CsvSource({"FIN, ''", "RESET, ''", "FIN, 'HTTP/1.1 103 Early Hints||'"})
  void reusedConnection_endedUnderARequest_isReplacedForAGet(End end, String before)
      throws Exception {
    try (RawClient client = scene.client();
        RawClient first = used(client)) {
      client.send("GET /s/again HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(first.until("\r\n\r\n")).startsWith("GET /s/again ");
      first.send(Scene.bytes(before));
      end(first, end);
      try (RawClient second = scene.accept()) {
        answer(second);
        assertThat(client.finalResponse(false)).endsWith("12345");
      }
    }
    scene.ended("answered", "answered");
  }

  @ParameterizedTest
  @CsvSource({"POST, FIN", "POST, RESET", "PUT, FIN", "PATCH, RESET"})
  void reusedConnection_endedUnderARequestWithABody_failsIt(String method, End end)
      throws Exception {
    try (RawClient client = scene.client();
        RawClient first = used(client)) {
      client.send(method + " /s/again HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
      assertThat(first.until("\r\n\r\nabc")).startsWith(method + " /s/again ");
      end(first, end);
      assertThat(client.response()).startsWith("HTTP/1.1 502 ");
    }
    scene.ended("answered", "server_left");
  }

  /** A part of an answer is no sign of a connection that was closed unheard. */
  @Test
  void reusedConnection_endedInAHead_failsAPost() throws Exception {
    try (RawClient client = scene.client();
        RawClient first = used(client)) {
      client.send("POST /s/again HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
      first.until("\r\n\r\n");
      first.send("HTTP/1.1 2").endOutput();
      assertThat(client.response()).startsWith("HTTP/1.1 502 ");
    }
    scene.ended("answered", "server_left");
  }

  /** One on the connection that was used before, one on a fresh one, and one more for the attempt that a GET has. */
  @Test
  void server_thatEndsEveryConnection_isGivenUp() throws Exception {
    try (RawClient client = scene.client();
        RawClient first = used(client)) {
      client.send("GET /s/again HTTP/1.1\r\nHost: h\r\n\r\n");
      first.until("\r\n\r\n");
      first.endOutput();
      for (int i = 0; i < 2; i++) {
        try (RawClient next = scene.accept()) {
          next.until("\r\n\r\n");
        }
      }
      assertThat(client.response()).startsWith("HTTP/1.1 502 ");
    }
    scene.ended("answered", "server_left");
  }

  /** Such an answer is an honest one; what the server does not read any more would hold up the next request. */
  @Test
  void connection_whoseServerLeftABodyUnread_isNotUsedAgain() throws Exception {
    byte[] body = new byte[3_000_000];
    try (RawClient client = scene.client()) {
      client.send("POST /s/x HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length + "\r\n\r\n");
      try (RawClient upstream = scene.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(Scene.bytes(OK_5 + "12345"));
        assertThat(client.response()).endsWith("12345");
        client.send(body);
        client.send("GET /s/next HTTP/1.1\r\nHost: h\r\n\r\n");
        try (RawClient next = scene.accept()) {
          answer(next);
          assertThat(client.response()).endsWith("12345");
        }
      }
    }
    scene.ended("answered", "answered");
  }

  private static void endAtOnce(RawClient upstream, End end) throws IOException {
    if (end == End.FIN) {
      upstream.close();
    } else {
      upstream.reset();
    }
  }

  /** Returns the connection on which a request of this client was answered. */
  private RawClient used(RawClient client) throws IOException {
    client.send("GET /s/first HTTP/1.1\r\nHost: h\r\n\r\n");
    RawClient upstream = scene.accept();
    answer(upstream);
    assertThat(client.response()).endsWith("12345");
    return upstream;
  }

  private static void answer(RawClient upstream) throws IOException {
    upstream.until("\r\n\r\n");
    upstream.send(Scene.bytes(OK_5 + "12345"));
  }
}
