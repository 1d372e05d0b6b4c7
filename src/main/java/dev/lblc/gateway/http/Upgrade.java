package dev.lblc.gateway.http;

import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.route.AsciiCase;
import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.HeaderNames;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The switch to another protocol that a request asks for and its route allows.
 *
 * <pre>
 *   HTTP/1.1  a request with the field Upgrade    an answer of 101 agrees
 *   HTTP/2    CONNECT with :protocol (RFC 8441)   an answer of 200 agrees
 * </pre>
 *
 * <p>With HTTP/1.1 a WebSocket begins with a key, and an answer to it. Where the two sides speak different versions, the gateway makes
 * the key, or the answer.
 */
final class Upgrade {
  private static final String WEBSOCKET = "websocket";
  private static final int SWITCHING_PROTOCOLS = 101;

  private static final AsciiString CONNECTION = AsciiString.cached("connection");
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  private static final AsciiString KEY = AsciiString.cached("sec-websocket-key");
  private static final AsciiString ACCEPT = AsciiString.cached("sec-websocket-accept");
  private static final AsciiString COOKIE = AsciiString.cached("cookie");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

  private static final HeaderNames LENGTH = HeaderNames.of(CONTENT_LENGTH);
  private static final HeaderNames LENGTH_AND_ACCEPT = HeaderNames.of(CONTENT_LENGTH, ACCEPT);

  private final String protocol;
  private final boolean isFromHttp2;
  private final boolean isToHttp2;

  /** The key of a WebSocket between the versions: the client's if that speaks HTTP/1.1, else the gateway's; null: none is needed. */
  private final @Nullable String key;

  private Upgrade(String protocol, boolean isFromHttp2, boolean isToHttp2, @Nullable String key) {
    this.protocol = protocol;
    this.isFromHttp2 = isFromHttp2;
    this.isToHttp2 = isToHttp2;
    this.key = key;
  }

  /**
   * Returns the switch that a request asks for. With a body it stays HTTP: what follows the head must not become the first bytes of
   * another protocol.
   *
   * @param allowed protocols, in lower case
   * @param isToHttp2 whether the server speaks HTTP/2
   * @return null: none that is allowed
   * @throws BadRequestException if a key is needed and there is none
   */
  static @Nullable Upgrade of(RequestHead head, Body body, Set<String> allowed, boolean isToHttp2) {
    boolean isFromHttp2 = head.protocol() == Protocol.HTTP_2;
    String asked = isFromHttp2 ? ofConnect(head, allowed) : ofField(head, body, allowed);
    if (asked == null) {
      return null;
    }
    boolean isWebSocket = asked.equalsIgnoreCase(WEBSOCKET);
    boolean isGet = isFromHttp2 || head.method().equals("GET");
    if ((isWebSocket || isToHttp2) && !isGet) {
      return null;
    }
    String key = null;
    if (isWebSocket && isFromHttp2 != isToHttp2) {
      key = isFromHttp2 ? WebSocketKey.fresh() : WebSocketKey.of(head.headers(KEY));
    }
    return new Upgrade(isWebSocket ? WEBSOCKET : asked, isFromHttp2, isToHttp2, key);
  }

  private static @Nullable String ofConnect(RequestHead head, Set<String> allowed) {
    String asked = head.connectProtocol();
    return asked != null && allowed.contains(AsciiCase.lower(asked)) ? asked : null;
  }

  private static @Nullable String ofField(RequestHead head, Body body, Set<String> allowed) {
    if (!head.hasHeader(UPGRADE)
        || body != Body.NONE
        || head.protocol() != Protocol.HTTP_1_1
        || !ListedTokens.has(head.headers(CONNECTION), "upgrade")) {
      return null;
    }
    for (String each : ListedTokens.of(head.headers(UPGRADE))) {
      if (allowed.contains(AsciiCase.lower(each))) {
        return each;
      }
    }
    return null;
  }

  /** Returns the name of the protocol. */
  String protocol() {
    return protocol;
  }

  boolean isWebSocket() {
    return protocol.equals(WEBSOCKET);
  }

  /** Returns the fields of the request that do not go on; {@code hasCookie}: the plan has one in place of several. */
  HeaderNames replaced(boolean hasCookie) {
    List<AsciiString> names = new ArrayList<>(List.of(CONTENT_LENGTH));
    if (key != null) {
      names.add(KEY);
    }
    if (hasCookie) {
      names.add(COOKIE);
    }
    return HeaderNames.of(names);
  }

  /** Adds the lines with which a server of HTTP/1.1 is asked. */
  void ask(HeaderPlan plan) {
    if (isToHttp2) {
      return;
    }
    plan.add(CONNECTION, UPGRADE);
    plan.add(UPGRADE, protocol);
    if (key != null) {
      plan.add(KEY, key);
    }
  }

  /** Returns whether the server agrees. */
  boolean isGranted(ResponseHead answer) {
    if (isToHttp2) {
      return ResponsePolicy.isSuccess(answer.status());
    }
    return answer.status() == SWITCHING_PROTOCOLS
        && protocol.equalsIgnoreCase(answer.header(UPGRADE))
        && (key == null || WebSocketKey.answer(key).equals(answer.header(ACCEPT)));
  }

  /** Returns the fields of the server's answer that do not go on. */
  HeaderNames replacedInAnswer() {
    return key == null ? LENGTH : LENGTH_AND_ACCEPT;
  }

  /** Adds the lines with which a client of HTTP/1.1 learns that the protocol is switched. */
  void agree(HeaderPlan plan) {
    if (isFromHttp2) {
      return;
    }
    plan.add(CONNECTION, UPGRADE);
    plan.add(UPGRADE, protocol);
    if (key != null) {
      plan.add(ACCEPT, WebSocketKey.answer(key));
    }
  }
}
