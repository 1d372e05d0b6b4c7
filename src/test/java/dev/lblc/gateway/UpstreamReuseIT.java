package dev.lblc.gateway;

import static dev.lblc.gateway.RawClient.head;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
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

/**
 * Which connection to a server serves a second client. On one event loop, so that the second client gets the connection
 * of the first one if it may be used again.
 */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class UpstreamReuseIT {
  @Parameter
  Engine engine;

  private RawServer upstreamServer;
  private TestGateway gateway;

  /** What an attacker would like another client to get: whole, and cut off in the middle of a header. */
  private static final String EVIL =
      "HTTP/1.1 302 Found|Location: http://evil.example/|Content-Length: 0||";

  private static final String EVIL_HEAD =
      "HTTP/1.1 302 Found|Location: http://evil.example/|X-Swallow: ";
  private static final String OTHER =
      head("POST /s/other HTTP/1.1", "Host: h", "Content-Length: 0");
  private static final String OK = "HTTP/1.1 200 OK|";
  private static final String OK_2 = "HTTP/1.1 200 OK|Content-Length: 2|";
  private static final String OK_CHUNKED = "HTTP/1.1 200 OK|Transfer-Encoding: chunked|";
  private static final String OK_1_0 = "HTTP/1.0 200 OK|Content-Length: 2|";
  private static final long QUIET_NANOS = 300_000_000;

  /** More than all buffers between a server and a client hold. */
  private static final int FLOOD = 64 << 20;

  private static final int UPLOAD = 8_000_000;

  private static final String LARGE =
      "HTTP/1.1 200 OK|Content-Length: 200000||" + "x".repeat(200_000);

  /**
   * A request and the server's bytes for it; {@code |} ends a line.
   *
   * @param answer its segment
   * @param later a second segment, sent when the client has its answer
   */
  private record Case(String method, String answer, String later) {
    static Case of(String method, String answer) {
      return new Case(method, answer, "");
    }

    String request() {
      return method.equals("POST")
          ? head("POST /s/first HTTP/1.1", "Host: h", "Content-Length: 3") + "abc"
          : head(method + " /s/first HTTP/1.1", "Host: h");
    }

    /** That of the answer behind its interim ones. */
    String status() {
      String last = answer;
      while (last.matches("(?s)HTTP/1.1 10[0-9] .*")) {
        last = last.substring(last.indexOf("||") + 2);
      }
      return last.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
    }

    boolean isHead() {
      return method.equals("HEAD");
    }

    @Override
    public String toString() {
      String all = answer + (later.isEmpty() ? "" : "  later: " + later);
      return method + " " + (all.length() > 200 ? all.substring(0, 200) + "..." : all);
    }
  }

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    upstreamServer = new RawServer();
    gateway = new TestGateway(engine);
    JsonObject patient = new JsonObject()
        .put("timeouts", new JsonObject().put("response", "20s").put("idle", "20s"));
    gateway.service("s", upstreamServer.port()).route("s", patient).start(1);
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
    upstreamServer.close();
  }

  /** Answers followed by bytes that belong to none. */
  static List<Case> answersWithMore() {
    List<String> more = List.of(
        EVIL,
        EVIL_HEAD,
        EVIL + EVIL_HEAD,
        "HTTP/1.1 200 OK|Content-Length: 5||stale",
        "HTTP/1.1 100 Continue||",
        "HTTP/1.1 408 Request Timeout|Connection: close|Content-Length: 0||",
        "H",
        "|",
        "\0",
        "stale");
    List<Case> cases = new ArrayList<>();
    for (String bytes : more) {
      for (Case complete : List.of(
          Case.of("HEAD", OK + "Content-Length: 90||"),
          Case.of("GET", "HTTP/1.1 204 No Content||"),
          Case.of("GET", "HTTP/1.1 304 Not Modified|ETag: \"1\"||"),
          Case.of("GET", OK_2 + "|ok"),
          Case.of("POST", OK_CHUNKED + "|2|ok|0||"))) {
        cases.add(Case.of(complete.method(), complete.answer() + bytes));
        cases.add(new Case(complete.method(), complete.answer(), bytes));
      }
    }
    cases.addAll(List.of(
        // Bodies where there are none.
        Case.of("HEAD", OK_2 + "|ok"),
        Case.of("HEAD", OK_CHUNKED + "|2|ok|0||"),
        Case.of("HEAD", OK_CHUNKED + "|0||"),
        Case.of("HEAD", OK + "|ok"),
        Case.of("HEAD", "HTTP/1.1 404 Not Found|Content-Length: 2||no"),
        Case.of("HEAD", "HTTP/1.1 103 Early Hints|Link: </a>||" + OK_2 + "|ok"),
        Case.of("HEAD", OK_1_0 + "Connection: keep-alive||ok"),
        Case.of("GET", "HTTP/1.1 204 No Content|Content-Length: 2||ok"),
        Case.of("GET", "HTTP/1.1 204 No Content|Transfer-Encoding: chunked||2|ok|0||"),
        Case.of("GET", "HTTP/1.1 304 Not Modified|Content-Length: 2||ok"),
        Case.of("GET", "HTTP/1.1 304 Not Modified|Transfer-Encoding: chunked||0||"),
        // Other ends of an answer.
        Case.of("GET", OK + "Content-Length: 0||" + EVIL),
        Case.of("GET", OK_CHUNKED + "|0||" + EVIL_HEAD),
        Case.of("GET", OK_CHUNKED + "|2|ok|0|X-Sum: 1||" + EVIL_HEAD),
        Case.of("GET", OK_1_0 + "Connection: keep-alive||ok" + EVIL),
        Case.of("GET", "HTTP/1.1 102 Processing||" + OK_2 + "|ok" + EVIL),
        Case.of("GET", "HTTP/1.1 100 Continue||" + OK_2 + "|ok" + EVIL_HEAD),
        Case.of("GET", "HTTP/1.1 500 Internal Server Error|Content-Length: 2||no" + EVIL),
        Case.of("OPTIONS", OK_2 + "|ok" + EVIL),
        Case.of("DELETE", OK_2 + "|ok" + EVIL_HEAD),
        Case.of("GET", LARGE + EVIL),
        Case.of("GET", LARGE + EVIL_HEAD),
        new Case("GET", LARGE, EVIL_HEAD)));
    return cases;
  }

  @ParameterizedTest
  @MethodSource("answersWithMore")
  void answer_withMoreBehindIt_isTheLastOfItsConnection(Case tried) throws Exception {
    answeredOnce(tried);
  }

  /** Answers after which the server closes, whatever it says besides. */
  static List<Case> answersThatClose() {
    return List.of(
        Case.of("POST", OK_2 + "Connection: close||ok"),
        Case.of("POST", OK_2 + "connection:CLOSE||ok"),
        Case.of("POST", OK_2 + "Connection: \tclose \t||ok"),
        Case.of("POST", OK_2 + "Connection: close, X-Hop|X-Hop: 1||ok"),
        Case.of("POST", OK_2 + "Connection: X-Hop, close|X-Hop: 1||ok"),
        Case.of("POST", OK_2 + "Connection: X-Hop,Close,||ok"),
        Case.of("POST", OK_2 + "Connection: ,close||ok"),
        Case.of("POST", OK_2 + "Connection: keep-alive, close||ok"),
        Case.of("POST", OK_2 + "Connection: X-Hop|Connection: close||ok"),
        Case.of("POST", OK_2 + "Connection: close|Connection: keep-alive||ok"),
        Case.of("POST", OK_2 + "Connection: keep-alive|Via: 1.1 a|Connection: Close||ok"),
        Case.of("POST", OK_2 + "Connection: close|Keep-Alive: timeout=60||ok"),
        Case.of("POST", OK_CHUNKED + "Connection: close||2|ok|0||"),
        Case.of("POST", OK + "Connection: close|Content-Length: 0||"),
        Case.of("POST", "HTTP/1.1 204 No Content|Connection: close||"),
        Case.of(
            "POST", "HTTP/1.1 500 Internal Server Error|Connection: close|Content-Length: 2||no"),
        Case.of("POST", "HTTP/1.1 103 Early Hints|Link: </a>||" + OK_2 + "Connection: close||ok"),
        Case.of("GET", "HTTP/1.1 304 Not Modified|Connection: close||"),
        Case.of("HEAD", OK_2 + "Connection: close||"),
        Case.of("POST", OK_1_0 + "|ok"),
        Case.of("POST", OK_1_0 + "Connection: close||ok"),
        Case.of("POST", OK_1_0 + "Connection: X-Hop||ok"),
        Case.of("POST", OK_1_0 + "Proxy-Connection: keep-alive||ok"),
        Case.of("POST", OK_1_0 + "Connection: keep-alive, close||ok"),
        new Case("POST", OK_2 + "Connection: close||ok", EVIL));
  }

  @ParameterizedTest
  @MethodSource("answersThatClose")
  void answer_ofAServerThatCloses_isTheLastOfItsConnection(Case tried) throws Exception {
    answeredOnce(tried);
  }

  static List<Case> ordinaryAnswers() {
    return List.of(
        Case.of("HEAD", OK + "Content-Length: 90||"),
        Case.of("HEAD", OK_CHUNKED + "|"),
        Case.of("HEAD", OK + "|"),
        Case.of("HEAD", "HTTP/1.1 103 Early Hints|Link: </a>||" + OK + "Content-Length: 1234||"),
        Case.of("GET", "HTTP/1.1 204 No Content||"),
        Case.of("GET", "HTTP/1.1 304 Not Modified|ETag: \"1\"|Content-Length: 90||"),
        Case.of("GET", OK_2 + "|ok"),
        Case.of("GET", OK + "Content-Length: 0||"),
        Case.of("GET", OK_CHUNKED + "|2|ok|0||"),
        Case.of("GET", OK_CHUNKED + "|2|ok|0|X-Sum: 1||"),
        Case.of("GET", LARGE),
        Case.of("POST", OK_2 + "|ok"),
        Case.of("POST", "HTTP/1.1 100 Continue||" + OK_2 + "|ok"),
        Case.of("GET", "HTTP/1.1 102 Processing||" + OK_2 + "|ok"),
        Case.of("GET", "HTTP/1.1 500 Internal Server Error|Content-Length: 2||no"),
        Case.of("GET", OK_2 + "Connection: keep-alive||ok"),
        Case.of("GET", OK_2 + "Connection: X-Close||ok"),
        Case.of("GET", OK_2 + "Proxy-Connection: close||ok"),
        Case.of("GET", OK_1_0 + "Connection: Keep-Alive||ok"));
  }

  @ParameterizedTest
  @MethodSource("ordinaryAnswers")
  void connection_ofAnOrdinaryAnswer_servesTheNextClient(Case tried) throws Exception {
    try (RawClient client = new RawClient(gateway.port());
        RawClient other = new RawClient(gateway.port())) {
      client.send(tried.request());
      try (RawClient upstream = upstreamServer.accept()) {
        answer(tried, upstream, client);
        other.send(OTHER);
        served(other, upstream);
      }
    }
  }

  @Test
  void switch_nobodyAskedFor_isTheLastOfItsConnection() throws Exception {
    try (RawClient client = new RawClient(gateway.port());
        RawClient other = new RawClient(gateway.port())) {
      client.send(Case.of("GET", "").request());
      try (RawClient upstream = upstreamServer.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(
            bytes("HTTP/1.1 101 Switching Protocols|Upgrade: x|Connection: upgrade||" + EVIL));
        assertThat(client.response()).startsWith("HTTP/1.1 502");
        servedElsewhere(other, upstream);
      }
    }
  }

  @Test
  void upgrade_refusedByTheServer_isTheLastOfItsConnection() throws Exception {
    try (RawClient client = new RawClient(gateway.port());
        RawClient other = new RawClient(gateway.port())) {
      client.send(head(
          "GET /s/first HTTP/1.1",
          "Host: h",
          "Connection: upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="));
      try (RawClient upstream = upstreamServer.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(bytes("HTTP/1.1 403 Forbidden|Content-Length: 2||no" + EVIL));
        assertThat(client.response()).startsWith("HTTP/1.1 403").endsWith("no");
        servedElsewhere(other, upstream);
      }
    }
  }

  /** A server may be done before it has the whole request. */
  @Test
  void answer_beforeTheEndOfItsRequest_isTheLastOfItsConnection() throws Exception {
    try (RawClient client = new RawClient(gateway.port());
        RawClient other = new RawClient(gateway.port())) {
      client.send(head("POST /s/first HTTP/1.1", "Host: h", "Content-Length: 8") + "abc");
      try (RawClient upstream = upstreamServer.accept()) {
        upstream.until("\r\n\r\nabc");
        upstream.send(bytes("HTTP/1.1 413 Too Large|Content-Length: 2||no" + EVIL));
        assertThat(client.response()).startsWith("HTTP/1.1 413").endsWith("no");
        client.send("defgh");
        servedElsewhere(other, upstream);
      }
    }
  }

  /** The server resets its connection with what it has not read, under the writes of the gateway. */
  @Test
  void answer_ofAServerThatClosesUnderAnUpload_reachesTheClient() throws Exception {
    int rounds = 15;
    int seen = 0;
    for (int round = 0; round < rounds; round++) {
      try (RawClient client = new RawClient(gateway.port())) {
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
          try {
            client
                .send(head("POST /s/first HTTP/1.1", "Host: h", "Content-Length: " + UPLOAD))
                .send(new byte[UPLOAD]);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
        try (RawClient upstream = upstreamServer.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(bytes("HTTP/1.1 413 Too Large|Connection: close|Content-Length: 2||no"));
        }
        seen += client.response().startsWith("HTTP/1.1 413 ") ? 1 : 0;
        sending.get(10, SECONDS); // all of it is read, so that the client gets to its answer
      }
    }
    assertThat(seen).isGreaterThanOrEqualTo(12); // the reset may come first
  }

  /** Bytes on a new connection cannot be told from an early answer; they are given to one client at most. */
  @Test
  void connection_onWhichTheServerSpeaksFirst_servesOneRequest() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (RawClient client = new RawClient(gateway.port());
          RawClient other = new RawClient(gateway.port())) {
        client.send(Case.of("POST", "").request());
        try (RawClient upstream = upstreamServer.accept()) {
          upstream.send(bytes(EVIL + EVIL_HEAD));
          assertThat(client.response()).startsWith("HTTP/1.1 ");
          other.send(OTHER);
          try (RawClient second = upstreamServer.accept()) {
            served(other, second);
          }
          assertThat(upstream.rest()).doesNotContain("/s/other");
        }
      }
    }
  }

  @Test
  void upgradeRequired_saysToWhat() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(Case.of("GET", "").request());
      try (RawClient upstream = upstreamServer.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(
            bytes(
                "HTTP/1.1 426 Upgrade Required|Upgrade: websocket|Connection: upgrade|Content-Length: 0||"));
        assertThat(client.response())
            .startsWith("HTTP/1.1 426 ")
            .containsIgnoringCase("upgrade: websocket");
      }
    }
  }

  /** A Content-Length of 0 would be taken for that of what the client has. */
  @Test
  void notModified_withAPhraseOfItsOwn_getsNoLength() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(Case.of("GET", "").request());
      try (RawClient upstream = upstreamServer.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(bytes("HTTP/1.1 304 not modified|ETag: 1||"));
        assertThat(client.response(true))
            .startsWith("HTTP/1.1 304 ")
            .doesNotContainIgnoringCase("length");
      }
    }
  }

  /** A client that reads late has the whole of its answer, though the connection to the server was given up before. */
  @ParameterizedTest
  @CsvSource({
    "close, 100000", "close, 3000000",
    "garbage, 100000", "garbage, 3000000",
    "end, 100000", "end, 3000000"
  })
  void answer_ofAGivenUpConnection_reachesALateReaderWhole(String way, int length)
      throws Exception {
    try (RawClient client = new RawClient(narrow())) {
      client.send(Case.of("GET", "").request());
      try (RawClient upstream = upstreamServer.accept()) {
        upstream.until("\r\n\r\n");
        String close = way.equals("close") ? "Connection: close|" : "";
        String body = "x".repeat(length);
        upstream.send(bytes(OK + close + "Content-Length: " + length + "||" + body));
        if (way.equals("garbage")) {
          upstream.send(bytes(EVIL));
        } else {
          upstream.endOutput();
        }
        assertThat(client.response().endsWith("\r\n\r\n" + body)).as("whole").isTrue();
        assertThat(upstream.rest()).isIn("", "<reset>");
      }
    }
  }

  /**
   * A server that sends more and more behind its answer, to a client that does not read. How much of an answer can be on its way is
   * not known: the length at which the gateway no longer reads to the end of it is looked for, since up to there the
   * gateway has the end, and the client has not.
   */
  @Test
  void server_thatFloodsBehindItsAnswer_isNotReadForEver() throws Exception {
    int taken = 16_384;
    int tooMuch = 16 << 20;
    while (tooMuch - taken > 8_192) {
      int length = (taken + tooMuch) / 2;
      if (floods(length)) {
        taken = length;
      } else {
        tooMuch = length;
      }
    }
  }

  /** Returns whether the gateway has read to the end of an answer of that length, and into what is behind it. */
  private boolean floods(int length) throws Exception {
    try (RawClient client = new RawClient(narrow())) {
      client.send(Case.of("GET", "").request());
      try (RawClient upstream = upstreamServer.accept()) {
        upstream.until("\r\n\r\n");
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Boolean> isClosed = CompletableFuture.supplyAsync(() -> {
          try {
            upstream.send(bytes(OK + "Content-Length: " + length + "||"));
            byte[] piece = new byte[65_536];
            while (sent.get() < length + FLOOD) {
              upstream.send(piece);
              sent.addAndGet(piece.length);
            }
            return false;
          } catch (IOException e) {
            return true;
          }
        });
        long[] seen = {-1, System.nanoTime()};
        Eventually.holds("closed, or held back", () -> {
          if (sent.get() != seen[0]) {
            seen[0] = sent.get();
            seen[1] = System.nanoTime();
          }
          return isClosed.isDone() || System.nanoTime() - seen[1] > QUIET_NANOS;
        });
        boolean isRead = isClosed.isDone();
        assertThat(sent.get()).as("of %d", length).isLessThan(length + FLOOD);
        assertThat(client.response().length()).isGreaterThan(length);
        assertThat(isClosed.get(10, SECONDS)).isTrue();
        return isRead;
      }
    }
  }

  private Socket narrow() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16_384);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
    return socket;
  }

  /** Answers the first client, and the second one on a connection of its own. */
  private void answeredOnce(Case tried) throws Exception {
    try (RawClient client = new RawClient(gateway.port());
        RawClient other = new RawClient(gateway.port())) {
      client.send(tried.request());
      try (RawClient upstream = upstreamServer.accept()) {
        answer(tried, upstream, client);
        servedElsewhere(other, upstream);
      }
    }
  }

  private static void answer(Case tried, RawClient upstream, RawClient client) throws Exception {
    upstream.until("\r\n\r\n");
    if (tried.method().equals("POST")) {
      upstream.exactly(3);
    }
    upstream.send(bytes(tried.answer()));
    assertThat(client.finalResponse(tried.isHead()))
        .startsWith("HTTP/1.1 " + tried.status())
        .doesNotContain("evil", "stale");
    if (!tried.later().isEmpty()) {
      upstream.send(bytes(tried.later()));
      assertThat(upstream.rest()).as("closed at once").isIn("", "<reset>");
    }
  }

  /** Another client's request comes on another connection than the first one, on which nothing comes any more. */
  private void servedElsewhere(RawClient other, RawClient first) throws Exception {
    other.send(OTHER);
    try (RawClient second = upstreamServer.accept()) {
      served(other, second);
    }
    assertThat(first.rest()).as("on the first connection").isIn("", "<reset>");
  }

  /** The request that another client sent comes on this connection, which is closed afterwards. */
  private static void served(RawClient other, RawClient upstream) throws Exception {
    assertThat(upstream.until("\r\n\r\n")).startsWith("POST /s/other ");
    upstream.send(bytes(OK + "Content-Length: 3||own"));
    assertThat(other.response()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nown");
    upstream.endOutput();
    assertThat(upstream.rest()).isEmpty();
  }

  private static byte[] bytes(String lines) {
    return lines.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }
}
