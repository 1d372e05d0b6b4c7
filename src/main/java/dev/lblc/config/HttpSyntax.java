package dev.lblc.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The syntax of parts of HTTP messages, and of patterns for them. */
final class HttpSyntax {
  private static final String TCHAR = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  /** Visible ASCII except the characters that end a path. */
  private static final String PATH_CHAR = "[\\x21-\\x7e&&[^?#*\\\\]]";

  private static final String PORT =
      "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})";

  static final Syntax<String> METHOD = Syntax.matching("an HTTP method such as GET", TCHAR);

  /** A header's name, in lower case. */
  static final Syntax<String> MATCHED_HEADER =
      Syntax.matching("a header name", TCHAR).then("a header name", HttpSyntax::lower);

  /** The headers that frame a message or name its target: routes may not edit them. */
  private static final Set<String> FRAMING = Set.of(
      "connection",
      "content-length",
      "host",
      "keep-alive",
      "proxy-connection",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade");

  static final Syntax<String> EDITED_HEADER = Syntax.matching("a header name", TCHAR)
      .then("a header name", name -> {
        if (FRAMING.contains(lower(name))) {
          throw new SyntaxException("a header that may be edited, unlike "
              + String.join(", ", FRAMING.stream().sorted().toList()));
        }
        return name;
      });

  /**
   * The headers of requests that mean something else than an id, beside those of {@link #FRAMING}: in place of what a client has sent
   * the server would get the id.
   */
  private static final Set<String> NO_ID = Set.of(
      "authorization",
      "baggage",
      "cache-control",
      "cookie",
      "date",
      "expect",
      "forwarded",
      "from",
      "http2-settings",
      "max-forwards",
      "origin",
      "pragma",
      "prefer",
      "priority",
      "proxy-authorization",
      "range",
      "referer",
      "tracestate",
      "user-agent",
      "via");

  /** How the names of further such headers begin. */
  private static final List<String> NO_ID_BEGINNINGS = List.of(
      "accept",
      "access-control-",
      "content-",
      "grpc-",
      "if-",
      "sec-",
      "x-client-cert-",
      "x-forwarded-");

  /** A header for the id of a request. */
  static final Syntax<String> ID_HEADER = EDITED_HEADER.then("a header name", name -> {
    String read = lower(name).replace('_', '-'); // as servers do that hand headers on as variables
    if (NO_ID.contains(read) || NO_ID_BEGINNINGS.stream().anyMatch(read::startsWith)) {
      throw new SyntaxException("a header that means nothing else, such as X-Request-Id");
    }
    return name;
  });

  /** What leads back into HTTP: behind such a switch nobody would look at the requests. */
  private static final Set<String> NO_UPGRADES = Set.of("h2", "h2c", "h3", "http", "https", "tls");

  /** A protocol to switch to, with or without a version, in lower case. */
  static final Syntax<String> UPGRADE = Syntax.matching(
          "a protocol such as websocket", TCHAR + "(/" + TCHAR + ")?")
      .then("a protocol such as websocket", protocol -> {
        String lower = lower(protocol);
        if (NO_UPGRADES.contains(lower.split("/", 2)[0])) {
          throw new SyntaxException("a protocol that is not HTTP or TLS, unlike "
              + String.join(", ", NO_UPGRADES.stream().sorted().toList()));
        }
        return lower;
      });

  static final Syntax<String> HEADER_VALUE = Syntax.matching(
      "a header value: visible ASCII, with blanks between only", "[!-~]([ \\t!-~]*[!-~])?");

  static final Syntax<String> HOST_PATTERN = Syntax.matching(
          "a host name, or *. and a host name", "(\\*\\.)?" + NetSyntax.HOST_NAME)
      .then("a host name, or *. and a host name", HttpSyntax::lower);

  static final Syntax<String> PATH_PATTERN = Syntax.matching(
          "a path that starts with /, and may end in * but have none elsewhere",
          "/" + PATH_CHAR + "*\\*?")
      .then("a path pattern", HttpSyntax::normal);

  static final Syntax<String> PATH_PREFIX = Syntax.matching(
          "a path that starts with / and does not end with it, without *",
          "/" + PATH_CHAR + "*(?<!/)")
      .then("a path prefix", HttpSyntax::normal);

  static final Syntax<String> REQUEST_TARGET =
      Syntax.matching("a path that starts with /, with or without a query", "/[!-~&&[^#]]*");

  static final Syntax<String> HOST_HEADER = Syntax.matching(
      "keep, server, or a host name with or without a port",
      NetSyntax.HOST_NAME + "(:" + PORT + ")?");

  /** The Host header of a health check. */
  static final Syntax<String> CHECK_HOST = Syntax.matching(
      "a host name with or without a port", NetSyntax.HOST_NAME + "(:" + PORT + ")?");

  /** The method of a health check: CONNECT would ask for a tunnel. */
  static final Syntax<String> CHECK_METHOD =
      Syntax.matching("an HTTP method such as GET, not CONNECT", "(?!CONNECT$)" + TCHAR);

  static final Syntax<String> BEARER_TOKEN =
      Syntax.matching("a token of visible ASCII characters", "[!-~]+");

  private HttpSyntax() {}

  /** Refuses a pattern that is not normalised: it would match nothing, or too much, and nobody would notice. */
  private static String normal(String path) throws SyntaxException {
    String wildcard = path.endsWith("*") ? "*" : "";
    String normal;
    try {
      normal = NormalPath.of(path.substring(0, path.length() - wildcard.length())) + wildcard;
    } catch (IllegalPathException e) {
      throw new SyntaxException("a path that can be normalised, unlike this: " + e.reason());
    }
    if (!normal.equals(path)) {
      throw new SyntaxException("a normalised path, here " + normal);
    }
    return path;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
