package dev.lblc.gateway;

import static dev.lblc.gateway.Http2Peer.CANCEL;
import static dev.lblc.gateway.Http2Peer.INITIAL_WINDOW_SIZE;
import static dev.lblc.gateway.Http2Peer.INTERNAL_ERROR;
import static dev.lblc.gateway.Http2Peer.MAX_CONCURRENT_STREAMS;
import static dev.lblc.gateway.Http2Peer.NO_ERROR;
import static dev.lblc.gateway.Http2Peer.PROTOCOL_ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.Http2Scene.Place;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to servers that speak HTTP/2: how many there are, which requests they serve, and how they end. */
@TestInstance(PER_CLASS)
final class Http2ConnectionsIT {
  private static final int WINDOW = 65_535;

  private final Http2Scene scene = new Http2Scene();
  private Place brief;
  private Place pair;
  private Place lost;
  private Place single;
  private Place retired;
  private Place idle;
  private Place aged;

  @BeforeAll
  void start() throws Exception {
    JsonObject none = new JsonObject();
    brief = scene.service(
        "brief",
        1,
        none,
        new JsonObject().put("timeouts", new JsonObject().put("connect", "300ms")));
    pair = scene.service("pair", 2, none, none);
    lost = scene.service("lost", 2, none, none);
    single = scene.service("single", 1, pool("maxConnections", 1), none);
    retired = scene.service("retired", 1, pool("maxConnections", 1), none);
    idle = scene.service("idle", 1, pool("idle", "5m"), none);
    aged = scene.service("aged", 1, pool("maxAge", "10m"), none);
    scene.plain(20).start();
  }

  private static JsonObject pool(String key, Object value) {
    return new JsonObject().put("pool", new JsonObject().put(key, value));
  }

  @AfterAll
  void stop() throws Exception {
    scene.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    scene.end();
  }

  // --- how they begin ---

  /** The window of the connection as a whole begins with 64 KiB, which would be too small for servers far away. */
  @Test
  void window_ofAConnection_isForManyStreams() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.get("x"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept();
    server.awaitRead();
    assertThat(server.roomLeft()).isGreaterThanOrEqualTo(8 << 20);
    stream.head(false, ":status: 200").data(true, "wide");
    assertThat(client.response()).contains("wide");
  }

  @Test
  void server_ofHttp1_getsNoRequest() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request("POST", "x", "Content-Length: 3") + "abc");
    RawClient server = scene.noted(to.servers().get(0).accept());
    assertThat(server.until("SM\r\n\r\n")).startsWith("PRI * HTTP/2.0\r\n");
    server.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    assertThat(client.response()).endsWith("502 invalid response\n");
    assertThat(server.rest()).doesNotContain("POST", "abc");
  }

  @Test
  void server_withoutSettings_getsNoRequest() throws Exception {
    RawClient client = scene.client();
    client.send(brief.get("x"));
    Http2Peer server = scene.noted(Http2Peer.silentServer(brief.servers().get(0).take()));
    assertThat(client.response()).endsWith("504 connect timed out\n");
    server.awaitClosed();
  }

  @Test
  void server_thatClosesAtOnce_isNoServer() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.request("POST", "x", "Content-Length: 3") + "abc");
    for (int i = 0; i < 2; i++) { // the request and its one retry
      to.servers().get(0).take().close();
    }
    assertThat(client.response()).endsWith("502 server closed the connection\n");
  }

  // --- how many streams they have ---

  @Test
  void requests_ofManyClients_shareAConnection() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    List<Http2Peer.Stream> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(client.get(to.path("x" + i)));
    }
    RawClient other = scene.client();
    other.send(to.get("x20"));
    Http2Peer server = scene.server(to);
    for (int i = 0; i <= 20; i++) {
      Http2Peer.Stream stream = server.accept();
      stream.head(false, ":status: 200").data(true, String.valueOf(stream.field(":path")));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(asked.get(i).awaitEnd().body()).isEqualTo(to.path("x" + i));
    }
    assertThat(other.response()).contains(to.path("x20"));
    assertThat(to.servers().get(0).hasMore()).isFalse();
  }

  @Test
  void requests_beyondWhatAConnectionTakes_getMoreConnections() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    List<Http2Peer.Stream> asked = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      asked.add(client.request(false, "POST", to.path("x")).data(true, "abc"));
    }
    List<Http2Peer.Stream> accepted = new ArrayList<>();
    for (int i = 0; i < 7; i += 3) {
      Http2Peer server = scene.server(to, MAX_CONCURRENT_STREAMS, 3);
      for (int j = i; j < Math.min(7, i + 3); j++) {
        accepted.add(server.accept());
      }
    }
    for (Http2Peer.Stream each : accepted) {
      assertThat(each.awaitEnd().body()).isEqualTo("abc");
      each.head(true, ":status: 200");
    }
    for (Http2Peer.Stream each : asked) {
      assertThat(each.awaitStatus()).isEqualTo("200");
    }
  }

  @Test
  void requests_atTheLimitOfConnections_wait() throws Exception {
    Http2Peer client = scene.client2();
    Http2Peer.Stream first = client.get(single.path("x"));
    Http2Peer.Stream second = client.get(single.path("y"));
    Http2Peer.Stream third = client.get(single.path("z"));
    Http2Peer server = scene.server(single, MAX_CONCURRENT_STREAMS, 1);
    Http2Peer.Stream stream = server.accept();
    Eventually.holds("all count", () -> scene.gateway.active("single") == 3);
    second.reset(CANCEL);
    Eventually.holds("one has left", () -> scene.gateway.active("single") == 2);
    stream.head(true, ":status: 200");
    assertThat(first.awaitStatus()).isEqualTo("200");
    Http2Peer.Stream next = server.accept();
    assertThat(next.field(":path")).isEqualTo(single.path("z"));
    next.head(true, ":status: 204");
    assertThat(third.awaitStatus()).isEqualTo("204");
    assertThat(single.servers().get(0).hasMore()).isFalse();
  }

  /** A connection that takes no more requests keeps none waiting, those that wait already and those that come. */
  @Test
  void connection_thatServesItsLastRequests_doesNotCountForTheLimit() throws Exception {
    Http2Peer client = scene.client2();
    Http2Peer.Stream first = client.get(retired.path("x"));
    Http2Peer server = scene.server(retired, MAX_CONCURRENT_STREAMS, 1);
    Http2Peer.Stream held = server.accept();
    Http2Peer.Stream second = client.get(retired.path("y"));
    Eventually.holds("both count", () -> scene.gateway.active("retired") == 2);
    server.goAway(held.id(), NO_ERROR);
    Http2Peer other = scene.server(retired);
    Http2Peer.Stream third = client.get(retired.path("z"));
    for (int i = 0; i < 2; i++) {
      other.accept().head(true, ":status: 20" + i);
    }
    assertThat(second.awaitStatus()).isEqualTo("200");
    assertThat(third.awaitStatus()).isEqualTo("201");
    assertThat(retired.servers().get(0).hasMore()).isFalse();
    held.head(true, ":status: 202");
    assertThat(first.awaitStatus()).isEqualTo("202");
    server.awaitClosed();
  }

  @Test
  void limit_loweredAndRaisedWhileItRuns_isKept() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    client.get(to.path("a"));
    Http2Peer server = scene.server(to, MAX_CONCURRENT_STREAMS, 3);
    Http2Peer.Stream first = server.accept();
    server.settings(MAX_CONCURRENT_STREAMS, 0);
    server.awaitRead();
    Http2Peer.Stream asked = client.get(to.path("b"));
    Http2Peer other = scene.server(to, MAX_CONCURRENT_STREAMS, 0);
    Eventually.holds("both count", () -> scene.gateway.active(to.service()) == 2);
    first.head(true, ":status: 200");
    server.awaitRead();
    other.awaitRead();
    assertThat(asked.heads()).isZero();
    other.settings(MAX_CONCURRENT_STREAMS, 5);
    other.accept().head(true, ":status: 200");
    assertThat(asked.awaitStatus()).isEqualTo("200");
  }

  // --- requests that fail ---

  @ParameterizedTest
  @ValueSource(ints = {NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, CANCEL, 0xb, 0xd, 99})
  void request_reset_isRetriedOnAnotherServerIfThatIsSafe(int code) throws Exception {
    Http2Peer client = scene.client2();
    Http2Peer.Stream good = client.get(pair.path("x"));
    int first = scene.asked(pair);
    Http2Peer server = scene.server(pair.servers().get(first));
    server.accept().head(true, ":status: 200");
    assertThat(good.awaitStatus()).isEqualTo("200");
    Http2Peer.Stream post = client.request(false, "POST", pair.path("x")).data(true, "abc");
    server.accept().awaitEnd().reset(code);
    assertThat(post.awaitStatus()).isEqualTo("502");
    Http2Peer.Stream get = client.get(pair.path("x"));
    server.accept().reset(code);
    Http2Peer second = scene.server(pair.servers().get(1 - first));
    second.accept().head(true, ":status: 200");
    assertThat(get.awaitStatus()).isEqualTo("200");
    assertThat(pair.servers().get(first).hasMore()).isFalse();
  }

  @Test
  void connection_lost_failsOnlyWhatCannotBeSentAgain() throws Exception {
    Http2Peer client = scene.client2();
    List<Http2Peer.Stream> gets = new ArrayList<>();
    List<Http2Peer.Stream> posts = new ArrayList<>();
    client.get(lost.path("same")); // all have one home
    int first = scene.asked(lost);
    Http2Peer server = scene.server(lost.servers().get(first));
    server.accept().head(true, ":status: 200");
    for (int i = 0; i < 10; i++) {
      gets.add(client.get(lost.path("same")));
      posts.add(client.request(false, "POST", lost.path("same")).data(true, "abc"));
    }
    for (int i = 0; i < 20; i++) {
      server.accept();
    }
    server.kill();
    for (Http2Peer.Stream each : posts) {
      assertThat(each.awaitStatus()).isEqualTo("502");
      assertThat(each.awaitEnd().body()).isEqualTo("502 server closed the connection\n");
    }
    Http2Peer again = scene.server(lost.servers().get(first));
    for (int i = 0; i < 10; i++) {
      again.accept().head(true, ":status: 200");
    }
    for (Http2Peer.Stream each : gets) {
      assertThat(each.awaitStatus()).isEqualTo("200");
    }
  }

  // --- how they end ---

  @Test
  void connection_withoutRequestsForLong_isClosed() throws Exception {
    RawClient client = scene.client();
    client.send(idle.get("x"));
    Http2Peer server = scene.server(idle);
    Http2Peer.Stream held = server.accept();
    pass(Duration.ofMinutes(20));
    held.head(true, ":status: 200");
    assertThat(client.response()).startsWith("HTTP/1.1 200");
    scene.gateway.awaitTicks();
    pass(Duration.ofMinutes(6));
    assertThat(server.awaitGoAway()).isEqualTo(NO_ERROR);
    server.awaitClosed();
  }

  @Test
  void connection_beyondItsAge_servesNoFurtherRequest() throws Exception {
    Http2Peer client = scene.client2();
    Http2Peer.Stream first = client.get(aged.path("x"));
    Http2Peer server = scene.server(aged);
    Http2Peer.Stream held = server.accept();
    pass(Duration.ofMinutes(11));
    Http2Peer.Stream second = client.get(aged.path("y"));
    Http2Peer other = scene.server(aged);
    other.accept().head(true, ":status: 200");
    assertThat(second.awaitStatus()).isEqualTo("200");
    held.head(true, ":status: 201");
    assertThat(first.awaitStatus()).isEqualTo("201");
    server.awaitClosed();
  }

  private void pass(Duration time) throws Exception {
    scene.gateway.later.addAndGet(time.toNanos());
    scene.gateway.awaitTicks();
  }

  // --- flow control ---

  @Test
  void body_toAServerThatTakesAByteAtATime_isWhole() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.request(false, "POST", to.path("x"), "te: trailers");
    asked.data(false, "0123456789").data(false, "abcdefghij").head(true, "x-sum: 1");
    Http2Peer server = scene.server(to, INITIAL_WINDOW_SIZE, 0).hold();
    Http2Peer.Stream stream = server.accept();
    for (int i = 1; i <= 20; i++) {
      stream.give(1).awaitBody(i);
      assertThat(stream.body()).hasSize(i);
    }
    assertThat(stream.awaitEnd().body()).isEqualTo("0123456789abcdefghij");
    assertThat(stream.field("x-sum")).isEqualTo("1");
    stream.head(true, ":status: 200");
    assertThat(asked.awaitStatus()).isEqualTo("200");
  }

  @Test
  void body_toAClientThatTakesAByteAtATime_isWhole() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2(INITIAL_WINDOW_SIZE, 0).hold();
    Http2Peer.Stream asked = client.get(to.path("x"));
    Http2Peer.Stream stream = scene.server(to).accept();
    stream.head(false, ":status: 200").data(false, "0123456789").data(false, "abcdefghij");
    stream.head(true, "x-sum: 1");
    assertThat(asked.awaitStatus()).isEqualTo("200");
    for (int i = 1; i <= 20; i++) {
      asked.give(1).awaitBody(i);
      assertThat(asked.body()).hasSize(i);
    }
    assertThat(asked.awaitEnd().body()).isEqualTo("0123456789abcdefghij");
    assertThat(asked.field("x-sum")).isEqualTo("1");
  }

  /** More often than frames may come that belong to no message: each of them lets an octet go. */
  @Test
  void window_givenBackByteByByte_isNoFlood() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2(INITIAL_WINDOW_SIZE, 0).hold();
    Http2Peer.Stream asked = client.get(to.path("x"));
    Http2Peer.Stream stream = scene.server(to).accept();
    stream.head(false, ":status: 200").data(true, "0123456789".repeat(500));
    asked.awaitHeads(1);
    for (int i = 1; i <= 5000; i++) {
      asked.give(1);
      client.give(1);
      asked.awaitBody(i);
    }
    asked.awaitEnd();
  }

  /** The same, by a client that is behind with it. */
  @Test
  void window_givenBackByteByByteAllAtOnce_isNoFlood() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2().hold();
    Http2Peer.Stream asked = client.get(to.path("x"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept().head(false, ":status: 200");
    for (int i = 0; i < 5; i++) {
      stream.data(i == 4, "x".repeat(16_000));
    }
    asked.awaitBody(WINDOW);
    ByteArrayOutputStream updates = new ByteArrayOutputStream();
    for (int i = 0; i < WINDOW; i++) {
      updates.writeBytes(FrameClient.bytes(Http2Peer.WINDOW_UPDATE, 0, 0, FrameClient.four(1)));
      updates.writeBytes(
          FrameClient.bytes(Http2Peer.WINDOW_UPDATE, 0, asked.id(), FrameClient.four(1)));
    }
    client.send(updates.toByteArray());
    assertThat(asked.awaitEnd().body()).hasSize(5 * 16_000);
  }

  /** Much more than the window of the connection passes, though no stream is ever read to its end. */
  @Test
  void answers_thatClientsDoNotRead_takeNoRoomFromOthers() throws Exception {
    Place to = scene.next();
    String piece = "x".repeat(16_000);
    for (int i = 0; i < 100; i++) {
      Http2Peer client = scene.client2().hold();
      Http2Peer.Stream asked = client.get(to.path("x"));
      Http2Peer.Stream stream = scene.only(to).accept().head(false, ":status: 200");
      for (int j = 0; j < 8; j++) {
        stream.data(false, piece);
      }
      asked.awaitBody(WINDOW);
      if (i % 3 == 0) {
        asked.reset(CANCEL);
      } else if (i % 3 == 1) {
        client.kill();
      } else {
        stream.reset(INTERNAL_ERROR);
        assertThat(asked.awaitReset()).isEqualTo(INTERNAL_ERROR);
      }
      scene.gateway.awaitIdle();
    }
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.get(to.path("y"));
    Http2Peer.Stream stream = scene.only(to).accept().head(false, ":status: 200");
    for (int i = 1; i <= 200; i++) {
      stream.awaitRoom(piece.length()).data(i == 200, piece);
      asked.awaitBody(i * piece.length());
    }
    asked.awaitEnd();
  }

  /** The window that a client has for all its streams comes back, whatever becomes of a body. */
  @Test
  void bodies_thatServersDoNotRead_takeNoRoomFromOthers() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    client.awaitSetting(INITIAL_WINDOW_SIZE);
    client.awaitRead(); // which the gateway knows by now
    String piece = "x".repeat(16_000);
    for (int i = 0; i < 60; i++) {
      Http2Peer.Stream asked = client.request(false, "POST", to.path("x")).data(false, piece);
      Http2Peer.Stream stream = scene.only(to).hold().accept();
      for (int j = 1; j < 15; j++) {
        asked.awaitRoom(piece.length()).data(false, piece);
      }
      switch (i % 4) {
        case 0 -> asked.reset(CANCEL);
        case 1 -> stream.reset(INTERNAL_ERROR);
        case 2 -> stream.head(true, ":status: 413");
        default -> stream.head(false, ":status: 200").data(true, "early");
      }
      if (i % 4 != 0) {
        asked.awaitEnd();
      }
      scene.gateway.awaitIdle();
    }
    client.awaitRead();
    Http2Peer.Stream last = client.request(false, "POST", "/nowhere").data(false, piece);
    assertThat(last.awaitEnd().field(":status")).isEqualTo("404");
    assertThat(client.roomLeft()).isGreaterThan(1 << 20);
  }

  /** Who takes nothing has the gateway hold no more than the first window. */
  @Test
  void window_ofAnAnswer_widensAsItsClientTakesIt() throws Exception {
    Place to = scene.next();
    Http2Peer client = scene.client2();
    Http2Peer.Stream asked = client.get(to.path("x"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream stream = server.accept().head(false, ":status: 200");
    int first = server.awaitSetting(INITIAL_WINDOW_SIZE);
    assertThat(first).isLessThanOrEqualTo(128 << 10);
    String piece = "x".repeat(16_384);
    for (int i = 1; i <= 200; i++) {
      stream.awaitRoom(piece.length()).data(i == 200, piece);
      asked.awaitBody(i * piece.length());
    }
    asked.awaitEnd();
    server.awaitRead();
    assertThat(stream.left()).isGreaterThan(3 * first);
  }

  @Test
  void answer_toASlowClient_stopsItsServersStreamOnly() throws Exception {
    Place to = scene.next();
    Http2Peer slow = scene.client2().hold();
    Http2Peer quick = scene.client2();
    Http2Peer.Stream held = slow.get(to.path("x"));
    Http2Peer server = scene.server(to);
    Http2Peer.Stream first = server.accept().head(false, ":status: 200");
    int room = server.awaitSetting(INITIAL_WINDOW_SIZE);
    String piece = "x".repeat(16_384);
    int sent = 0;
    while (first.left() >= piece.length() && sent < 4 * room) {
      first.data(false, piece);
      server.awaitRead();
      sent += piece.length();
    }
    held.awaitBody(WINDOW);
    assertThat(sent).as("what the gateway takes and nobody reads").isLessThan(4 * room);
    for (int i = 0; i < 5; i++) {
      Http2Peer.Stream asked = quick.get(to.path("y"));
      Http2Peer.Stream stream = server.accept().head(false, ":status: 200");
      for (int j = 1; j <= 50; j++) {
        stream.awaitRoom(piece.length()).data(j == 50, piece);
        asked.awaitBody(j * piece.length());
      }
      asked.awaitEnd();
    }
    assertThat(held.body()).hasSize(WINDOW);
    slow.give(sent);
    held.give(sent).awaitBody(sent);
    first.data(true, "");
    held.awaitEnd();
  }

  @Test
  void connection_whoseServerSendsNoMore_isClosed() throws Exception {
    Place to = scene.next();
    RawClient client = scene.client();
    client.send(to.get("x"));
    Socket socket = to.servers().get(0).take();
    Http2Peer server = scene.noted(Http2Peer.server(socket));
    server.accept().head(true, ":status: 200");
    assertThat(client.response()).startsWith("HTTP/1.1 200");
    socket.shutdownOutput();
    server.awaitClosed();
  }
}
