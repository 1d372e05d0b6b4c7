package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.Http2Scene.Place;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Tunnels through a gateway, from clients to servers that speak either version of HTTP. */
final class TunnelScene {
  static final int ENABLE_CONNECT_PROTOCOL = 8;
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final String KEY_ANSWERED = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  /** The versions on both sides of the gateway. */
  enum Versions {
    HTTP1_TO_HTTP1(false, false),
    HTTP1_TO_HTTP2(false, true),
    HTTP2_TO_HTTP1(true, false),
    HTTP2_TO_HTTP2(true, true);

    final boolean isFromHttp2;
    final boolean isToHttp2;

    Versions(boolean isFromHttp2, boolean isToHttp2) {
      this.isFromHttp2 = isFromHttp2;
      this.isToHttp2 = isToHttp2;
    }
  }

  /** A request for a tunnel that has reached its server. */
  static final class Asked {
    final Versions versions;
    final String protocol;
    RawClient client1;
    Http2Peer client2;
    Http2Peer.Stream client2Stream;
    RawClient server1;
    Http2Peer server2;
    Http2Peer.Stream server2Stream;
    String serverHead = "";

    @SuppressWarnings("NullAway.Init") // those of the other versions are not asked for
    private Asked(Versions versions, String protocol) {
      this.versions = versions;
      this.protocol = protocol;
    }

    /** Has the server agree, and say something at once. */
    Opened agree(String more) throws IOException {
      if (versions.isToHttp2) {
        server2Stream.head(false, ":status: 200", "x-kept: 1", "sec-websocket-protocol: chat");
        if (!more.isEmpty()) {
          server2Stream.data(false, more);
        }
      } else {
        server1.send(RawClient.head(
                "HTTP/1.1 101 Switching Protocols",
                "Connection: Upgrade",
                "Upgrade: " + protocol,
                "Sec-WebSocket-Accept: " + answerToKey(),
                "Sec-WebSocket-Protocol: chat",
                "X-Kept: 1")
            + more);
      }
      if (versions.isFromHttp2) {
        assertThat(client2Stream.awaitStatus()).isEqualTo("200");
        assertThat(client2Stream.field("x-kept")).isEqualTo("1");
        assertThat(client2Stream.field("sec-websocket-protocol")).isEqualTo("chat");
        for (String gone : List.of("connection", "upgrade")) {
          assertThat(client2Stream.field(gone)).as(gone).isNull();
        }
        if (protocol.equals("websocket")) {
          assertThat(client2Stream.field("sec-websocket-accept")).isNull();
        }
      } else {
        String head = client1.until("\r\n\r\n");
        assertThat(head)
            .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
            .containsIgnoringCase("\r\nconnection: upgrade\r\n")
            .containsIgnoringCase("\r\nupgrade: " + protocol + "\r\n")
            .containsIgnoringCase("\r\nx-kept: 1\r\n")
            .containsIgnoringCase("\r\nsec-websocket-protocol: chat\r\n");
        if (protocol.equals("websocket")) {
          assertThat(head).containsIgnoringCase("\r\nsec-websocket-accept: " + KEY_ANSWERED);
        }
      }
      return new Opened(
          versions.isFromHttp2 ? TunnelEnd.of(client2Stream) : TunnelEnd.of(client1),
          versions.isToHttp2 ? TunnelEnd.of(server2Stream) : TunnelEnd.of(server1));
    }

    private String answerToKey() throws IOException {
      if (!protocol.equals("websocket")) {
        return "";
      }
      return WebSocketHandshake.answer(WebSocketHandshake.field(serverHead, "sec-websocket-key"));
    }
  }

  /** Both ends of a tunnel. */
  record Opened(TunnelEnd client, TunnelEnd server) {}

  final Http2Scene scene = new Http2Scene();
  private final List<Place> unused1 = new ArrayList<>();
  private final List<Place> unused2 = new ArrayList<>();

  /** Adds so many services of each version. */
  TunnelScene plain(int count) throws IOException {
    JsonObject route =
        new JsonObject().put("upgrade", new JsonArray().add("websocket").add("Chat/1.0"));
    for (int i = 0; i < count; i++) {
      unused1.add(scene.service("old" + i, 1, new JsonObject().put("http", "1.1"), route.copy()));
      unused2.add(scene.service("new" + i, 1, new JsonObject(), route.copy()));
    }
    return this;
  }

  /** Returns a service that nobody has used yet. */
  Place next(Versions versions) {
    return versions.isToHttp2 ? unused2.remove(0) : unused1.remove(0);
  }

  /** Asks for a WebSocket at a service that nobody has used yet; {@code early} is sent right behind. */
  Asked ask(Versions versions, String early) throws IOException {
    return ask(versions, next(versions), "websocket", early);
  }

  Asked ask(Versions versions, Place to, String protocol, String early) throws IOException {
    Asked asked = new Asked(versions, protocol);
    if (versions.isFromHttp2) {
      asked.client2 = scene.client2();
      assertThat(asked.client2.awaitSetting(ENABLE_CONNECT_PROTOCOL)).isEqualTo(1);
      asked.client2Stream = connect(asked.client2, to.path("x?q=1"), protocol);
      if (!early.isEmpty()) {
        TunnelEnd.of(asked.client2Stream).send(early);
        asked.client2.awaitRead(); // a server of HTTP/2 gets the request later
      }
    } else {
      asked.client1 = scene.client().send(upgrade(to, protocol) + early);
    }
    if (versions.isToHttp2) {
      asked.server2 = scene.server(to, ENABLE_CONNECT_PROTOCOL, 1);
      asked.server2Stream = asked.server2.accept();
      assertThat(asked.server2Stream.field(":method")).isEqualTo("CONNECT");
      assertThat(asked.server2Stream.field(":protocol")).isEqualTo(protocol);
      assertThat(asked.server2Stream.field(":path")).isEqualTo(to.path("x?q=1"));
      assertThat(asked.server2Stream.field(":authority")).isEqualTo("h");
      assertThat(asked.server2Stream.field("sec-websocket-version")).isEqualTo("13");
      for (String gone : List.of("connection", "upgrade", "content-length", "sec-websocket-key")) {
        if (protocol.equals("websocket") || !gone.startsWith("sec")) {
          assertThat(asked.server2Stream.field(gone)).as(gone).isNull();
        }
      }
    } else {
      asked.server1 = scene.noted(to.servers().get(0).accept());
      asked.serverHead = asked.server1.until("\r\n\r\n");
      assertThat(asked.serverHead)
          .startsWith("GET " + to.path("x?q=1") + " HTTP/1.1\r\n")
          .containsIgnoringCase("\r\nhost: h\r\n")
          .containsIgnoringCase("\r\nconnection: upgrade\r\n")
          .containsIgnoringCase("\r\nupgrade: " + protocol + "\r\n")
          .containsIgnoringCase("\r\nsec-websocket-version: 13\r\n")
          .doesNotContainIgnoringCase("content-length", "transfer-encoding");
      if (versions.isFromHttp2) {
        assertThat(asked.serverHead).doesNotContain(KEY);
      }
    }
    return asked;
  }

  static Http2Peer.Stream connect(Http2Peer client, String path, String protocol)
      throws IOException {
    return client.request(
        false, "CONNECT", path, ":protocol: " + protocol, "sec-websocket-version: 13");
  }

  static String upgrade(Place to, String protocol) {
    return to.request(
        "GET",
        "x?q=1",
        "Connection: keep-alive, Upgrade",
        "Upgrade: " + protocol,
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: " + KEY);
  }
}
