package dev.lblc.gateway.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The facts of a request, in the form that matches and destinations use. */
public interface RequestFacts {
  /** Returns the host, in lower case and without port; empty: the request has none. */
  String host();

  /** Returns the path in normal form. */
  String path();

  /**
   * Returns the path without the parameters of its segments ({@code /a;x/b} as {@code /a/b}), in normal form: some servers
   * read it so. The same instance as {@link #path} if there are no parameters.
   *
   * @throws BadRequestException if this path has no normal form
   */
  String pathWithoutParameters();

  /** Returns the whole query as it came; null: none. */
  @Nullable
  String query();

  /** Returns the method as it came. */
  String method();

  /** Returns the first header of that name; null: none. */
  @Nullable
  String header(String name);

  /** Returns all headers of that name, in order. */
  List<String> headers(String name);

  /** Returns the client's address, in its canonical form: from X-Forwarded-For or Forwarded if the peer is trusted, else the peer's. */
  String clientIp();

  /** Returns the address the client connected to, or what the PROXY protocol says it was. */
  String localIp();

  /** Returns the port the client connected to, or what the PROXY protocol says it was. */
  int localPort();

  /** Returns the server name of the TLS handshake, in lower case; null: none. */
  @Nullable
  String sni();

  /** Returns the subject of the client's certificate; empty: it has none; null: the connection has no such certificate. */
  @Nullable
  String tlsSubject();

  /** Returns the SHA-256 of the client's certificate, in hexadecimal digits; null: the connection has no such certificate. */
  @Nullable
  String tlsFingerprint();

  /** Returns the first alternative name of the client's certificate; null: it has none, or the connection has no such certificate. */
  @Nullable
  String tlsSan();

  /** Returns the beginning of the body, as far as it was looked at. */
  default BodyStart bodyStart() {
    return BodyStart.NONE;
  }

  /**
   * Returns whether what is wanted of the body is known, or cannot be. If not, the body has to be looked at before the request has a
   * route or a destination.
   */
  default boolean knows(BodyNeeds needs) {
    return true;
  }
}
