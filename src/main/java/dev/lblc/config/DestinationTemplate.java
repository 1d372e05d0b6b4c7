package dev.lblc.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A template: text with fields that gives the destination of a request, such as {@code {host}{path:2}}.
 *
 * @param parts literals and fields in order, at least one
 */
public record DestinationTemplate(List<Part> parts) {
  /** Returns the template as it is written in a configuration. */
  public String text() {
    return parts.stream().map(Part::text).collect(Collectors.joining());
  }

  /** A piece of a template. */
  public sealed interface Part {
    /** Returns the piece as it is written in a configuration. */
    String text();
  }

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
  public record Field(Kind kind, @Nullable String name, int segments) implements Part {
    @Override
    public String text() {
      String plain = kind.name().toLowerCase(Locale.ROOT).replace('_', '.');
      String argument = segments > 0 ? String.valueOf(segments) : name;
      return argument == null ? "{" + plain + "}" : "{" + plain + ":" + argument + "}";
    }
  }

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
    SNI,
    /** {@code {tls.subject}}: the subject of the client's certificate. */
    TLS_SUBJECT,
    /** {@code {tls.fingerprint}}: the SHA-256 of the client's certificate. */
    TLS_FINGERPRINT,
    /** {@code {tls.san}}: the first alternative name of the client's certificate. */
    TLS_SAN
  }
}
