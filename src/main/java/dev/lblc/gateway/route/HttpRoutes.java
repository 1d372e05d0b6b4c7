package dev.lblc.gateway.route;

import dev.lblc.config.HttpLimits;
import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.HttpRouteConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.gateway.count.ExchangeCounts;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.plugin.LblcService;
import dev.lblc.tls.UpstreamTls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes and the request settings of one HTTP listener, compiled. Immutable, shared by all event loops. */
public final class HttpRoutes {
  private final Route[] routes;
  private final RouteTable table;
  private final ExchangeCounts unrouted;
  private final AddressBlocks trustedPeers;
  private final HttpLimits limits;
  private final long headerNanos;
  private final long idleNanos;
  private final @Nullable AccessLog accessLog;
  private final boolean http2;

  private HttpRoutes(
      Route[] routes,
      ExchangeCounts unrouted,
      HttpListenerConfig listener,
      RouteTable table,
      @Nullable AccessLog accessLog) {
    this.routes = routes;
    this.table = table;
    this.unrouted = unrouted;
    this.trustedPeers = AddressBlocks.compile(listener.trustedPeers());
    this.limits = listener.limits();
    this.headerNanos = listener.timeouts().header().toNanos();
    this.idleNanos = listener.timeouts().idle().toNanos();
    this.accessLog = accessLog;
    this.http2 = listener.http2();
  }

  /**
   * Compiles the routes of a listener, in their order.
   *
   * @param configs of all services, by name
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @param tls of the services that have it, by name
   * @param counts gives the counters of the listener with a service; those of {@code ""} are for exchanges without one
   * @param accessLog of the listener; null: none
   * @throws IllegalArgumentException if a route cannot work; the message names it by its index in the file
   */
  public static HttpRoutes compile(
      HttpListenerConfig listener,
      Map<String, ServiceConfig> configs,
      Function<String, LblcService> services,
      Map<String, UpstreamTls> tls,
      Function<String, ExchangeCounts> counts,
      @Nullable AccessLog accessLog) {
    List<Route> compiled = new ArrayList<>();
    JsonFields json = JsonFields.of(listener.routes(), configs);
    for (HttpRouteConfig route : listener.routes()) {
      try {
        compiled.add(Route.compile(route, listener.limits(), json, configs, services, tls, counts));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("routes[" + route.index() + "]: " + e.getMessage(), e);
      }
    }
    return new HttpRoutes(
        compiled.toArray(Route[]::new),
        counts.apply(""),
        listener,
        RouteTable.compile(listener.routes(), json, listener.limits().inspect()),
        accessLog);
  }

  /**
   * Returns the first route that matches; null: none does, or the first that may depends on the body, which {@link
   * RequestFacts#knows} was told.
   *
   * @throws BadRequestException if the path without its parameters matches another route: a server that drops parameters
   *     would serve what the other route protects
   */
  public @Nullable Route find(RequestFacts facts) {
    int found = table.find(facts);
    return found < 0 ? null : routes[found];
  }

  /** Returns what is counted of exchanges that have no service. */
  public ExchangeCounts unrouted() {
    return unrouted;
  }

  public AddressBlocks trustedPeers() {
    return trustedPeers;
  }

  /** Returns the size limits of requests. */
  public HttpLimits limits() {
    return limits;
  }

  /** Returns how long a client may take for the head of a request. */
  public long headerNanos() {
    return headerNanos;
  }

  /** Returns how long a client's connection may be idle between two requests. */
  public long idleNanos() {
    return idleNanos;
  }

  /** Returns the access log of the listener; null: it has none. */
  public @Nullable AccessLog accessLog() {
    return accessLog;
  }

  /** Returns whether clients may speak HTTP/2. */
  public boolean isHttp2() {
    return http2;
  }
}
