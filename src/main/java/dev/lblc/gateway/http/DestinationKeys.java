package dev.lblc.gateway.http;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Literal;
import dev.lblc.config.DestinationTemplate.Part;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the destination of a request: the first of a route's templates that yields a value. Compiled once from
 * configuration into functions; immutable.
 */
final class DestinationKeys {
  /** Longest key that is used as it is, in bytes of UTF-8. */
  static final int MAX_BYTES = 256;

  /** A piece of a key; yields null or an empty text for no value. */
  interface Source {
    @Nullable
    String value(RequestFacts facts);
  }

  private final Source[] cascade;

  private DestinationKeys(Source[] cascade) {
    this.cascade = cascade;
  }

  /** For these templates, tried in order; none: no request has a destination. */
  static DestinationKeys compile(List<DestinationTemplate> templates) {
    return new DestinationKeys(templates.stream()
        .map(template -> compile(template.parts().toArray(Part[]::new)))
        .toArray(Source[]::new));
  }

  /** The key, never longer than {@link #MAX_BYTES}; null: no template yields a value. */
  @Nullable
  String keyOf(RequestFacts facts) {
    for (Source source : cascade) {
      String value = source.value(facts);
      if (value != null && !value.isEmpty()) {
        return bounded(value);
      }
    }
    return null;
  }

  private static Source compile(Part[] parts) {
    Source[] sources = new Source[parts.length];
    for (int i = 0; i < parts.length; i++) {
      sources[i] = source(parts[i]);
    }
    return sources.length == 1 ? sources[0] : facts -> join(sources, facts);
  }

  private static @Nullable String join(Source[] sources, RequestFacts facts) {
    StringBuilder key = new StringBuilder(64);
    for (Source source : sources) {
      String value = source.value(facts);
      if (value == null || value.isEmpty()) {
        return null;
      }
      key.append(value);
    }
    return key.toString();
  }

  private static Source source(Part part) {
    if (part instanceof Literal literal) {
      String text = literal.text();
      return facts -> text;
    }
    Field field = (Field) part;
    String name = field.name();
    int segments = field.segments();
    return switch (field.kind()) {
      case HOST -> RequestFacts::host;
      case PATH -> segments == 0 ? RequestFacts::path : facts -> leading(facts.path(), segments);
      case QUERY ->
        name == null ? RequestFacts::query : facts -> QueryParameter.of(facts.query(), name);
      case HEADER -> facts -> facts.header(required(name));
      case COOKIE -> facts -> CookieValue.of(facts.headers("cookie"), required(name));
      case METHOD -> RequestFacts::method;
      case CLIENT_IP -> RequestFacts::clientIp;
      case LOCAL_IP -> RequestFacts::localIp;
      case LOCAL_PORT -> facts -> Integer.toString(facts.localPort());
      case SNI -> RequestFacts::sni;
    };
  }

  private static String required(@Nullable String name) {
    if (name == null) {
      throw new IllegalArgumentException("template field without a name");
    }
    return name;
  }

  private static String leading(String path, int segments) {
    int end = 0;
    for (int i = 0; i < segments; i++) {
      end = path.indexOf('/', end + 1);
      if (end < 0) {
        return path;
      }
    }
    return path.substring(0, end);
  }

  private static String bounded(String key) {
    // Three bytes at most for each char, so that most keys need no counting.
    if (key.length() * 3 <= MAX_BYTES
        || (key.length() <= MAX_BYTES && ByteBufUtil.utf8Bytes(key) <= MAX_BYTES)) {
      return key;
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
