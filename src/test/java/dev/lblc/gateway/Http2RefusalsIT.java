package dev.lblc.gateway;

import static dev.lblc.gateway.Http2Peer.CANCEL;
import static dev.lblc.gateway.Http2Peer.INITIAL_WINDOW_SIZE;
import static dev.lblc.gateway.Http2Peer.INTERNAL_ERROR;
import static dev.lblc.gateway.Http2Peer.NO_ERROR;
import static dev.lblc.gateway.Http2Peer.REFUSED_STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.Http2Scene.Place;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that a server of HTTP/2 has not looked at, as it says: they are sent again, with what it had of their bodies. */
@TestInstance(PER_CLASS)
final class Http2RefusalsIT {
  private static final int KEPT = 60_000;
  private static final int NOT_KEPT = 70_000;

  private final Http2Scene scene = new Http2Scene();
  private final AtomicInteger refused = new AtomicInteger();
  private Place pair;

  @BeforeAll
  void start() throws Exception {
    JsonObject none = new JsonObject();
    pair = scene.service("pair", 2, none, none);
    int refusing = scene.gateway.http(request -> {
      refused.incrementAndGet();
      request.response().reset(REFUSED_STREAM);
    });
    scene
        .gateway
        .service("refusing", new JsonObject().put("http", "2"), refusing)
        .route("refusing", none);
    scene.plain(50).start();
  }

  @AfterAll
  void stop() throws Exception {
    scene.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    scene.end();
  }

  /** A body that tells where each octet belongs. */
  private static String octets(int count) {
    StringBuilder text = new StringBuilder(count + 8);
    for (int i = 0; text.length() < count; i++) {
      text.append(i).append(' ');
    }
    return text.substring(0, count);
  }

  /** Sends a body in pieces of any size. */
  private static void send(Http2Peer.Stream to, String body, Random random) throws Exception {
    for (int from = 0; from < body.length(); ) {
      int size = random.nextBoolean() ? 16_384 : 1 + random.nextInt(2000);
      int end = Math.min(body.length(), from + size);
      to.data(false, body.substring(from, end));
      from = end;
    }
  }

  private static void refuse(Http2Peer server, Http2Peer.Stream stream, boolean isByGoAway)
      throws Exception {
    if (isByGoAway) {
      server.goAway(stream.id() - 2, NO_ERROR);
    } else {
      stream.reset(REFUSED_STREAM);
    }
  }

  // --- with a body ---

  /** Of the body so many octets are sent before the server refuses, which has room for so many. */
  @ParameterizedTest
  @CsvSource({
    "true, 0, 65535",
    "true, 100, 65535",
    "true, 30000, 65535",
    "true, 60000, 65535",
    "false, 1, 65535",
    "false, 30000, 65535",
    "false, 60000, 65535",
    "true, 60000, 0",
    "false, 60000, 0",
    "true, 60000, 30000",
    "false, 60000, 30000"
  })
  void body_ofARefusedRequest_isSentAgain(boolean isByGoAway, int sent, int room) throws Exception {
    Random random = new Random(sent);
    String body = octets(KEPT);
    Place to = scene.next();
    Http2Peer client = scene.client2();
    client.awaitSetting(INITIAL_WINDOW_SIZE);
    Http2Peer.Stream asked = client.request(false, "POST", to.path("x"), "te: trailers");
    Http2Peer first = scene.server(to, INITIAL_WINDOW_SIZE, room).hold();
    Http2Peer.Stream stream = first.accept();
    send(asked, body.substring(0, sent), random);
    if (sent == KEPT) {
      asked.head(true, "x-sum: 7");
    }
    client.awaitRead();
    stream.awaitBody(Math.min(sent, room));
    refuse(first, stream, isByGoAway);
    Http2Peer.Stream again = scene.server(to).accept();
    if (sent < KEPT) {
      send(asked, body.substring(sent), random);
      asked.head(true, "x-sum: 7");
    }
    assertThat(again.awaitEnd().body()).isEqualTo(body);
    assertThat(again.field("x-sum")).isEqualTo("7");
    assertThat(again.heads()).isEqualTo(2);
    again.head(false, ":status: 200").data(true, "done");
    assertThat(asked.awaitEnd().body()).isEqualTo("done");
    assertThat(to.servers().get(0).hasMore()).isFalse();
  }

  /** The same with a client of HTTP/1.1, whose body has a length or comes in chunks. */
  @ParameterizedTest
  @CsvSource({
    "true, 30000, true", "true, 30000, false", "true, 60000, true", "true, 60000, false",
    "false, 1, true", "false, 1, false", "false, 60000, true", "false, 60000, false",
    "false, 0, false", "true, 0, false"
  })
  void body_ofAnOldClientsRefusedRequest_isSentAgain(boolean isByGoAway, int sent, boolean isSized)
      throws Exception {
    String body = octets(KEPT);
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request(
        "POST", "x", isSized ? "Content-Length: " + KEPT : "Transfer-Encoding: chunked"));
    client.send(framed(body.substring(0, sent), isSized));
    String end = isSized ? "" : "0\r\nX-Sum: 7\r\n\r\n";
    if (sent == KEPT) {
      client.send(end);
    }
    Http2Peer first = scene.server(to);
    Http2Peer.Stream stream = first.accept().awaitBody(sent);
    if (sent == KEPT) {
      stream.awaitEnd();
    }
    refuse(first, stream, isByGoAway);
    Http2Peer second = scene.server(to);
    Http2Peer.Stream again = second.accept().awaitBody(sent);
    if (sent < KEPT) {
      client.send(framed(body.substring(sent), isSized)).send(end);
    }
    assertThat(again.awaitEnd().body()).isEqualTo(body);
    if (!isSized) {
      assertThat(again.field("x-sum")).isEqualTo("7");
    }
    again.head(false, ":status: 200", "content-length: 4").data(true, "done");
    assertThat(client.response()).endsWith("done");
    client.send(to.get("next")); // nothing of the body is left
    stream = (isByGoAway ? second : first).accept(); // the one that only refused takes more
    assertThat(stream.field(":path")).isEqualTo(to.path("next"));
    stream.head(true, ":status: 204");
    assertThat(client.response()).startsWith("HTTP/1.1 204");
  }

  private static String framed(String body, boolean isSized) {
    return isSized || body.isEmpty()
        ? body
        : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void request_withNothingInItsChunks_isSentAgainToItsEnd(boolean isByGoAway) throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request("POST", "x", "Transfer-Encoding: chunked") + "0\r\n\r\n");
    Http2Peer first = scene.server(to);
    refuse(first, first.accept().awaitEnd(), isByGoAway);
    Http2Peer.Stream again = scene.server(to).accept().awaitEnd();
    again.head(true, ":status: 204");
    assertThat(client.response()).startsWith("HTTP/1.1 204");
  }

  /** A body of which more was sent than the gateway keeps. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void body_ofWhichTooMuchIsGone_is502(boolean isByGoAway) throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    client.awaitSetting(INITIAL_WINDOW_SIZE);
    Http2Peer.Stream asked = client.request(false, "POST", to.path("x"));
    Http2Peer first = scene.server(to);
    Http2Peer.Stream stream = first.accept();
    send(asked, octets(NOT_KEPT), new Random(1));
    stream.awaitBody(NOT_KEPT);
    refuse(first, stream, isByGoAway);
    assertThat(asked.awaitStatus()).isEqualTo("502");
    assertThat(to.servers().get(0).hasMore()).isFalse();
  }

  /** Each connection refuses: the body is sent to the other server in the end. */
  @Test
  void body_refusedAgainAndAgain_goesToAnotherServer() throws Exception {
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.request(false, "POST", pair.path("x"), "te: trailers");
    String body = octets(20_000);
    send(asked, body, new Random(2));
    asked.head(true, "x-sum: 7");
    int first = scene.asked(pair);
    for (int i = 0; i < 4; i++) {
      Http2Peer server = scene.server(pair.servers().get(first));
      Http2Peer.Stream stream = server.accept().awaitEnd();
      assertThat(stream.body()).isEqualTo(body);
      stream.reset(REFUSED_STREAM);
    }
    Http2Peer.Stream last = scene.server(pair.servers().get(1 - first)).accept().awaitEnd();
    assertThat(last.body()).isEqualTo(body);
    assertThat(last.field("x-sum")).isEqualTo("7");
    last.head(true, ":status: 200");
    assertThat(asked.awaitStatus()).isEqualTo("200");
  }

  private static void leave(Http2Peer server, Http2Peer.Stream last) throws Exception {
    server.goAway(last.id(), NO_ERROR);
    server.close();
  }

  /** A server that has begun to answer has looked at the request, whatever it says. */
  @Test
  void body_resetBehindTheHeadOfItsAnswer_isNotSentAgain() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.request(false, "POST", to.path("x")).data(true, "abc");
    Http2Peer server = scene.server(to);
    server.accept().awaitEnd().head(false, ":status: 200").data(false, "d").reset(REFUSED_STREAM);
    assertThat(asked.awaitReset()).isEqualTo(INTERNAL_ERROR);
    assertThat(to.servers().get(0).hasMore()).isFalse();
  }

  /** Streams of one connection that share what is kept: each is sent again whole, or not at all. */
  @Test
  void bodies_ofManyRefusedRequests_areWholeOrNotSent() throws Exception {
    Place to = scene.next();
    String body = octets(50_000);
    List<Http2Peer> clients = new ArrayList<>();
    List<Http2Peer.Stream> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Http2Peer client = scene.client2();
      client.awaitSetting(INITIAL_WINDOW_SIZE);
      clients.add(client);
      Http2Peer.Stream post = client.request(false, "POST", to.path("x" + i));
      asked.add(post);
      send(post, body, new Random(i));
      post.data(true, "");
      scene.only(to).accept().awaitEnd();
    }
    scene.only(to).goAway(0, NO_ERROR);
    Http2Peer other = scene.server(to);
    int again = 0;
    for (int i = 0; i < 100; i++) {
      clients.get(i).awaitRead();
      if (asked.get(i).heads() > 0) {
        assertThat(asked.get(i).awaitStatus()).isEqualTo("502");
      } else {
        again++;
      }
    }
    assertThat(again).isBetween(50, 99);
    for (int i = 0; i < again; i++) {
      Http2Peer.Stream stream = other.accept().awaitEnd();
      assertThat(stream.body()).isEqualTo(body);
      stream.head(true, ":status: 200");
    }
    int served = 0;
    for (Http2Peer.Stream each : asked) {
      served += each.awaitStatus().equals("200") ? 1 : 0;
    }
    assertThat(served).isEqualTo(again);
  }

  /** What is kept for a request leaves room for others as soon as nobody can refuse it any more. */
  @ParameterizedTest
  @ValueSource(strings = {"head of its answer", "reset by its client", "reset by its server"})
  void body_ofARequestThatIsRefusedNoMore_takesNoRoom(String why) throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    client.awaitSetting(INITIAL_WINDOW_SIZE);
    client.awaitRead(); // which the gateway knows by now
    String body = octets(50_000);
    for (int i = 0; i < 90; i++) {
      Http2Peer.Stream post = client.request(false, "POST", to.path("x"));
      send(post, body, new Random(i));
      Http2Peer.Stream stream = scene.only(to).accept().awaitBody(body.length());
      switch (why) {
        case "head of its answer" -> {
          stream.head(false, ":status: 200");
          post.awaitHeads(1);
        }
        case "reset by its client" -> {
          post.reset(CANCEL);
          stream.awaitReset();
        }
        default -> {
          stream.reset(INTERNAL_ERROR);
          post.awaitEnd();
        }
      }
    }
    Http2Peer.Stream last = client.request(false, "POST", to.path("x"));
    send(last, body, new Random(90));
    last.data(true, "");
    scene.only(to).accept().awaitEnd().reset(REFUSED_STREAM);
    scene.server(to).accept().awaitEnd().head(true, ":status: 204");
    assertThat(last.awaitStatus()).isEqualTo("204");
  }

  /** The request is written to a server that has said that it leaves, and has left, before anybody has read so. */
  @ParameterizedTest
  @ValueSource(ints = {3, 50_000})
  void body_toAServerThatHasJustLeft_isSentAgain(int length) throws Exception {
    Place to = scene.next();
    String body = octets(length);
    Http2Peer client = scene.client2();
    client.awaitSetting(INITIAL_WINDOW_SIZE);
    for (int round = 0; round < 10; round++) {
      Http2Peer.Stream before = client.get(to.path("x"));
      Http2Peer server = scene.server(to);
      Http2Peer.Stream last = server.accept().head(true, ":status: 200");
      assertThat(before.awaitStatus()).isEqualTo("200");
      boolean isFirst = round % 2 == 0;
      Http2Peer.Stream asked = scene.gateway.standing(() -> {
        if (!isFirst) {
          leave(server, last);
        }
        Http2Peer.Stream post = client.request(false, "POST", to.path("x"));
        send(post, body, new Random(length));
        if (isFirst) {
          leave(server, last);
        }
        return post.data(true, "");
      });
      Http2Peer other = scene.server(to);
      Http2Peer.Stream again = other.accept().awaitEnd();
      assertThat(again.body()).isEqualTo(body);
      again.head(true, ":status: 204");
      assertThat(asked.awaitStatus()).isEqualTo("204");
      other.goAway(again.id(), NO_ERROR);
      other.awaitClosed();
    }
  }

  // --- without a body, or before it ---

  /** What comes of a body while another connection is made belongs to the request, too. */
  @Test
  void body_thatComesWhileItsRequestIsSentAgain_isWhole() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.request(false, "POST", to.path("x"));
    Http2Peer first = scene.server(to);
    first.accept();
    first.goAway(0, NO_ERROR);
    first.awaitClosed();
    asked.data(true, "abc");
    client.awaitRead();
    Http2Peer.Stream again = scene.server(to).accept().awaitEnd();
    assertThat(again.body()).isEqualTo("abc");
    again.head(true, ":status: 204");
    asked.awaitEnd();
  }

  @Test
  void request_refused_isSentAgain() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.request(false, "POST", to.path("x"));
    Http2Peer server = scene.server(to);
    server.accept().reset(REFUSED_STREAM);
    Http2Peer.Stream again = scene.server(to).accept();
    asked.data(true, "abc");
    assertThat(again.awaitEnd().body()).isEqualTo("abc");
    again.head(true, ":status: 200");
    assertThat(asked.awaitStatus()).isEqualTo("200");
  }

  /** What a server refuses each time is not sent for ever. */
  @Test
  void request_refusedAgainAndAgain_is502() throws Exception {
    RawClient client = scene.client();
    client.send(RawClient.head("GET /refusing/x HTTP/1.1", "Host: h"));
    assertThat(client.response()).endsWith("502 server closed the connection\n");
    assertThat(refused.get()).isBetween(2, 10);
  }

  @Test
  void goAway_refusesTheRequestsBehindItsLastStream() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream first = client.get(to.path("a"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream served = server.accept();
    Http2Peer.Stream second = client.get(to.path("b"));
    server.accept();
    Http2Peer.Stream third = client.request(false, "POST", to.path("c"));
    server.accept();
    server.goAway(served.id(), NO_ERROR);
    Http2Peer other = scene.server(to);
    Http2Peer.Stream again = other.accept();
    Http2Peer.Stream againToo = other.accept();
    third.data(true, "abc");
    again.head(true, ":status: 202");
    assertThat(againToo.awaitEnd().body()).isEqualTo("abc");
    againToo.head(true, ":status: 203");
    served.head(true, ":status: 201");
    assertThat(first.awaitStatus()).isEqualTo("201");
    assertThat(second.awaitStatus()).isEqualTo("202");
    assertThat(third.awaitStatus()).isEqualTo("203");
    server.awaitClosed();
  }

  @Test
  void goAway_inOrder_losesNothing() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream first = client.get(to.path("a"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream served = server.accept();
    server.goAway(Integer.MAX_VALUE, NO_ERROR);
    server.awaitRead();
    Http2Peer.Stream second = client.get(to.path("b"));
    scene.server(to).accept().head(true, ":status: 202");
    assertThat(second.awaitStatus()).isEqualTo("202");
    served.head(false, ":status: 201").data(true, "x");
    assertThat(first.awaitEnd().field(":status")).isEqualTo("201");
    server.awaitClosed();
  }
}
