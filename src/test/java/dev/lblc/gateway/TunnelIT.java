package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.Http2Scene.Place;
import dev.lblc.gateway.TunnelScene.Asked;
import dev.lblc.gateway.TunnelScene.Opened;
import dev.lblc.gateway.TunnelScene.Versions;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnels from clients to servers, each of which speaks either version of HTTP. */
@TestInstance(PER_CLASS)
final class TunnelIT {
  /** How much may come on a stream before there is a server that takes it. */
  private static final int WINDOW = 65_535;

  private static final String MUCH = "x".repeat(120_000) + "end";

  private final TunnelScene scene = new TunnelScene();
  private final Http2Scene gateway = scene.scene;
  private final Place[] brief = new Place[2];
  private final Place[] patient = new Place[2];
  private final Place[] hasty = new Place[2];
  private final Place[] closed = new Place[2];

  @BeforeAll
  void start() throws Exception {
    scene.plain(40);
    for (int i = 0; i < 2; i++) {
      JsonObject version = new JsonObject().put("http", i == 0 ? "1.1" : "2");
      brief[i] =
          gateway.service("brief" + i, 1, version, timeouts("idle", "1h", "tunnel", "300ms"));
      patient[i] = gateway.service(
          "patient" + i, 1, version, timeouts("idle", "100ms", "tunnel", "1h", "response", "1h"));
      hasty[i] = gateway.service("hasty" + i, 1, version, timeouts("request", "400ms"));
      closed[i] = gateway.service(
          "closed" + i, 1, version, new JsonObject().put("upgrade", new JsonArray()));
    }
    gateway.start();
  }

  private static JsonObject timeouts(String... limits) {
    JsonObject timeouts = new JsonObject();
    for (int i = 0; i < limits.length; i += 2) {
      timeouts.put(limits[i], limits[i + 1]);
    }
    return new JsonObject().put("timeouts", timeouts);
  }

  private static Place of(Place[] kind, Versions versions) {
    return kind[versions.isToHttp2 ? 1 : 0];
  }

  @AfterAll
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.end();
  }

  // --- what passes ---

  @ParameterizedTest
  @EnumSource(Versions.class)
  void octets_passBothWays_alsoThoseThatCameEarly(Versions versions) throws Exception {
    try (AccessLines lines = new AccessLines()) {
      Opened tunnel = scene.ask(versions, "FIRST").agree("hello");
      tunnel.server().expect("FIRST");
      tunnel.client().expect("hello");
      tunnel.client().send(MUCH);
      tunnel.server().expect(MUCH);
      tunnel.server().send(MUCH);
      tunnel.client().expect(MUCH);
      tunnel.client().end();
      tunnel.server().expectEnd();
      tunnel.server().send("last");
      tunnel.client().expect("last");
      tunnel.server().end();
      tunnel.client().expectEnd();
      assertThat(lines.await(1).get(0))
          .contains(versions.isFromHttp2 ? " CONNECT /" : " GET /")
          .contains(versions.isFromHttp2 ? " 200 " : " 101 ")
          .contains(" " + (2 * MUCH.length() + "FIRSThellolast".length()) + " ")
          .endsWith(" -");
    }
  }

  @ParameterizedTest
  @EnumSource(Versions.class)
  void clientThatEndsAtOnce_hasItsEarlyOctetsDelivered(Versions versions) throws Exception {
    Asked asked = scene.ask(versions, "FIRST");
    if (versions.isFromHttp2) {
      asked.client2Stream.data(true, "");
      asked.client2.awaitRead();
    } else {
      asked.client1.endOutput();
    }
    Opened tunnel = asked.agree("");
    tunnel.server().expect("FIRST");
    tunnel.server().expectEnd();
    tunnel.server().send("bye");
    tunnel.server().end();
    tunnel.client().expect("bye");
    tunnel.client().expectEnd();
  }

  @ParameterizedTest
  @EnumSource(Versions.class)
  void serverThatEnds_endsTheTunnel(Versions versions) throws Exception {
    try (AccessLines lines = new AccessLines()) {
      Asked asked = scene.ask(versions, "");
      Opened tunnel = asked.agree("");
      tunnel.server().send(MUCH);
      tunnel.server().end();
      tunnel.client().expect(MUCH);
      tunnel.client().expectEnd();
      tunnel.client().send("late");
      tunnel.client().end();
      tunnel.server().expectEnd();
      if (versions.isFromHttp2) {
        asked.client2.awaitRead();
        assertThat(asked.client2Stream.code()).as("reset").isNegative();
      }
      assertThat(lines.await(1).get(0)).endsWith(" -");
    }
  }

  @ParameterizedTest
  @EnumSource(Versions.class)
  void end_thatGivesUp_endsTheOther(Versions versions) throws Exception {
    try (AccessLines lines = new AccessLines()) {
      Opened tunnel = scene.ask(versions, "").agree("");
      tunnel.client().send("a");
      tunnel.server().expect("a");
      tunnel.client().reset();
      tunnel.server().expectGone();
      tunnel = scene.ask(versions, "").agree("");
      tunnel.server().send("b");
      tunnel.client().expect("b");
      tunnel.server().reset();
      if (versions.isFromHttp2 && !versions.isToHttp2) {
        tunnel.client().expectEnd(); // a reset of TCP is not told from an end
      } else {
        tunnel.client().expectGone();
      }
      assertThat(lines.await(2)).allMatch(line -> line.endsWith(" -"));
    }
  }

  @ParameterizedTest
  @EnumSource(Versions.class)
  void otherProtocols_thatTheRouteNames_areTunnelsToo(Versions versions) throws Exception {
    Opened tunnel =
        scene.ask(versions, scene.next(versions), "chat/1.0", "\210\0").agree("");
    tunnel.server().expect("\210\0");
    tunnel.server().send("hello");
    tunnel.client().expect("hello");
    tunnel.client().end();
    tunnel.server().expectEnd();
    tunnel.server().end();
    tunnel.client().expectEnd();
  }

  // --- what comes to nothing ---

  @ParameterizedTest
  @EnumSource(Versions.class)
  void refusal_isTheAnswer_andTheConnectionsGoOn(Versions versions) throws Exception {
    Place to = scene.next(versions);
    String next = to.get("next");
    Asked asked = scene.ask(versions, to, "websocket", versions.isFromHttp2 ? "lost" : next);
    if (versions.isToHttp2) {
      asked.server2Stream.head(false, ":status: 403", "content-length: 2");
      if (versions.isFromHttp2) {
        asked.client2Stream.awaitStatus();
        asked.client2Stream.data(false, "lost, too");
        asked.client2.awaitRead();
      }
      asked.server2Stream.data(true, "no");
      assertThat(asked.server2Stream.awaitReset()).isEqualTo(Http2Peer.CANCEL);
      assertThat(asked.server2Stream.body()).isEmpty();
    } else {
      asked.server1.send(RawClient.head("HTTP/1.1 403 Forbidden", "Content-Length: 2"));
      if (versions.isFromHttp2) {
        asked.client2Stream.awaitStatus();
        asked.client2Stream.data(false, "lost, too");
        asked.client2.awaitRead();
      }
      asked.server1.send("no");
    }
    if (versions.isFromHttp2) {
      assertThat(asked.client2Stream.awaitEnd().body()).isEqualTo("no");
      assertThat(asked.client2Stream.field(":status")).isEqualTo("403");
      assertThat(asked.client2Stream.awaitReset()).isEqualTo(Http2Peer.NO_ERROR);
      asked.client2Stream = asked.client2.get(to.path("next"));
    } else {
      assertThat(asked.client1.response()).startsWith("HTTP/1.1 403 ").endsWith("no");
    }
    if (versions.isToHttp2) {
      asked.server2.accept().head(false, ":status: 200").data(true, "well");
    } else {
      if (versions.isFromHttp2) { // whose request has not come to its end
        assertThat(asked.server1.rest()).isEmpty();
        asked.server1 = gateway.noted(to.servers().get(0).accept());
      }
      assertThat(asked.server1.until("\r\n\r\n")).startsWith("GET " + to.path("next"));
      asked.server1.send(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 4") + "well");
    }
    if (versions.isFromHttp2) {
      assertThat(asked.client2Stream.awaitEnd().body()).isEqualTo("well");
    } else {
      assertThat(asked.client1.response()).contains("well");
    }
  }

  @Test
  void answer_thatAClientOfHttp2WouldTakeForATunnel_is502() throws Exception {
    Asked asked = scene.ask(Versions.HTTP2_TO_HTTP1, "");
    asked.server1.send(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok");
    assertThat(asked.client2Stream.awaitStatus()).isEqualTo("502");
    assertThat(asked.client2Stream.awaitEnd().body()).contains("invalid response");
  }

  @ParameterizedTest
  @CsvSource({"websocket, x", "chat, s3pPLMBiTxaQ9kYGzzhZRbK+xOo="})
  void agreement_thatIsNone_is502(String protocol, String accept) throws Exception {
    Asked asked = scene.ask(Versions.HTTP2_TO_HTTP1, "early");
    asked.server1.send(RawClient.head(
        "HTTP/1.1 101 Switching Protocols",
        "Connection: Upgrade",
        "Upgrade: " + protocol,
        "Sec-WebSocket-Accept: " + accept));
    assertThat(asked.client2Stream.awaitStatus()).isEqualTo("502");
    assertThat(asked.server1.rest()).isEmpty();
  }

  @Test
  void keysOfTheGateway_areNeverTheSame() throws Exception {
    String first = scene.ask(Versions.HTTP2_TO_HTTP1, "").serverHead;
    String second = scene.ask(Versions.HTTP2_TO_HTTP1, "").serverHead;
    assertThat(WebSocketHandshake.field(first, "sec-websocket-key"))
        .isNotEqualTo(WebSocketHandshake.field(second, "sec-websocket-key"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Sec-WebSocket-Key: abc", "Sec-WebSocket-Key: ****"})
  void upgrade_withoutAKey_isNoRequestForHttp2(String key) throws Exception {
    Place to = scene.next(Versions.HTTP1_TO_HTTP2);
    RawClient client = gateway.client();
    client.send(
        key.isEmpty()
            ? to.request("GET", "x", "Connection: Upgrade", "Upgrade: websocket")
            : to.request("GET", "x", "Connection: Upgrade", "Upgrade: websocket", key));
    assertThat(client.response()).startsWith("HTTP/1.1 400 ").contains("bad Sec-WebSocket-Key");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void serverOfHttp2_thatOffersNoTunnels_is501(boolean isFromHttp2) throws Exception {
    Versions versions = isFromHttp2 ? Versions.HTTP2_TO_HTTP2 : Versions.HTTP1_TO_HTTP2;
    Place to = scene.next(versions);
    if (isFromHttp2) {
      Http2Peer.Stream asked = TunnelScene.connect(gateway.client2(), to.path("x"), "websocket");
      Http2Peer server = gateway.server(to);
      assertThat(asked.awaitStatus()).isEqualTo("501");
      server.awaitRead();
    } else {
      RawClient client = gateway.client().send(TunnelScene.upgrade(to, "websocket"));
      Http2Peer server = gateway.server(to);
      assertThat(client.response()).startsWith("HTTP/1.1 501 ");
      client.send(to.get("next"));
      server.accept().head(false, ":status: 200").data(true, "well");
      assertThat(client.response()).contains("well");
    }
  }

  @ParameterizedTest
  @EnumSource(Versions.class)
  void protocol_thatTheRouteDoesNotName_isNotAskedFor(Versions versions) throws Exception {
    Place to = of(closed, versions);
    if (versions.isFromHttp2) {
      Http2Peer client = gateway.client2();
      assertThat(TunnelScene.connect(client, to.path("x"), "websocket").awaitStatus())
          .isEqualTo("501");
      assertThat(
              client.request(true, "CONNECT", to.path("x"), ":protocol: other").awaitStatus())
          .isEqualTo("501");
      return;
    }
    RawClient client = gateway.client().send(TunnelScene.upgrade(to, "websocket"));
    if (versions.isToHttp2) {
      Http2Peer.Stream plain = gateway.server(to).accept();
      assertThat(plain.field(":method")).isEqualTo("GET");
      assertThat(plain.field("upgrade")).isNull();
      plain.head(false, ":status: 200").data(true, "well");
    } else {
      RawClient server = gateway.noted(to.servers().get(0).accept());
      assertThat(server.until("\r\n\r\n"))
          .startsWith("GET ")
          .doesNotContainIgnoringCase("\r\nupgrade:", "\r\nconnection:");
      server.send(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 4") + "well");
    }
    assertThat(client.response()).contains("well");
  }

  @Test
  void connect_withoutAProtocol_orInAWrongWay_isNone() throws Exception {
    Http2Peer client = gateway.client2();
    String path = scene.next(Versions.HTTP2_TO_HTTP1).path("x");
    assertThat(client.request(true, "CONNECT", path).awaitStatus()).isEqualTo("501");
    assertThat(client.request(true, "GET", path, ":protocol: websocket").awaitReset())
        .isEqualTo(Http2Peer.PROTOCOL_ERROR);
  }

  // --- time limits ---

  @ParameterizedTest
  @EnumSource(Versions.class)
  void tunnel_hasALimitOfItsOwn(Versions versions) throws Exception {
    try (AccessLines lines = new AccessLines()) {
      Opened tunnel = scene.ask(versions, of(brief, versions), "websocket", "").agree("");
      if (versions.isFromHttp2) {
        tunnel.client().expectGone();
      } else {
        tunnel.client().expectEnd();
      }
      tunnel.server().expectGone();
      assertThat(lines.await(1).get(0)).endsWith(" tunnel idle for too long");
    }
  }

  @ParameterizedTest
  @EnumSource(Versions.class)
  void tunnel_mayBeSilentForLongerThanAnAnswer(Versions versions) throws Exception {
    Opened tunnel = scene.ask(versions, of(patient, versions), "websocket", "").agree("");
    long begun = System.nanoTime();
    Eventually.holds("later", () -> System.nanoTime() - begun > 400_000_000L);
    tunnel.client().send("a");
    tunnel.server().expect("a");
  }

  @ParameterizedTest
  @EnumSource(Versions.class)
  void tunnel_isOverWithItsExchange(Versions versions) throws Exception {
    try (AccessLines lines = new AccessLines()) {
      Opened tunnel = scene.ask(versions, of(hasty, versions), "websocket", "").agree("");
      tunnel.server().expectGone();
      assertThat(lines.await(1).get(0)).endsWith(" exchange timed out");
    }
  }

  // --- slow ends ---

  /** Nobody takes what comes before the server has agreed. */
  @ParameterizedTest
  @EnumSource(names = {"HTTP2_TO_HTTP1", "HTTP2_TO_HTTP2"})
  void earlyOctets_areHeldWithinTheWindow(Versions versions) throws Exception {
    Asked asked = scene.ask(versions, "x".repeat(WINDOW));
    asked.client2.awaitRead();
    assertThat(asked.client2Stream.room()).as("room for more").isZero();
    Opened tunnel = asked.agree("");
    tunnel.server().expect("x".repeat(WINDOW));
    asked.client2Stream.awaitRoom(10 * WINDOW);
  }
}
