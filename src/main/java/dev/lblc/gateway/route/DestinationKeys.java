package dev.lblc.gateway.route;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.gateway.route.KeyCascade.Source;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields that a template of an HTTP route may name, and where in a request each value comes from. */
final class DestinationKeys {
  private DestinationKeys() {}

  /**
   * Compiles templates, which are tried in order; none: no request has a destination.
   *
   * @param json the fields of bodies that are asked for, those of these templates among them
   */
  static KeyCascade<RequestFacts> compile(List<DestinationTemplate> templates, JsonFields json) {
    return KeyCascade.compile(templates, field -> source(field, json));
  }

  /** Returns where the value of a field of a request comes from. */
  static Source<RequestFacts> source(Field field, JsonFields json) {
    String name = field.name();
    int count = field.count();
    return switch (field.kind()) {
      case HOST -> RequestFacts::host;
      case PATH -> count == 0 ? RequestFacts::path : facts -> leading(facts.path(), count);
      case QUERY ->
        name == null ? RequestFacts::query : facts -> QueryParameter.of(facts.query(), name);
      case HEADER -> facts -> facts.header(required(name));
      case COOKIE -> facts -> CookieValue.of(facts.headers("cookie"), required(name));
      case METHOD -> RequestFacts::method;
      case CLIENT_IP -> RequestFacts::clientIp;
      case LOCAL_IP -> RequestFacts::localIp;
      case LOCAL_PORT -> facts -> Integer.toString(facts.localPort());
      case SNI -> RequestFacts::sni;
      case TLS_SUBJECT -> RequestFacts::tlsSubject;
      case TLS_FINGERPRINT -> RequestFacts::tlsFingerprint;
      case TLS_SAN -> RequestFacts::tlsSan;
      case JSON -> {
        JsonFields.Node node = json.node(required(name));
        yield facts -> facts.bodyStart().json(node);
      }
      case FORM -> facts -> facts.bodyStart().form(required(name));
      case PREFIX -> facts -> facts.bodyStart().prefix(count);
      case SET_COOKIE, RESPONSE ->
        throw new IllegalArgumentException("a field of the answer: " + field.text());
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
