package dev.lblc.config;

import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.DestinationTemplate.Part;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Warnings about valid configurations. */
public final class ConfigAdvice {
  /** The fields that every request and every connection has. */
  private static final Set<Kind> ALWAYS_THERE =
      EnumSet.of(Kind.PATH, Kind.METHOD, Kind.CLIENT_IP, Kind.LOCAL_IP, Kind.LOCAL_PORT);

  /** The fields of the certificate of a client. */
  private static final Set<Kind> OF_CERTIFICATES =
      EnumSet.of(Kind.TLS_SUBJECT, Kind.TLS_FINGERPRINT, Kind.TLS_SAN);

  private static final String LISTENERS = JsonPath.member(JsonPath.ROOT, "listeners");
  private static final String ROUTES = JsonPath.member(JsonPath.ROOT, "routes");

  private final List<ConfigWarning> warnings = new ArrayList<>();

  private ConfigAdvice() {}

  /** Returns the warnings about a configuration whose services are used by its routes alone, in file order. */
  public static List<ConfigWarning> warnings(GatewayConfig config) {
    return warnings(config, false);
  }

  /**
   * Returns the warnings about a configuration, in file order.
   *
   * @param hasOtherUsers whether there are plugins, which may use services that no route uses
   */
  public static List<ConfigWarning> warnings(GatewayConfig config, boolean hasOtherUsers) {
    ConfigAdvice advice = new ConfigAdvice();
    advice.listeners(config.listeners());
    advice.routes(config.listeners());
    advice.warnings.addAll(ServiceAdvice.warnings(config, hasOtherUsers));
    return List.copyOf(advice.warnings);
  }

  private void warn(String path, String message) {
    warnings.add(new ConfigWarning(path, message));
  }

  private void listeners(List<ListenerConfig> listeners) {
    for (int i = 0; i < listeners.size(); i++) {
      if (listeners.get(i).routes().isEmpty()) {
        warn(
            JsonPath.element(LISTENERS, i),
            "no route is for this listener: it refuses every request and connection");
      }
    }
  }

  private void routes(List<ListenerConfig> listeners) {
    Map<Integer, Runnable> byIndex = new TreeMap<>();
    for (ListenerConfig listener : listeners) {
      List<? extends RouteConfig> routes = listener.routes();
      for (int i = 0; i < routes.size(); i++) {
        RouteConfig route = routes.get(i);
        List<? extends RouteConfig> earlier = routes.subList(0, i);
        byIndex.put(route.index(), () -> route(listener, route, earlier));
      }
    }
    byIndex.values().forEach(Runnable::run);
  }

  private void route(
      ListenerConfig listener, RouteConfig route, List<? extends RouteConfig> earlier) {
    String path = JsonPath.element(ROUTES, route.index());
    earlier.stream()
        .filter(first -> RouteCover.covers(first, route))
        .findFirst()
        .ifPresent(first -> warn(
            path,
            "is never used: " + JsonPath.element(ROUTES, first.index())
                + " before it takes all that it matches; the first route that matches wins"));
    if (route.service() != null) {
      String destination = JsonPath.member(path, "destination");
      templates(destination, route.destination());
      if (route instanceof HttpRouteConfig http) {
        sessions(path, http);
      }
      if (listener.tls() == null || listener.tls().clientAuth() == null) {
        certificates(destination, route.destination());
      }
    }
  }

  private void templates(String path, List<DestinationTemplate> templates) {
    for (int i = 0; i < templates.size(); i++) {
      DestinationTemplate template = templates.get(i);
      List<Part> fields =
          template.parts().stream().filter(Field.class::isInstance).toList();
      if (fields.isEmpty()) {
        warn(
            JsonPath.element(path, i),
            "has no field: every request that comes to it has the same destination, and all of them go to one server;"
                + " fields stand in braces, such as {path} or {header:x-session-id}");
      }
      boolean isLast = i == templates.size() - 1;
      if (!isLast && fields.stream().allMatch(ConfigAdvice::isAlwaysThere)) {
        warn(
            JsonPath.element(path, i + 1),
            "is never used: " + Json.quoted(template.text()) + " before it always has a value");
        return;
      }
    }
  }

  /** Warns of what ties clients to servers and never does. */
  private void sessions(String path, HttpRouteConfig route) {
    if (!route.learn().isEmpty() && route.destination().isEmpty()) {
      warn(
          JsonPath.member(path, "learn"),
          "does nothing: the route has no destination that could meet what is learned, such as {cookie:SESSION}");
    }
    boolean hasAlways = route.destination().stream()
        .anyMatch(template -> template.parts().stream()
            .allMatch(part -> part instanceof DestinationTemplate.Literal || isAlwaysThere(part)));
    if (route.stickyCookie() != null && hasAlways) {
      warn(
          JsonPath.member(path, "stickyCookie"),
          "is never set: every request has a destination, as a template always has a value");
    }
  }

  private void certificates(String path, List<DestinationTemplate> templates) {
    for (int i = 0; i < templates.size(); i++) {
      if (templates.get(i).parts().stream()
          .anyMatch(
              part -> part instanceof Field field && OF_CERTIFICATES.contains(field.kind()))) {
        warn(
            JsonPath.element(path, i),
            "never has a value: the listener asks clients for no certificate, see its tls.clientAuth");
      }
    }
  }

  private static boolean isAlwaysThere(Part part) {
    return part instanceof Field field && ALWAYS_THERE.contains(field.kind());
  }
}
