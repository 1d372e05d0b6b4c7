package dev.lblc.gateway.route;

import dev.lblc.config.HttpRouteConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The matches of a listener's routes, in the order of the file: the first one that fits wins. Immutable. */
public final class RouteTable {
  /** Stands for the index of no route. */
  private static final int NONE = -1;

  /** Stands for the index of a route that depends on a body that is not known. */
  private static final int OPEN = -2;

  private final RouteMatch[] matches;
  private final JsonFields json;
  private final int inspect;

  private RouteTable(RouteMatch[] matches, JsonFields json, int inspect) {
    this.matches = matches;
    this.json = json;
    this.inspect = inspect;
  }

  /** Compiles the matches of the routes of a listener, which has this limit. */
  public static RouteTable compile(List<HttpRouteConfig> routes, int inspect) {
    return compile(routes, JsonFields.of(routes), inspect);
  }

  /**
   * Compiles the matches of routes.
   *
   * @param json the fields of bodies that are asked for, those of these matches among them
   * @param inspect octets of a body that are looked at unless a route says otherwise
   */
  static RouteTable compile(List<HttpRouteConfig> routes, JsonFields json, int inspect) {
    RouteMatch[] matches = routes.stream()
        .map(route -> new RouteMatch(
            route.match(), JsonMatch.compile(route.match().json(), json, most(route, inspect))))
        .toArray(RouteMatch[]::new);
    return new RouteTable(matches, json, inspect);
  }

  /** Returns how many octets of a body a route looks at, at most. */
  static int most(HttpRouteConfig route, int inspect) {
    Integer own = route.limits().inspect();
    return own == null ? inspect : own;
  }

  /**
   * Returns the index of the first match among them; negative: none fits, or the first that may fit depends on the body, which {@link
   * RequestFacts#knows} was told.
   *
   * @throws BadRequestException if the path without its parameters matches another route: a server that drops parameters
   *     would serve what the other route protects
   */
  public int find(RequestFacts facts) {
    String path = facts.path();
    int found = indexOf(facts, path);
    String bare = facts.pathWithoutParameters();
    if (found == OPEN || bare.equals(path)) {
      return found;
    }
    int other = indexOf(facts, bare);
    if (other != found && other != OPEN) {
      throw new BadRequestException("path parameters make the route ambiguous");
    }
    return other;
  }

  /**
   * Returns the destination that one of these routes makes of a request, all of whose body is known, or the value of its sticky cookie;
   * null: none.
   */
  public @Nullable String destination(HttpRouteConfig route, RequestFacts facts) {
    KeyCascade<RequestFacts> keys = DestinationKeys.compile(route.destination(), json);
    BodyNeeds needs = BodyNeeds.of(route.destination(), json, most(route, inspect));
    if (needs != null && keys.asksForBody(facts)) {
      boolean unused = facts.knows(needs);
    }
    String key = keys.keyOf(facts);
    StickyCookie cookie = StickyCookie.compile(route);
    return key != null || cookie == null ? key : cookie.of(facts);
  }

  /** Returns whether the destination that one of these routes makes of a request depends on the body. */
  public boolean asksForBody(HttpRouteConfig route, RequestFacts facts) {
    return DestinationKeys.compile(route.destination(), json).asksForBody(facts);
  }

  private int indexOf(RequestFacts facts, String path) {
    for (int i = 0; i < matches.length; i++) {
      if (matches[i].matches(facts, path)) {
        JsonMatch body = matches[i].body();
        if (body == null) {
          return i;
        }
        if (!facts.knows(body.needs())) {
          return OPEN;
        }
        if (body.matches(facts.bodyStart())) {
          return i;
        }
      }
    }
    return NONE;
  }
}
