package dev.lblc.gateway.route;

import dev.lblc.config.HttpRouteConfig;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a request must have to take a route, compiled from configuration. Immutable. */
public final class RouteMatch {
  private static final String ANY = "*";

  private final @Nullable HostPattern host;
  private final @Nullable String path;
  private final boolean pathIsPrefix;
  private final Set<String> methods;
  private final String[] headerNames;
  private final String[] headerValues;
  private final @Nullable JsonMatch body;

  /**
   * Compiles a match. Its host and path are in the same normal form as those of requests: the configuration reader checks
   * that.
   *
   * @param body what the body must have; null: it does not matter
   */
  RouteMatch(HttpRouteConfig.Match match, @Nullable JsonMatch body) {
    this.body = body;
    String host = match.host();
    this.host = host == null ? null : new HostPattern(host);
    String path = match.path();
    pathIsPrefix = path != null && path.endsWith(ANY);
    this.path = path == null || path.equals(ANY)
        ? null
        : pathIsPrefix ? path.substring(0, path.length() - 1) : path;
    methods = Set.copyOf(match.methods());
    Map<String, String> headers = match.headers();
    headerNames = headers.keySet().toArray(String[]::new);
    headerValues = headers.values().toArray(String[]::new);
  }

  /** Returns what the body must have, beside what {@link #matches} looks at; null: it does not matter. */
  @Nullable
  JsonMatch body() {
    return body;
  }

  /** Returns whether the head of a request matches if {@code path} is taken as its path. */
  boolean matches(RequestFacts facts, String path) {
    return pathMatches(path)
        && (host == null || host.matches(facts.host()))
        && (methods.isEmpty() || methods.contains(facts.method()))
        && headersMatch(facts);
  }

  private boolean pathMatches(String actual) {
    return path == null || (pathIsPrefix ? actual.startsWith(path) : actual.equals(path));
  }

  private boolean headersMatch(RequestFacts facts) {
    for (int i = 0; i < headerNames.length; i++) {
      boolean found = headerValues[i].equals(ANY)
          ? facts.header(headerNames[i]) != null
          : facts.headers(headerNames[i]).contains(headerValues[i]);
      if (!found) {
        return false;
      }
    }
    return true;
  }
}
