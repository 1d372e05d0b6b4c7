package dev.lblc.gateway.route;

import dev.lblc.config.HttpRouteConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The matches of a listener's routes, in the order of the file: the first one that fits wins. Immutable. */
public final class RouteTable {
  private final RouteMatch[] matches;

  private RouteTable(RouteMatch[] matches) {
    this.matches = matches;
  }

  /** Compiles the matches of routes. */
  public static RouteTable compile(List<HttpRouteConfig> routes) {
    return new RouteTable(
        routes.stream().map(route -> new RouteMatch(route.match())).toArray(RouteMatch[]::new));
  }

  /**
   * Returns the index of the first match among them; -1: none fits.
   *
   * @throws BadRequestException if the path without its parameters matches another route: a server that drops parameters
   *     would serve what the other route protects
   */
  public int find(RequestFacts facts) {
    String path = facts.path();
    int found = indexOf(facts, path);
    String bare = facts.pathWithoutParameters();
    if (!bare.equals(path) && indexOf(facts, bare) != found) {
      throw new BadRequestException("path parameters make the route ambiguous");
    }
    return found;
  }

  /** Returns the destination that templates make of a request; null: none. */
  public static @Nullable String destination(HttpRouteConfig route, RequestFacts facts) {
    return DestinationKeys.compile(route.destination()).keyOf(facts);
  }

  private int indexOf(RequestFacts facts, String path) {
    for (int i = 0; i < matches.length; i++) {
      if (matches[i].matches(facts, path)) {
        return i;
      }
    }
    return -1;
  }
}
