package dev.lblc.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text with fields that makes a destination from a request, such as {@code {host}{path:2}}.
 *
 * @param parts literals and fields in order, at least one
 */
public record DestinationTemplate(List<Part> parts) {
  /** A piece of a template. */
  public sealed interface Part {}

  /**
   * Text that stands for itself.
   *
   * @param text not empty
   */
  public record Literal(String text) implements Part {}

  /**
   * A value of the request.
   *
   * @param kind which
   * @param name of the header (lower case), cookie or query parameter; null for the others
   * @param segments for {@code PATH}: how many leading segments, 0 for all; else 0
   */
  public record Field(Kind kind, @Nullable String name, int segments) implements Part {}

  /** The fields that a template may name. */
  public enum Kind {
    /** {@code {host}}: lower-case, without port. */
    HOST,
    /** {@code {path}} and {@code {path:2}}: normalised, without query. */
    PATH,
    /** {@code {query}}: the whole query; {@code {query:name}}: one parameter. */
    QUERY,
    /** {@code {header:name}}. */
    HEADER,
    /** {@code {cookie:name}}. */
    COOKIE,
    /** {@code {method}}. */
    METHOD,
    /** {@code {client.ip}}: from a trusted peer, or by PROXY protocol, the original client's. */
    CLIENT_IP,
    /** {@code {local.ip}}: the address the client connected to. */
    LOCAL_IP,
    /** {@code {local.port}}: the port the client connected to. */
    LOCAL_PORT,
    /** {@code {sni}}: the server name of the TLS handshake. */
    SNI
  }
}
