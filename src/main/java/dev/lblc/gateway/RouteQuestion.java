package dev.lblc.gateway;

import dev.lblc.config.GatewayConfig;
import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.HttpRouteConfig;
import dev.lblc.gateway.http.NamedClient;
import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.gateway.route.AskedRequest;
import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.RouteTable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The question which route the request of a URL would take, and what would become of it. Asks a configuration, not a listener: no
 * request is sent.
 */
public final class RouteQuestion {
  private static final byte[] NO_BODY = {};

  private final GatewayConfig config;
  private final Map<String, Integer> ports;

  /**
   * Asks a configuration.
   *
   * @param ports of its listeners, by name, where they are known better than by the configuration
   */
  public RouteQuestion(GatewayConfig config, Map<String, Integer> ports) {
    this.config = config;
    this.ports = Map.copyOf(ports);
  }

  /**
   * What becomes of a request.
   *
   * @param listener that it comes in on; null: it is refused before that is known
   * @param route index of its route in the file; null: it takes none
   * @param service that it goes to; null: none
   * @param destination its key of locality; null: none
   * @param text all that in words
   */
  public record Answer(
      @Nullable String listener,
      @Nullable Integer route,
      @Nullable String service,
      @Nullable String destination,
      String text) {}

  /**
   * Returns what becomes of a request. It comes from this machine, without a certificate; where the listener trusts this machine as a
   * peer, the client is the one that the headers name.
   *
   * @param url of http or https
   * @param headers by name
   * @param body all of it; empty: none
   * @throws IllegalArgumentException if it is no such URL
   */
  public Answer ask(String url, String method, Map<String, List<String>> headers, byte[] body) {
    return ask(url, method, headers, body, null);
  }

  /**
   * Returns the same for the request of another client, without a body.
   *
   * @param client its address, whatever the headers say; null: as they say
   */
  public Answer ask(
      String url, String method, Map<String, List<String>> headers, @Nullable String client) {
    return ask(url, method, headers, NO_BODY, client);
  }

  private Answer ask(
      String url,
      String method,
      Map<String, List<String>> headers,
      byte[] body,
      @Nullable String client) {
    try {
      return ask(new AskedRequest(url, method, headers, body), method + " " + url, client);
    } catch (BadRequestException e) {
      return nothing(null, method + " " + url + " is refused with 400: " + e.reason());
    }
  }

  private Answer ask(AskedRequest request, String asked, @Nullable String ofClient) {
    List<HttpListenerConfig> all = config.listeners().stream()
        .filter(HttpListenerConfig.class::isInstance)
        .map(HttpListenerConfig.class::cast)
        .toList();
    if (all.isEmpty()) {
      return nothing(
          null,
          asked
              + " takes no route: there is no HTTP listener. For TCP ask for a service and a"
              + " destination");
    }
    List<HttpListenerConfig> ofPort = all.stream()
        .filter(
            listener -> ports.getOrDefault(listener.name(), listener.port()) == request.localPort())
        .toList();
    // Clients may know the gateway by another port than the one that it listens on.
    List<HttpListenerConfig> candidates = ofPort.isEmpty() ? all : ofPort;
    for (HttpListenerConfig listener : candidates) {
      RouteTable table = RouteTable.compile(listener.routes(), listener.limits().inspect());
      AskedRequest here = request.again();
      int found = table.find(here);
      if (found >= 0) {
        return taken(listener, table, listener.routes().get(found), here, asked, ofClient);
      }
    }
    String where = candidates.size() == 1
        ? "no route of listener " + candidates.get(0).name()
        : "no route of an HTTP listener";
    return nothing(
        candidates.size() == 1 ? candidates.get(0).name() : null,
        asked + " gets 404: " + where + " matches host " + request.host() + ", path "
            + request.path() + " and method " + request.method());
  }

  private static Answer taken(
      HttpListenerConfig at,
      RouteTable table,
      HttpRouteConfig route,
      AskedRequest request,
      String asked,
      @Nullable String ofClient) {
    String listener = at.name();
    String takes = asked + " takes routes[" + route.index() + "] of listener " + listener;
    HttpRouteConfig.Redirect redirect = route.redirect();
    if (redirect != null) {
      return new Answer(
          listener,
          route.index(),
          null,
          null,
          takes + ", and is redirected to " + redirect.scheme() + " with " + redirect.status());
    }
    String client = ofClient != null
        ? ofClient
        : NamedClient.of(
            request.clientIp(), request::headers, AddressBlocks.compile(at.trustedPeers()));
    AskedRequest named = request.ofClient(client);
    String destination = table.destination(route, named);
    String open = !request.hasBody() && table.asksForBody(route, named)
        ? "; with a body it may have another one"
        : "";
    return new Answer(
        listener,
        route.index(),
        route.service(),
        destination,
        takes + " to service " + route.service() + ", "
            + (destination == null ? withoutDestination(route) : "destination " + destination)
            + open);
  }

  private static String withoutDestination(HttpRouteConfig route) {
    HttpRouteConfig.StickyCookie cookie = route.stickyCookie();
    return cookie == null
        ? "without a destination"
        : "with a new destination, which the answer sets as cookie " + cookie.name()
            + " and which decides the server: what follows holds without one";
  }

  private static Answer nothing(@Nullable String listener, String text) {
    return new Answer(listener, null, null, null, text);
  }
}
