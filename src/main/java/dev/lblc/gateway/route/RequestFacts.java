package dev.lblc.gateway.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request says about itself, in the forms that matching and destinations use. */
public interface RequestFacts {
  /** Host, lower case, without port; empty: the request has none. */
  String host();

  /** Path in normal form. */
  String path();

  /**
   * The path as a server reads it that takes parameters out of segments ({@code /a;x/b} as {@code /a/b}), in normal form;
   * the same instance as {@link #path} if there are none.
   *
   * @throws BadRequestException if it has no normal form
   */
  String pathWithoutParameters();

  /** The whole query as it came; null: none. */
  @Nullable
  String query();

  /** Method, as it came. */
  String method();

  /** The first header of that name; null: none. */
  @Nullable
  String header(String name);

  /** All headers of that name, in order. */
  List<String> headers(String name);

  /** The client's address: from X-Forwarded-For where the peer is trusted, else the peer's. */
  String clientIp();

  /** The address the client connected to, or what the PROXY protocol says it was. */
  String localIp();

  /** The port the client connected to, or what the PROXY protocol says it was. */
  int localPort();

  /** The server name of the TLS handshake, lower case; null: none. */
  @Nullable
  String sni();
}
