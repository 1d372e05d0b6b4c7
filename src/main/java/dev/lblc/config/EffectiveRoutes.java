package dev.lblc.config;

import static dev.lblc.config.EffectiveConfig.list;
import static dev.lblc.config.EffectiveConfig.put;

import dev.lblc.config.EffectiveConfig.Secret;
import dev.lblc.config.HttpRouteConfig.HeaderEdits;
import dev.lblc.config.HttpRouteConfig.HostHeader;
import dev.lblc.config.HttpRouteConfig.Redirect;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The {@code routes} of an {@link EffectiveConfig}, of all listeners, in file order. */
final class EffectiveRoutes {
  private EffectiveRoutes() {}

  static List<Object> of(GatewayConfig config) {
    Map<Integer, Object> byIndex = new TreeMap<>();
    for (ListenerConfig listener : config.listeners()) {
      for (RouteConfig route : listener.routes()) {
        byIndex.put(route.index(), route(listener.name(), route));
      }
    }
    return List.copyOf(byIndex.values());
  }

  private static Map<String, Object> route(String listener, RouteConfig route) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("listener", listener);
    put(
        node,
        "match",
        route instanceof HttpRouteConfig http
            ? match(http.match())
            : match(((TcpRouteConfig) route).match()));
    put(node, "service", route.service());
    put(node, "destination", list(route.destination(), DestinationTemplate::text));
    Map<String, Object> timeouts = new LinkedHashMap<>();
    node.put("timeouts", timeouts);
    node.put("retries", route.retries());
    if (route instanceof HttpRouteConfig http) {
      put(timeouts, "connect", http.timeouts().connect());
      put(timeouts, "response", http.timeouts().response());
      put(timeouts, "idle", http.timeouts().idle());
      put(timeouts, "tunnel", http.timeouts().tunnel());
      put(timeouts, "request", http.timeouts().request());
      http(node, http);
    } else {
      TcpRouteConfig.Timeouts limits = ((TcpRouteConfig) route).timeouts();
      put(timeouts, "connect", limits.connect());
      put(timeouts, "idle", limits.idle());
      put(timeouts, "lifetime", limits.lifetime());
    }
    return node;
  }

  private static void http(Map<String, Object> node, HttpRouteConfig route) {
    Long body = route.limits().body();
    Integer inspect = route.limits().inspect();
    Map<String, Object> limits = new LinkedHashMap<>();
    put(limits, "body", body == null ? null : SizeSyntax.shown(body));
    put(limits, "inspect", inspect == null ? null : SizeSyntax.shown(inspect));
    put(node, "limits", limits);
    String prefix = route.stripPrefix();
    put(node, "rewrite", prefix == null ? null : Map.of("stripPrefix", prefix));
    node.put("upgrade", route.upgrade().stream().sorted().toList());
    node.put("host", host(route.host()));
    put(node, "requestHeaders", headers(route.requestHeaders()));
    put(node, "responseHeaders", headers(route.responseHeaders()));
    put(node, "serverHeader", route.serverHeader());
    put(node, "requestId", route.requestId());
    put(node, "learn", list(route.learn(), DestinationTemplate::text));
    HttpRouteConfig.StickyCookie cookie = route.stickyCookie();
    if (cookie != null) {
      node.put("stickyCookie", Map.of("name", cookie.name(), "attributes", cookie.attributes()));
    }
    put(node, "redirect", redirect(route.redirect()));
  }

  private static Map<String, Object> match(HttpRouteConfig.Match match) {
    Map<String, Object> node = new LinkedHashMap<>();
    put(node, "host", match.host());
    put(node, "path", match.path());
    put(node, "method", match.methods().stream().sorted().toList());
    put(node, "header", new LinkedHashMap<>(match.headers()));
    put(node, "json", new LinkedHashMap<>(match.json()));
    return node;
  }

  private static Map<String, Object> match(TcpRouteConfig.Match match) {
    Map<String, Object> node = new LinkedHashMap<>();
    put(node, "sni", match.sni());
    put(node, "port", list(match.ports(), EffectiveConfig::range));
    put(node, "client", match.clients());
    return node;
  }

  private static String host(HostHeader host) {
    return switch (host.mode()) {
      case KEEP -> "keep";
      case SERVER -> "server";
      case NAME -> Objects.requireNonNull(host.name());
    };
  }

  private static Map<String, Object> headers(HeaderEdits edits) {
    Map<String, Object> set = new LinkedHashMap<>();
    edits.set().forEach((name, value) -> set.put(name, new Secret(value)));
    Map<String, Object> node = new LinkedHashMap<>();
    put(node, "set", set);
    put(node, "remove", edits.remove().stream().sorted().toList());
    return node;
  }

  private static @Nullable Map<String, Object> redirect(@Nullable Redirect redirect) {
    return redirect == null
        ? null
        : Map.of("scheme", redirect.scheme(), "port", redirect.port(), "status", redirect.status());
  }
}
