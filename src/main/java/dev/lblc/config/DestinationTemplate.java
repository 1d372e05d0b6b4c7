package dev.lblc.config;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A template: text with fields that gives a destination of a request, or of the answer to it, such as {@code {host}{path:2}}.
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
   * @param name of the header (lower case), cookie, parameter or field of JSON; null for the others
   * @param count for {@code PATH}: how many leading segments, 0 for all; for {@code PREFIX}: how many octets; else 0
   */
  public record Field(Kind kind, @Nullable String name, int count) implements Part {
    @Override
    public String text() {
      String argument = count > 0 ? String.valueOf(count) : name;
      return argument == null
          ? "{" + kind.label() + "}"
          : "{" + kind.label() + ":" + argument + "}";
    }
  }

  /** Returns whether the value of a field of this template stands in the body of the request. */
  public boolean isOfBody() {
    return parts.stream()
        .anyMatch(part -> part instanceof Field field && field.kind().isOfBody());
  }

  /** Returns whether the value of a field of this template stands in the head of the answer. */
  public boolean isOfAnswer() {
    return parts.stream()
        .anyMatch(part -> part instanceof Field field && field.kind().isOfAnswer());
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
    TLS_SAN,
    /** {@code {json:path}}: a field of a body that is JSON. */
    JSON,
    /** {@code {form:name}}: a parameter of a body that is a form. */
    FORM,
    /** {@code {prefix:512}}: the first octets of the body. */
    PREFIX,
    /** {@code {set-cookie:name}}: a cookie that the answer sets. */
    SET_COOKIE,
    /** {@code {response:name}}: a header field of the answer. */
    RESPONSE;

    private static final Set<Kind> OF_BODY = EnumSet.of(JSON, FORM, PREFIX);

    /** Returns the name that templates call the field by. */
    String label() {
      return this == SET_COOKIE ? "set-cookie" : name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    boolean isOfBody() {
      return OF_BODY.contains(this);
    }

    boolean isOfAnswer() {
      return this == SET_COOKIE || this == RESPONSE;
    }
  }
}
