package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.KnownHost;
import dev.lblc.gateway.http.Protocol;
import dev.lblc.gateway.http.lane.ClientFacts;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.HeadFault;
import dev.lblc.gateway.http.lane.LaneHead;
import dev.lblc.gateway.route.BadRequestException;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Headers.PseudoHeaderName;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The head of the request of one stream. Confined to the connection's event loop. */
final class StreamHead implements LaneHead {
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final String CONNECT = "CONNECT";

  private final ClientFacts facts;
  private @Nullable HeadBuffer buffer;
  private String method = "-";
  private String target = "-";
  private @Nullable String authority;
  private @Nullable String connectProtocol;
  private boolean hasMoreFrames;

  StreamHead(ClientFacts facts) {
    this.facts = facts;
  }

  /**
   * Returns what is wrong with the method or the scheme; null: nothing. The gateway serves what it serves as {@code http} and {@code
   * https} alone, as with a target in absolute form. Which of the two a client says does not matter: TLS may end ahead of the gateway.
   * CONNECT has no scheme (RFC 9113 8.5), unless it asks for another protocol: {@link #isBadConnect}.
   */
  static @Nullable HeadFault fault(Http2Headers headers) {
    if (!HeadBuffer.isToken(String.valueOf(headers.method()))) {
      return HeadFault.METHOD;
    }
    CharSequence scheme = headers.scheme();
    boolean isKnown = scheme == null
        ? CONNECT.contentEquals(String.valueOf(headers.method()))
        : HTTP.contentEqualsIgnoreCase(scheme) || HTTPS.contentEqualsIgnoreCase(scheme);
    return isKnown ? null : HeadFault.SCHEME;
  }

  /** Takes the head of the next request; {@code fields} are those of it that HTTP/1.1 has, too. */
  void begin(Http2Headers headers, HeadBuffer fields, boolean isEnd) {
    buffer = fields;
    method = text(headers.method());
    CharSequence path = headers.path();
    CharSequence asked = headers.authority();
    target = text(path == null ? asked : path);
    authority = asked == null ? null : asked.toString();
    CharSequence protocol = headers.get(PseudoHeaderName.PROTOCOL.value());
    connectProtocol = protocol == null ? null : protocol.toString();
    hasMoreFrames = !isEnd;
  }

  /** Returns whether a head asks for another protocol, and not as RFC 8441 4 wants it. */
  static boolean isBadConnect(Http2Headers headers) {
    return headers.contains(PseudoHeaderName.PROTOCOL.value())
        && (!CONNECT.contentEquals(String.valueOf(headers.method()))
            || headers.scheme() == null
            || headers.path() == null
            || headers.authority() == null);
  }

  /** Forgets the request. */
  void end() {
    buffer = null;
    authority = null;
    connectProtocol = null;
  }

  private static String text(@Nullable CharSequence value) {
    return value == null ? "-" : value.toString();
  }

  @Override
  public HeadBuffer buffer() {
    HeadBuffer known = buffer;
    if (known == null) {
      throw new IllegalStateException("there is no request");
    }
    return known;
  }

  @Override
  public Protocol protocol() {
    return Protocol.HTTP_2;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public @Nullable String authority() {
    List<String> hosts = headers("host");
    if (hosts.size() > 1) {
      throw new BadRequestException("more than one Host header");
    }
    if (authority == null) {
      return hosts.isEmpty() ? null : hosts.get(0);
    }
    if (!hosts.isEmpty() && !hosts.get(0).equalsIgnoreCase(authority)) {
      throw new BadRequestException(":authority and Host differ");
    }
    return authority;
  }

  @Override
  public KnownHost asked() {
    KnownHost before = facts.asked();
    if (before != null
        && authority != null
        && authority.equals(before.authority())
        && !hasHeader("host")) {
      return before;
    }
    KnownHost other = KnownHost.of(this);
    facts.asked(other);
    return other;
  }

  @Override
  public @Nullable String connectProtocol() {
    return connectProtocol;
  }

  @Override
  public boolean hasMoreFrames() {
    return hasMoreFrames;
  }

  @Override
  public ClientFacts facts() {
    return facts;
  }

  @Override
  public @Nullable String header(CharSequence name) {
    return buffer == null ? null : buffer.header(name);
  }

  @Override
  public List<String> headers(CharSequence name) {
    return buffer == null ? List.of() : buffer.headers(name);
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return buffer != null && buffer.hasHeader(name);
  }
}
