package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.KnownHost;
import dev.lblc.gateway.http.Protocol;
import dev.lblc.gateway.http.UnreadableLine;
import io.vertx.core.http.HttpConnection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of the request that a client's connection is at, and the facts of the connection, which are the same for all its
 * requests. Confined to the connection's event loop.
 */
final class ClientHead implements LaneHead {
  private static final String[] USUAL_METHODS = {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"};

  private final ClientFacts facts;
  private @Nullable HeadBuffer buffer;
  private @Nullable String method;
  private @Nullable String target;
  private Protocol protocol = Protocol.HTTP_1_1;

  ClientHead(HttpConnection connection) {
    this.facts = new ClientFacts(connection);
  }

  /** Takes the head of the next request, whole. */
  void begin(HeadBuffer whole) {
    buffer = whole;
    HeadParser parser = whole.parser();
    method = methodOf(whole, parser.methodStart(), parser.methodEnd());
    protocol = parser.minorVersion() == 0 ? Protocol.HTTP_1_0 : Protocol.HTTP_1_1;
    target = whole.text(parser.targetStart(), parser.targetEnd());
  }

  /** Takes what came in place of a head. */
  void beginFaulty(HeadBuffer faulty) {
    UnreadableLine line = faulty.firstLine();
    buffer = null;
    method = line.method();
    target = line.target();
    protocol = line.protocol();
  }

  /** Forgets the request. */
  void end() {
    buffer = null;
    method = null;
    target = null;
  }

  @Override
  public HeadBuffer buffer() {
    return known(buffer);
  }

  /** Returns whether the connection may be used again after the answer, as far as the client wants it. */
  boolean isKeptAlive() {
    return buffer != null && buffer.isKeptAlive();
  }

  @Override
  public Protocol protocol() {
    return protocol;
  }

  @Override
  public String method() {
    return known(method);
  }

  @Override
  public String target() {
    return known(target);
  }

  @Override
  public @Nullable String authority() {
    return null;
  }

  @Override
  public KnownHost asked() {
    KnownHost before = facts.asked();
    if (before != null && buffer().hasOnly("host", before.authority())) {
      return before;
    }
    KnownHost other = KnownHost.of(this);
    facts.asked(other);
    return other;
  }

  @Override
  public boolean hasMoreFrames() {
    throw new IllegalStateException("not HTTP/2");
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

  private static String methodOf(HeadBuffer head, int from, int to) {
    byte[] octets = head.octets();
    for (String usual : USUAL_METHODS) {
      if (usual.length() == to - from && octets[from] == usual.charAt(0)) {
        String method = same(usual, octets, from);
        if (method != null) {
          return method;
        }
      }
    }
    return head.text(from, to);
  }

  private static @Nullable String same(String usual, byte[] octets, int from) {
    for (int i = 1; i < usual.length(); i++) {
      if (octets[from + i] != usual.charAt(i)) {
        return null;
      }
    }
    return usual;
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("there is no request");
    }
    return value;
  }
}
