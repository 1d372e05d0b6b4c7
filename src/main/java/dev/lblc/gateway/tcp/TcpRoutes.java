package dev.lblc.gateway.tcp;

import dev.lblc.config.ServiceConfig;
import dev.lblc.config.TcpRouteConfig;
import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.plugin.LblcService;
import dev.lblc.tls.UpstreamTls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes of one listener, compiled. Immutable, shared by all event loops. */
final class TcpRoutes {
  private final List<TcpRoute> routes;
  private final boolean anyNeedsSni;

  private TcpRoutes(List<TcpRoute> routes) {
    this.routes = routes;
    this.anyNeedsSni = routes.stream().anyMatch(TcpRoute::needsSni);
  }

  /**
   * Compiles the routes of a listener, in their order.
   *
   * @param configs of all services, by name
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @param tls of the services that have it, by name
   * @param counts gives the counters of the listener with a service
   * @throws IllegalArgumentException if a route cannot work; the message names it by its index in the file
   */
  static TcpRoutes compile(
      List<TcpRouteConfig> routes,
      Map<String, ServiceConfig> configs,
      Function<String, LblcService> services,
      Map<String, UpstreamTls> tls,
      Function<String, SessionCounts> counts) {
    List<TcpRoute> compiled = new ArrayList<>();
    for (TcpRouteConfig route : routes) {
      ServiceConfig config = configs.get(route.service());
      try {
        compiled.add(TcpRoute.compile(
            route,
            services.apply(route.service()),
            counts.apply(route.service()),
            config == null ? null : config.proxyProtocol(),
            tls.get(route.service())));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("routes[" + route.index() + "]: " + e.getMessage(), e);
      }
    }
    return new TcpRoutes(List.copyOf(compiled));
  }

  /** Returns whether any route looks at the server name of the TLS handshake. */
  boolean anyNeedsSni() {
    return anyNeedsSni;
  }

  /** Returns the first route that matches; null: none does. */
  @Nullable
  TcpRoute find(ConnectionFacts facts) {
    for (TcpRoute route : routes) {
      if (route.match().matches(facts)) {
        return route;
      }
    }
    return null;
  }
}
