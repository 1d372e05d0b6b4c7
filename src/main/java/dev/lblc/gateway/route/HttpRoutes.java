package dev.lblc.gateway.route;

import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.HttpRouteConfig;
import dev.lblc.plugin.LblcService;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes and the request settings of one HTTP listener, compiled. Immutable, shared by all event loops. */
public final class HttpRoutes {
  private final Route[] routes;
  private final AddressBlocks trustedPeers;
  private final boolean accessLog;

  private HttpRoutes(Route[] routes, AddressBlocks trustedPeers, boolean accessLog) {
    this.routes = routes;
    this.trustedPeers = trustedPeers;
    this.accessLog = accessLog;
  }

  /**
   * Compiles the routes of a listener, in their order.
   *
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @throws IllegalArgumentException if a route cannot work; the message names it by its index in the file
   */
  public static HttpRoutes compile(
      HttpListenerConfig listener, Function<String, LblcService> services) {
    List<Route> compiled = new ArrayList<>();
    for (HttpRouteConfig route : listener.routes()) {
      try {
        compiled.add(Route.compile(route, services));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("routes[" + route.index() + "]: " + e.getMessage(), e);
      }
    }
    return new HttpRoutes(
        compiled.toArray(Route[]::new),
        AddressBlocks.compile(listener.trustedPeers()),
        listener.accessLog());
  }

  /**
   * Returns the first route that matches; null: none does.
   *
   * @throws BadRequestException if the path without its parameters matches another route: a server that drops parameters
   *     would serve what the other route protects
   */
  public @Nullable Route find(RequestFacts facts) {
    String path = facts.path();
    int found = indexOf(facts, path);
    String bare = facts.pathWithoutParameters();
    if (!bare.equals(path) && indexOf(facts, bare) != found) {
      throw new BadRequestException("path parameters make the route ambiguous");
    }
    return found < 0 ? null : routes[found];
  }

  private int indexOf(RequestFacts facts, String path) {
    for (int i = 0; i < routes.length; i++) {
      if (routes[i].match().matches(facts, path)) {
        return i;
      }
    }
    return -1;
  }

  public AddressBlocks trustedPeers() {
    return trustedPeers;
  }

  public boolean accessLog() {
    return accessLog;
  }
}
