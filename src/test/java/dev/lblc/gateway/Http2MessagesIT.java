package dev.lblc.gateway;

import static dev.lblc.gateway.Http2Peer.CANCEL;
import static dev.lblc.gateway.Http2Peer.INITIAL_WINDOW_SIZE;
import static dev.lblc.gateway.Http2Peer.INTERNAL_ERROR;
import static dev.lblc.gateway.Http2Peer.NO_ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.Http2Scene.Place;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages between clients of either version of HTTP and servers that speak HTTP/2. */
@TestInstance(PER_CLASS)
final class Http2MessagesIT {
  private final Http2Scene scene = new Http2Scene();
  private RawServer old;

  @BeforeAll
  void start() throws Exception {
    old = new RawServer();
    scene.gateway.service("old", old.port()).route("old", new JsonObject());
    scene.plain(70).start();
  }

  @AfterAll
  void stop() throws Exception {
    scene.stop();
    old.close();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    scene.end();
  }

  // --- what passes ---

  @Test
  void messages_fromHttp1ToHttp2_passWithTrailersBothWays() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request(
            "POST",
            "x?q=1",
            "Transfer-Encoding: chunked",
            "Connection: x-hop",
            "X-Hop: 1",
            "TE: trailers",
            "Trailer: x-sum",
            "X-Own: 2")
        + "3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n");
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept();
    assertThat(stream.field(":method")).isEqualTo("POST");
    assertThat(stream.field(":path")).isEqualTo(to.path("x?q=1"));
    assertThat(stream.field(":scheme")).isEqualTo("http");
    assertThat(stream.field(":authority")).isEqualTo("h");
    assertThat(stream.field("x-own")).isEqualTo("2");
    assertThat(stream.field("te")).isEqualTo("trailers");
    assertThat(stream.field("x-forwarded-for")).isEqualTo("127.0.0.1");
    for (String hop : new String[] {"host", "connection", "x-hop", "transfer-encoding"}) {
      assertThat(stream.field(hop)).as(hop).isNull();
    }
    assertThat(stream.awaitEnd().body()).isEqualTo("abc");
    assertThat(stream.field("x-sum")).isEqualTo("7");
    stream.head(false, ":status: 200", "x-answer: 1").data(false, "defg").head(true, "x-end: 8");
    String response = client.response();
    assertThat(response)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .containsIgnoringCase("\r\nx-answer: 1\r\n")
        .contains("\r\n4\r\ndefg\r\n0\r\n")
        .endsWith("\r\nx-end: 8\r\n\r\n");
  }

  @Test
  void messages_fromHttp2ToHttp1_passWithTrailersBothWays() throws Exception {
    Http2Peer client = scene.client2();
    Http2Peer.Stream stream = client.request(false, "POST", "/old/x", "te: trailers", "x-own: 2");
    RawClient server = scene.noted(old.accept());
    String head = server.until("\r\n\r\n");
    assertThat(head)
        .startsWith("POST /old/x HTTP/1.1\r\n")
        .containsIgnoringCase("\r\nhost: h\r\n")
        .containsIgnoringCase("\r\ntransfer-encoding: chunked\r\n")
        .containsIgnoringCase("\r\nx-own: 2\r\n")
        .containsIgnoringCase("\r\nte: trailers\r\n");
    stream.data(false, "abc").head(true, "x-sum: 7");
    assertThat(server.until("0\r\n", "\r\n\r\n")).isEqualTo("3\r\nabc\r\n0\r\nx-sum: 7\r\n\r\n");
    server.send(RawClient.head(
        "HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Connection: x-hop", "X-Hop: 1"));
    server.send("4\r\ndefg\r\n0\r\nX-End: 8\r\n\r\n");
    assertThat(stream.awaitStatus()).isEqualTo("200");
    assertThat(stream.field("x-hop")).isNull();
    assertThat(stream.field("transfer-encoding")).isNull();
    assertThat(stream.awaitEnd().body()).isEqualTo("defg");
    assertThat(stream.field("x-end")).isEqualTo("8");
  }

  @Test
  void messages_fromHttp2ToHttp2_passWithTrailersBothWays() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked =
        client.request(false, "POST", to.path("x"), "te: trailers", "cookie: a=1", "cookie: b=2");
    Http2Peer.Stream stream = scene.server(to).accept();
    assertThat(stream.field("cookie")).isEqualTo("a=1; b=2");
    asked.data(false, "abc").head(true, "x-sum: 7");
    assertThat(stream.awaitEnd().body()).isEqualTo("abc");
    assertThat(stream.field("x-sum")).isEqualTo("7");
    stream.head(false, ":status: 200").data(false, "defg").head(true, "x-end: 8");
    assertThat(asked.awaitEnd().body()).isEqualTo("defg");
    assertThat(asked.heads()).isEqualTo(2);
    assertThat(asked.field("x-end")).isEqualTo("8");
  }

  @ParameterizedTest
  @CsvSource({"HEAD, 200, 5", "GET, 204, -", "GET, 304, 5", "HEAD, 304, -", "GET, 200, 0"})
  void answer_withoutBody_isWhole(String method, String status, String length) throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    for (int i = 0; i < 2; i++) {
      client.send(to.request(method, "x"));
      Http2Peer.Stream stream = scene.only(to).accept();
      String[] fields = length.equals("-")
          ? new String[] {":status: " + status}
          : new String[] {":status: " + status, "content-length: " + length};
      boolean isOneFrame = i == 0;
      stream.head(isOneFrame, fields);
      if (!isOneFrame) {
        stream.data(true, "");
      }
      String response = client.response(method.equals("HEAD"));
      assertThat(response).startsWith("HTTP/1.1 " + status);
      if (!length.equals("-")) {
        assertThat(response).containsIgnoringCase("content-length: " + length);
      }
      assertThat(response).endsWith("\r\n\r\n");
    }
    client.send(to.get("last"));
    scene.only(to).accept().head(false, ":status: 200").data(true, "last");
    assertThat(client.response()).contains("\r\n4\r\nlast\r\n");
  }

  @Test
  void body_ofKnownLength_passesWithIt() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request("PUT", "x", "Content-Length: 3") + "abc");
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept();
    assertThat(stream.field("content-length")).isEqualTo("3");
    assertThat(stream.awaitEnd().body()).isEqualTo("abc");
    stream.head(false, ":status: 201", "content-length: 2").data(true, "ok");
    assertThat(client.response()).contains("content-length: 2").endsWith("\r\n\r\nok");
    client.send(to.request("PUT", "y", "Content-Length: 0"));
    Http2Peer.Stream empty = server.accept();
    assertThat(empty.awaitEnd().body()).isEmpty();
    empty.head(true, ":status: 200");
    assertThat(client.response()).startsWith("HTTP/1.1 200 OK");
  }

  @Test
  void answers_thatAreInterim_goToClientsOfBothVersions() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.get("x"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept();
    stream.head(false, ":status: 103", "link: </a>");
    assertThat(client.response())
        .startsWith("HTTP/1.1 103")
        .containsIgnoringCase("\r\nlink: </a>\r\n");
    stream.head(false, ":status: 102").head(true, ":status: 200");
    assertThat(client.response()).startsWith("HTTP/1.1 102");
    assertThat(client.response()).startsWith("HTTP/1.1 200");
    Http2Peer.Stream asked = scene.client2().get(to.path("y"));
    Http2Peer.Stream second = server.accept();
    second.head(false, ":status: 103", "link: </b>");
    assertThat(asked.awaitHeads(1).field(":status")).isEqualTo("103");
    assertThat(asked.field("link")).isEqualTo("</b>");
    second.head(true, ":status: 200");
    assertThat(asked.awaitStatus()).isEqualTo("200");
    Http2Peer.Stream early = scene.client2().get("/old/x");
    RawClient oldServer = scene.noted(old.accept());
    oldServer.until("\r\n\r\n");
    oldServer.send(RawClient.head("HTTP/1.1 103 Early Hints", "Link: </c>"));
    assertThat(early.awaitHeads(1).field("link")).isEqualTo("</c>");
    oldServer.send(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 0"));
    assertThat(early.awaitStatus()).isEqualTo("200");
  }

  @Test
  void request_thatAwaitsALeaveToGoOn_getsIt() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request("POST", "x", "Content-Length: 3", "Expect: 100-continue"));
    Http2Peer.Stream stream = scene.server(to).accept();
    assertThat(client.response()).startsWith("HTTP/1.1 100 ");
    assertThat(stream.field("expect")).isNull();
    client.send("abc");
    assertThat(stream.awaitEnd().body()).isEqualTo("abc");
    stream.head(true, ":status: 200");
    assertThat(client.response()).startsWith("HTTP/1.1 200");
  }

  @Test
  void fields_ofManyFrames_passBothWays() throws Exception {
    Place to = scene.next();
    String large = "x".repeat(30_000);
    Http2Peer.Stream asked = scene.client2().get(to.path("x"), "x-large: " + large);
    Http2Peer.Stream stream = scene.server(to).accept();
    assertThat(stream.field("x-large")).isEqualTo(large);
    stream.head(false, ":status: 200", "x-back: " + large).head(true, "x-end: " + large);
    assertThat(asked.awaitStatus()).isEqualTo("200");
    assertThat(asked.field("x-back")).isEqualTo(large);
    assertThat(asked.awaitEnd().field("x-end")).isEqualTo(large);
  }

  @Test
  void frames_withPadding_areReadWithoutIt() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.get("x"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept();
    byte[] fields = server.encoded(stream.id(), ":status: 200", "content-length: 6");
    server.frame(
        Http2Peer.HEADERS,
        Http2Peer.PADDED | Http2Peer.END_HEADERS,
        stream.id(),
        padded(fields, 7));
    server.frame(Http2Peer.DATA, Http2Peer.PADDED, stream.id(), padded("abc", 255));
    server.frame(Http2Peer.DATA, Http2Peer.PADDED, stream.id(), padded("", 30));
    server.frame(
        Http2Peer.DATA, Http2Peer.PADDED | Http2Peer.END_STREAM, stream.id(), padded("def", 0));
    assertThat(client.response()).endsWith("\r\n\r\nabcdef");
  }

  private static byte[] padded(String text, int padding) {
    return padded(text.getBytes(StandardCharsets.ISO_8859_1), padding);
  }

  private static byte[] padded(byte[] content, int padding) {
    byte[] all = new byte[1 + content.length + padding];
    all[0] = (byte) padding;
    System.arraycopy(content, 0, all, 1, content.length);
    return all;
  }

  // --- answers before the end of their request ---

  @Test
  void answer_beforeTheEndOfItsRequest_endsBothStreams() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.request(false, "POST", to.path("x")).data(false, "abc");
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept().awaitBody(3);
    stream.head(false, ":status: 413").data(true, "no");
    assertThat(asked.awaitEnd().field(":status")).isEqualTo("413");
    assertThat(asked.body()).isEqualTo("no");
    assertThat(asked.awaitReset()).isEqualTo(NO_ERROR);
    assertThat(stream.awaitReset()).isEqualTo(CANCEL);
    asked.data(true, "late");
    Http2Peer.Stream next = client.get(to.path("y"));
    server.accept().head(true, ":status: 200");
    assertThat(next.awaitStatus()).isEqualTo("200");
  }

  @Test
  void answer_beforeTheEndOfARequestOfHttp1_leavesItsConnection() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request("POST", "x", "Content-Length: 6") + "abc");
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept().awaitBody(3);
    stream.head(false, ":status: 413", "content-length: 2").data(true, "no");
    assertThat(client.response()).startsWith("HTTP/1.1 413").endsWith("no");
    assertThat(stream.awaitReset()).isEqualTo(CANCEL);
    client.send("def" + to.get("y"));
    server.accept().head(true, ":status: 200");
    assertThat(client.response()).startsWith("HTTP/1.1 200");
  }

  /** The body comes with its head: nothing may wait for a server that is never asked. */
  @ParameterizedTest
  @ValueSource(strings = {"/nowhere", "*bad"})
  void refusal_ofARequestWithABody_isAnAnswer(String path) throws Exception {
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.request(false, "POST", path);
    asked.data(false, "abc").data(true, "def");
    assertThat(asked.awaitStatus()).startsWith("4");
    assertThat(asked.awaitEnd().body()).startsWith("4");
    assertThat(client.get("/nowhere").awaitStatus()).isEqualTo("404");
  }

  // --- answers that are none ---

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "GET; :status: 101",
        "GET; :status: 099",
        "GET; :status: 20",
        "GET; x-no: status",
        "GET; :status: 200,X-Upper: 1",
        "GET; :status: 200,transfer-encoding: chunked",
        "GET; :status: 200,content-length: 5,content-length: 6",
        "GET; :status: 200,content-length: x",
        "GET; :status: 200,x-a: a\rb"
      })
  void answer_thatIsNone_is502(String method, String fields) throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request(method, "x"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept();
    stream.head(false, fields.split(",")).data(true, "abcde");
    assertThat(client.response()).startsWith("HTTP/1.1 502").endsWith("502 invalid response\n");
    client.send(to.get("y"));
    Http2Peer.Stream next = server.accept();
    next.head(false, ":status: 200", "content-length: 2").data(true, "ok");
    assertThat(client.response()).endsWith("\r\n\r\nok");
  }

  /** A client of HTTP/1.1 would take what follows for the rest, or the rest for what follows. */
  @ParameterizedTest
  @CsvSource({
    "HEAD, 200, 5, abcde",
    "HEAD, 200, -, abcde",
    "GET, 204, -, abcde",
    "GET, 304, 5, abcde",
    "GET, 200, 5, -",
    "GET, 200, 5, empty",
    "GET, 200, 5, trailers",
    "GET, 200, 5, abcd",
    "GET, 200, 5, abcdef",
    "GET, 200, 0, a"
  })
  void answer_ofAnotherLengthThanItSays_endsTheConnection(
      String method, String status, String length, String body) throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request(method, "x") + to.get("y"));
    Http2Peer.Stream stream = scene.server(to).accept();
    String[] fields = length.equals("-")
        ? new String[] {":status: " + status}
        : new String[] {":status: " + status, "content-length: " + length};
    stream.head(body.equals("-"), fields);
    switch (body) {
      case "-" -> {}
      case "empty" -> stream.data(true, "");
      case "trailers" -> stream.head(true, "x-end: 1");
      default -> stream.data(true, body);
    }
    String head = client.until("\r\n\r\n");
    if (head.startsWith("HTTP/1.1 502")) {
      return;
    }
    assertThat(client.rest()).doesNotContain("HTTP").hasSizeLessThan(5);
  }

  @Test
  void body_beforeItsHead_is502() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.get("x"));
    Http2Peer server = scene.server(to);
    server.accept().data(false, "abc");
    assertThat(client.response()).endsWith("502 invalid response\n");
  }

  @Test
  void answer_ofNothingButInterimOnes_is502() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.get("x"));
    scene.server(to).accept().head(true, ":status: 103");
    assertThat(client.response()).endsWith("502 invalid response\n");
  }

  @Test
  void head_largerThanAllowed_is502() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.get("x"));
    Http2Peer server = scene.server(to);
    server.accept().head(true, ":status: 200", "x-large: " + "x".repeat(70_000));
    assertThat(client.response()).startsWith("HTTP/1.1 502");
  }

  /** The request is whole, and the server's limit is its own affair. */
  @Test
  void head_largerThanTheServerTakes_isNotSent() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(
        to.request("POST", "x", "X-Large: " + "x".repeat(5000), "Content-Length: 3") + "abc");
    Http2Peer server = scene.server(to, Http2Peer.MAX_HEADER_LIST_SIZE, 1000);
    assertThat(client.response()).startsWith("HTTP/1.1 502");
    client.send(to.get("y"));
    server.accept().head(true, ":status: 200");
    assertThat(client.response()).startsWith("HTTP/1.1 200");
  }

  /** Also where something of it still waits for a window. */
  @Test
  void answer_thatItsClientGivesUp_isLoggedAsThat() throws Exception {
    Place to = scene.next();
    try (AccessLines lines = new AccessLines()) {
      Http2Peer client = scene.client2(INITIAL_WINDOW_SIZE, 3).hold();
      Http2Peer.Stream asked = client.get(to.path("x"));
      scene.server(to).accept().head(false, ":status: 200").data(false, "abcdef");
      asked.awaitBody(3).reset(CANCEL);
      assertThat(lines.await(1).get(0))
          .contains(" 200 ")
          .endsWith(" client closed the connection in mid-answer");
    }
  }

  @Test
  void answer_resetInItsMiddle_cutsItsClientOffAndNoOther() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream cut = client.get(to.path("x"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream first = server.accept();
    Http2Peer.Stream whole = client.get(to.path("y"));
    Http2Peer.Stream second = server.accept();
    RawClient oldClient = scene.client();
    oldClient.send(to.get("z"));
    Http2Peer.Stream third = server.accept();
    first.head(false, ":status: 200").data(false, "ab");
    third.head(false, ":status: 200").data(false, "ab");
    assertThat(cut.awaitBody(2).body()).isEqualTo("ab");
    assertThat(oldClient.until("\r\n\r\n2\r\nab\r\n")).startsWith("HTTP/1.1 200");
    first.reset(CANCEL);
    third.reset(INTERNAL_ERROR);
    assertThat(cut.awaitReset()).isEqualTo(INTERNAL_ERROR);
    assertThat(oldClient.rest()).doesNotContain("0\r\n");
    second.head(false, ":status: 200").data(true, "cd");
    assertThat(whole.awaitEnd().body()).isEqualTo("cd");
    server.awaitRead();
    assertThat(first.code()).as("no answer to a reset").isNegative();
  }
}
