package dev.lblc.gateway.http;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Literal;
import dev.lblc.config.DestinationTemplate.Part;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the destination of a request: the first of a route's templates that yields a value. Compiled once from
 * configuration into functions; immutable.
 */
final class DestinationKeys {
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

  /** The key; null: no template yields a value. */
  @Nullable
  String keyOf(RequestFacts facts) {
    for (Source source : cascade) {
      String value = source.value(facts);
      if (value != null && !value.isEmpty()) {
        return value;
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
}
