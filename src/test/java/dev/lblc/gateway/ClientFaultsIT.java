package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.config.SocketTransport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
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

/** Clients that leave, or send what they should not, at each stage of a request: what the server sees, and the log. */
@ParameterizedClass(name = "engine {0}, transport {1}, TLS {2}")
@CsvSource({
  "LANE, NIO, false",
  "LANE, EPOLL, false",
  "LANE, IO_URING, false",
  "LANE, EPOLL, true",
  "VERTX, EPOLL, false",
  "VERTX, EPOLL, true"
})
@TestInstance(PER_CLASS)
final class ClientFaultsIT {
  @Parameter(0)
  Engine engine;

  @Parameter(1)
  SocketTransport transport;

  @Parameter(2)
  boolean isSecure;

  private Scene scene;

  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols|Connection: Upgrade|Upgrade: websocket||";
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
    scene = new Scene(engine, transport, isSecure);
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
      scene.settle();
      if (isLogged(part, end)) {
        assertThat(scene.ended("client_left").get(0)).contains(" 499 ");
      } else {
        scene.begin();
      }
    }
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(GET.replace("/s/x", "/s/own")));
      try (RawClient upstream = scene.accept()) {
        assertThat(upstream.until("\r\n\r\n")).startsWith("GET /s/own ");
        upstream.send(Scene.bytes(OK_2));
        assertThat(client.response()).endsWith("ok");
      }
    }
  }

  /**
   * Vert.x's engine knows of a head once its first line is whole, the lane once it is longer than an empty line. With TLS a reset may be
   * there before the handshake is done.
   */
  private boolean isLogged(String part, End end) {
    boolean isSeen = !isSecure || end != End.RESET;
    return isSeen && (engine == Engine.LANE ? part.length() > 2 : part.indexOf('|') > 0);
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
      RawClient client = scene.client();
      client.send(Scene.bytes(sent));
      try (RawClient upstream = scene.accept()) {
        upstream.until("\r\n\r\n");
        scene.settleLate();
        leave(client, end);
        assertThat(upstream.rest()).doesNotContain("<silence>");
      }
      assertThat(scene.ended("client_left").get(0)).contains(" 499 ");
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
        RawClient client = scene.client();
        client.send(Scene.bytes(request));
        boolean isSeen = !answer.contains(" 103 ");
        try (RawClient upstream = scene.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes(answer));
          if (isSeen) {
            client.until("\r\n\r\n");
          }
          scene.settleLate();
          leave(client, end);
          assertThat(upstream.rest()).isIn("", "123", "<reset>", "123<reset>");
        }
        assertThat(scene.ended(isSeen ? "client_left_in_answer" : "client_left").get(0))
            .contains(isSeen ? " 200 " : " 499 ");
      }
    }
  }

  @Test
  void client_leavingWithRequestsBehindIt_leavesThemUnserved() throws Exception {
    assumeTrue(engine == Engine.LANE); // Vert.x has read them all
    RawClient client = scene.client();
    client.send(Scene.bytes(GET + GET.replace("/x", "/second") + GET.replace("/x", "/third")));
    try (RawClient upstream = scene.accept()) {
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
    scene.ended("answered", "client_left(_in_answer)?");
  }

  // --- clients that do not read ---

  /** More than the kernel's buffers hold of it. */
  private static final int SIZE = 64 << 20;

  private static final String LARGE = "HTTP/1.1 200 OK|Content-Length: " + SIZE + "||";
  private static final String UPGRADE =
      "GET /s/ws HTTP/1.1|Host: h|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13|"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||";
  private static final String UPGRADED =
      "HTTP/1.1 101 Switching Protocols|Connection: Upgrade|Upgrade: websocket|"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=||";

  /** What the gateway may hold of an answer for a client that does not take it, beside what the kernel holds. */
  private static final long AHEAD = 1L << 20;

  @Test
  void clients_thatDoNotRead_holdTheirServersBack() throws Exception {
    assumeTrue(transport != SocketTransport.NIO && !isSecure, "once for each engine");
    List<RawClient> clients = new ArrayList<>();
    List<Flood> floods = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(scene.smallClient().send(Scene.bytes(GET)));
      floods.add(flood(LARGE));
    }
    Flood.awaitStall(floods);
    assertThat(heldOf(floods)).isLessThan(clients.size() * AHEAD);
    assertThat(scene.gateway.active("s")).isEqualTo(clients.size());
    for (int i = 0; i < clients.size(); i++) {
      leave(clients.get(i), End.values()[i % 2]);
    }
    for (Flood flood : floods) {
      flood.awaitEnd();
    }
    scene.ended(
        Collections.nCopies(clients.size(), "client_left_in_answer").toArray(String[]::new));
  }

  @Test
  void client_thatDoesNotRead_isCutOffInTime() throws Exception {
    assumeTrue(transport != SocketTransport.NIO && !isSecure, "once for each engine");
    RawClient client = scene.smallClient().send(Scene.bytes(GET.replace("/s/", "/brief/")));
    Flood flood = flood(LARGE);
    flood.awaitEnd();
    assertThat(client.rest()).startsWith("HTTP/1.1 200 OK").hasSizeLessThan(SIZE);
    scene.ended("client_stalled");
  }

  @Test
  void webSocket_thatIsNotRead_holdsItsServerBack() throws Exception {
    assumeTrue(transport != SocketTransport.NIO && !isSecure, "once for each engine");
    RawClient client = scene.smallClient().send(Scene.bytes(UPGRADE));
    Flood flood = flood(UPGRADED);
    Flood.awaitStall(List.of(flood));
    assertThat(heldOf(List.of(flood))).isLessThan(AHEAD);
    assertThat(scene.gateway.active("s")).isEqualTo(1);
    client.reset();
    flood.awaitEnd();
    scene.ended("answered");
  }

  @Test
  void webSocket_thatIsNotRead_isCutOffInTime() throws Exception {
    assumeTrue(transport != SocketTransport.NIO && !isSecure, "once for each engine");
    RawClient client = scene.smallClient().send(Scene.bytes(UPGRADE.replace("/s/", "/brief/")));
    Flood flood = flood(UPGRADED);
    flood.awaitEnd();
    assertThat(client.rest()).startsWith("HTTP/1.1 101 ").hasSizeLessThan(SIZE);
    scene.ended("tunnel_idle");
  }

  /** The same the other way: a request, and the client's side of a WebSocket, of which the server takes no more. */
  @ParameterizedTest
  @ValueSource(strings = {"POST /s/x HTTP/1.1|Host: h|Content-Length: " + SIZE + "||", UPGRADE})
  void server_thatDoesNotRead_holdsItsClientBack(String request) throws Exception {
    assumeTrue(transport != SocketTransport.NIO && !isSecure, "once for each engine");
    RawClient client = scene.client().send(Scene.bytes(request));
    RawClient upstream = scene.accept();
    upstream.until("\r\n\r\n");
    boolean isTunnel = request.equals(UPGRADE);
    if (isTunnel) {
      upstream.send(Scene.bytes(UPGRADED));
      client.until("\r\n\r\n");
    }
    Flood flood = Flood.into(client, SIZE);
    Flood.awaitStall(List.of(flood));
    assertThat(heldOf(List.of(flood))).isLessThan(AHEAD);
    assertThat(scene.gateway.active("s")).isEqualTo(1);
    upstream.reset();
    flood.awaitEnd();
    scene.ended(isTunnel ? "answered" : "server_left");
  }

  /** How much of these floods is neither with the kernel nor with a client: the gateway has it. */
  private long heldOf(List<Flood> floods) throws Exception {
    assumeTrue(KernelQueues.areKnown());
    long sent = floods.stream().mapToLong(Flood::sent).sum();
    return sent - KernelQueues.octets(scene.gateway.port(), scene.server.port());
  }

  private Flood flood(String head) throws IOException {
    RawClient upstream = scene.accept();
    upstream.until("\r\n\r\n");
    upstream.send(Scene.bytes(head));
    return Flood.into(upstream, SIZE);
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
    scene.gateway.stopTime();
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(request)).endOutput();
      try (RawClient upstream = scene.accept()) {
        upstream.until("\r\n\r\n");
        scene.settle();
        upstream.send(Scene.bytes(OK_2));
        assertThat(client.rest()).startsWith("HTTP/1.").endsWith("ok");
      }
    }
    scene.ended("answered");
  }

  /** The end of the input comes while the first one is served. */
  @Test
  void client_thatEndsItsSideBehindSeveralRequests_isAnsweredAll() throws Exception {
    assumeTrue(engine == Engine.LANE && !isSecure);
    scene.gateway.stopTime();
    for (int round = 0; round < 5; round++) {
      try (RawClient client = scene.client()) {
        client
            .send(Scene.bytes(GET + POST_5 + "12345" + POST_CHUNKED + "5|12345|0||" + GET))
            .endOutput();
        try (RawClient upstream = scene.accept()) {
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
      scene.ended("answered", "answered", "answered", "answered");
    }
  }

  /** The answer has begun when the end of the input comes. */
  @Test
  void client_thatEndsItsSideUnderItsAnswer_getsAllOfIt() throws Exception {
    assumeTrue(engine == Engine.LANE && !isSecure);
    scene.gateway.stopTime();
    for (int round = 0; round < 40; round++) {
      try (RawClient client = scene.client()) {
        client.send(Scene.bytes(GET));
        try (RawClient upstream = scene.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes("HTTP/1.1 200 OK|Content-Length: 5||"));
          client.until("\r\n\r\n");
          client.endOutput();
          upstream.send("12345");
          assertThat(client.rest()).isEqualTo("12345");
        }
      }
      scene.ended("answered");
    }
  }

  /** The end has come before there is a tunnel; the server learns of it, and has the last word. */
  @ParameterizedTest
  @ValueSource(strings = {"", "FIRST"})
  void client_thatEndsItsSideBehindAnUpgrade_getsATunnelForTheAnswer(String early)
      throws Exception {
    assumeTrue(engine == Engine.LANE && !isSecure);
    scene.gateway.stopTime();
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(GET + UPGRADE + early)).endOutput();
      try (RawClient upstream = scene.accept()) {
        upstream.until("\r\n\r\n");
        scene.settle();
        upstream.send(Scene.bytes(OK_2));
        upstream.until("\r\n\r\n");
        upstream.send(Scene.bytes(SWITCHED));
        assertThat(upstream.rest()).isEqualTo(early);
        upstream.send("bye").endOutput();
        assertThat(client.until("ok")).startsWith("HTTP/1.1 200 ");
        assertThat(client.rest()).startsWith("HTTP/1.1 101 ").endsWith("\r\n\r\nbye");
      }
    }
    scene.ended("answered", "answered");
  }

  @Test
  void client_thatEndsItsSideWithinABody_hasLeft() throws Exception {
    assumeTrue(engine == Engine.LANE && !isSecure); // else it may leave before it has a server
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(POST_5 + "123")).endOutput();
      try (RawClient upstream = scene.accept()) {
        assertThat(upstream.rest()).doesNotContain("12345", "<silence>");
      }
      assertThat(client.rest()).isIn("", "<reset>");
    }
    scene.ended("client_left");
  }

  // --- clients that send what they should not ---

  /** What follows cannot be read: the answer stands, and the connection ends. */
  @ParameterizedTest
  @CsvSource({"/elsewhere, no_route", "/refusing/x, connect_failed", "/s/x, answered"})
  void body_thatTurnsOutBadBehindItsAnswer_endsTheConnection(String target, String reason)
      throws Exception {
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(POST_CHUNKED.replace("/s/x", target) + "3|abc|"));
      if (target.startsWith("/s/")) {
        try (RawClient upstream = scene.accept()) {
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
    scene.ended(reason);
  }

  @ParameterizedTest
  @CsvSource({"/elsewhere, no_route", "/refusing/x, connect_failed|bad_request_body"})
  void body_thatTurnsOutBadBeforeItsAnswer_isAnsweredOnce(String target, String reason)
      throws Exception {
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(POST_CHUNKED.replace("/s/x", target) + "3|abc|zz|" + GET));
      assertThat(RawAnswer.all(client.rest().replace("<reset>", ""), List.of())).hasSize(1);
    }
    scene.ended(reason);
  }

  @Test
  void body_thatTurnsOutBad_isRefused() throws Exception {
    assumeTrue(
        engine == Engine.LANE); // Vert.x's reads on while it connects, and may need no server
    for (String bad : List.of("zz|", "3|abcd|", "3|abc|0|: x||", "3;a\u0001|", "0|X-Sum: 1\n")) {
      try (RawClient client = scene.client()) {
        client.send(Scene.bytes(POST_CHUNKED + "2|ok|" + bad));
        try (RawClient upstream = scene.accept()) {
          assertThat(client.rest()).startsWith("HTTP/1.1 400 ");
          assertThat(upstream.rest()).doesNotContain("zz", "<silence>").doesNotEndWith("0\r\n\r\n");
        }
        scene.ended("bad_request_body");
      }
    }
  }

  /** More than the gateway reads before it answers: a socket that is closed with that unread is reset, and the answer lost. */
  @ParameterizedTest
  @CsvSource({
    "'GET /s/', 414, line_too_long",
    "'GET /s/x HTTP/1.1|A: ', 431, headers_too_large",
    "'GET /s/x HTTP/2.0|A: ', 505, unsupported_version",
    "'GET  /s/x HTTP/1.1|A: ', 400, bad_request",
    "'POST /refusing/x HTTP/1.1|Host: h|Transfer-Encoding: chunked||zz|', '400|502', 'bad_request_body|connect_failed'"
  })
  void refusal_ofWhatGoesOn_isReadToItsEnd(String begin, String status, String reason)
      throws Exception {
    byte[] more = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
    int times = isSecure ? 2 : 5; // to encrypt it takes longer than all else
    for (int i = 0; i < times; i++) {
      try (RawClient client = scene.client()) {
        client.send(Scene.bytes(begin));
        client.send(more);
        assertThat(client.endOutput().rest())
            .matches("(?s)HTTP/1.1 (" + status + ") .*\r\n\r\n(" + status + ") [^\r]+\n");
      }
      scene.ended(reason);
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
        try (RawClient upstream = scene.accept()) {
          assertThat(upstream.until("\r\n\r\n")).startsWith("GET /s/x ");
          upstream.send(Scene.bytes(OK_2));
          assertThat(client.response()).as("cut at %d", cut).endsWith("ok");
        }
      }
      scene.ended("connect_failed", "answered");
    }
    try (RawClient client = scene.client()) {
      client.send(Scene.bytes(failing.repeat(3) + GET));
      for (int i = 0; i < 3; i++) {
        assertThat(client.response()).startsWith("HTTP/1.1 502 ");
      }
      try (RawClient upstream = scene.accept()) {
        upstream.until("\r\n\r\n");
        scene.gateway.awaitTicks();
        upstream.send(Scene.bytes(OK_2));
        assertThat(client.response()).endsWith("ok");
      }
    }
    scene.ended("connect_failed", "connect_failed", "connect_failed", "answered");
  }

  @Test
  void requests_behindAConnectionClose_areNotServed() throws Exception {
    try (RawClient client = scene.client()) {
      String last = GET.replace("||", "|Connection: close||");
      client.send(Scene.bytes(last + GET.replace("/x", "/more")));
      try (RawClient upstream = scene.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(Scene.bytes(OK_2));
        assertThat(client.rest()).endsWith("ok");
        client.leave();
      }
    }
    scene.ended("answered");
  }

  @ParameterizedTest
  @EnumSource
  void client_thatLeavesInPlaceOfItsPromisedBody_leavesNothing(End end) throws Exception {
    RawClient client = scene.client();
    client.send(Scene.bytes(POST_5.replace("||", "|Expect: 100-continue||")));
    try (RawClient upstream = scene.accept()) {
      upstream.until("\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 100 ");
      leave(client, end);
      assertThat(upstream.rest()).isIn("", "<reset>");
    }
    scene.ended("client_left");
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
    scene.ended("no_route");
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
      for (byte[] request : ways) {
        try (RawClient upstream = scene.accept()) {
          String head = upstream.until("\r\n\r\n");
          if (head.contains("hunked")) {
            assertThat(data(upstream.until("\r\n0\r\n", "\r\n\r\n"))).isEqualTo("12345");
          } else if (head.startsWith("POST")) {
            assertThat(upstream.exactly(5)).isEqualTo("12345");
          }
          upstream.send(Scene.bytes(OK_2.replace("||", "|Connection: close||")));
          assertThat(client.response()).as("of %d octets", request.length).endsWith("ok");
        }
      }
    }
    scene.ended("answered", "answered", "answered", "answered");
  }

  /** Returns what chunks of data without line breaks hold, which an engine may divide as it likes. */
  private static String data(String chunks) {
    String[] lines = chunks.split("\r\n", -1);
    StringBuilder data = new StringBuilder();
    for (int size = 0; !lines[size].equals("0"); size += 2) {
      data.append(lines[size + 1]);
    }
    return data.toString();
  }

  /** Clients that reset their connection in the moment of the answer are no fault of the gateway. */
  @Test
  void client_thatResetsUnderItsAnswer_isNoError() throws Exception {
    try (LoggedErrors errors = new LoggedErrors()) {
      for (int round = 0; round < 30; round++) {
        RawClient client = scene.client();
        client.send(Scene.bytes(GET));
        try (RawClient upstream = scene.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes("HTTP/1.1 200 OK|Content-Length: 4||a"));
          client.until("\r\n\r\na");
          upstream.send("b");
          client.reset();
          upstream.send("cd");
        } catch (IOException e) {
          assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
        scene.ended("client_left_in_answer|answered");
      }
      assertThat(errors.soFar()).isEmpty();
    }
  }
}
