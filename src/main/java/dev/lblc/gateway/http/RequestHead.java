package dev.lblc.gateway.http;

import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.route.BadRequestException;
import org.jspecify.annotations.Nullable;

/** The head of a client's request as it came, and the facts of its connection. */
public interface RequestHead extends HeaderView {
  /** Returns the version that the client speaks; {@link Protocol#UNKNOWN}: see {@link Exchange#refuse}. */
  Protocol protocol();

  /** Returns the method, as it came. */
  String method();

  /** Returns the request target, as it came. */
  String target();

  /** Returns the {@code :authority} of HTTP/2, or its Host; null: none, or another version. */
  @Nullable
  String authority();

  /**
   * Returns the host that it asks.
   *
   * @throws BadRequestException if that is not valid, or missing where HTTP demands it
   */
  KnownHost asked();

  /** Returns the protocol that a CONNECT of HTTP/2 asks for by {@code :protocol}; null: none, or another version. */
  default @Nullable String connectProtocol() {
    return null;
  }

  /** Returns whether an HTTP/2 stream goes on after the head. To be asked for HTTP/2 only. */
  boolean hasMoreFrames();

  /** Returns whether the connection is encrypted. */
  boolean isEncrypted();

  /** Returns the address at the other end of the connection, or what the PROXY protocol says it was; empty: unknown. */
  String peer();

  /** Returns the address the client connected to, or what the PROXY protocol says it was; empty: unknown. */
  String localIp();

  /** Returns the port the client connected to, or what the PROXY protocol says it was; 0: unknown. */
  int localPort();

  /** Returns the server name of the TLS handshake, as it came; null: none. */
  @Nullable
  String serverName();

  /** Returns the version of TLS; null: clear text, or not known. */
  @Nullable
  String tlsVersion();

  /** Returns the client's certificate; null: it has shown none, or was not asked. The same for all requests of a connection. */
  @Nullable
  ClientCertificate clientCertificate();
}
