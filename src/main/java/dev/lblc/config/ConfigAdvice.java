package dev.lblc.config;

import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.DestinationTemplate.Part;
import dev.lblc.scheduler.ServerSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Warnings about valid configurations. */
public final class ConfigAdvice {
  /** The strategies that compare a home's weight with its number of connections. */
  private static final Set<String> WITH_HOMES = Set.of("lblc", "lblcr");

  /**
   * The largest weight with which a server has room only while it is idle.
   *
   * <p>A home is left when it has more active connections than its weight and another server has
   * {@code active * 2 < weight}. With weight 1 or 2 that is {@code active == 0}: under steady load there is no such
   * server, whatever the load of the home.
   */
  private static final int NO_ROOM_UNLESS_IDLE = 2;

  /** The fields that every request and every connection has. */
  private static final Set<Kind> ALWAYS_THERE =
      EnumSet.of(Kind.PATH, Kind.METHOD, Kind.CLIENT_IP, Kind.LOCAL_IP, Kind.LOCAL_PORT);

  /** The fields of the certificate of a client. */
  private static final Set<Kind> OF_CERTIFICATES =
      EnumSet.of(Kind.TLS_SUBJECT, Kind.TLS_FINGERPRINT, Kind.TLS_SAN);

  private static final String LISTENERS = JsonPath.member(JsonPath.ROOT, "listeners");
  private static final String ROUTES = JsonPath.member(JsonPath.ROOT, "routes");
  private static final String SERVICES = JsonPath.member(JsonPath.ROOT, "services");

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
    advice.services(config, hasOtherUsers);
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

  private void services(GatewayConfig config, boolean hasOtherUsers) {
    Set<String> used = new HashSet<>();
    config
        .listeners()
        .forEach(listener -> listener.routes().stream()
            .filter(route -> route.service() != null)
            .forEach(route -> used.add(String.valueOf(route.service()))));
    config.plugin().services().values().forEach(service -> {
      if (!hasOtherUsers && !used.contains(service.name())) {
        warn(path(service), "no route uses this service");
      }
      servers(service);
      tls(service);
    });
  }

  private void tls(ServiceConfig service) {
    UpstreamTlsConfig tls = service.tls();
    if (tls != null && !tls.verify()) {
      warn(
          JsonPath.member(JsonPath.member(path(service), "tls"), "verify"),
          "the certificates of the servers are not verified: whoever is on the way to them can read and change everything;"
              + " set trust to the certificates of their authority instead");
    }
  }

  private void servers(ServiceConfig service) {
    String path = JsonPath.member(path(service), "servers");
    List<ServerSpec> servers = service.servers();
    if (servers.isEmpty()) {
      if (service.discovery() == null) {
        warn(path, "an empty list: until a server is added every request is refused");
      }
    } else if (servers.stream().allMatch(server -> server.weight() == 0)) {
      warn(path, "every weight is 0: until one is raised every request is refused");
    }
    Map<String, String> byAddress = new HashMap<>();
    for (int i = 0; i < servers.size(); i++) {
      ServerSpec server = servers.get(i);
      String address = Authority.of(NetSyntax.canonical(server.host()), server.port());
      String same = byAddress.putIfAbsent(address, server.id());
      if (same != null) {
        warn(
            JsonPath.element(path, i),
            "has the address of server " + Json.quoted(same) + ", " + address
                + ": one server would be counted as two, and get the share of both");
      }
    }
    if (WITH_HOMES.contains(service.strategy())
        && servers.stream().anyMatch(home -> isNeverLeft(home, service))) {
      warn(
          path,
          "weights of 1 or 2 keep every destination on its server under any load, unless another server is idle;"
              + " set each weight to the number of requests at once above which the server counts as overloaded,"
              + " such as " + ServerSpec.DEFAULT_WEIGHT);
    }
  }

  /**
   * Returns whether destinations stay on a home under any load: there are other servers, and none of them has room unless it is
   * idle. A quiesced server is no home and has no room.
   */
  private static boolean isNeverLeft(ServerSpec home, ServiceConfig service) {
    List<ServerSpec> others = service.servers().stream()
        .filter(server -> server.weight() > 0 && !server.id().equals(home.id()))
        .toList();
    return home.weight() > 0
        && !others.isEmpty()
        && others.stream().allMatch(server -> server.weight() <= NO_ROOM_UNLESS_IDLE);
  }

  private static String path(ServiceConfig service) {
    return JsonPath.member(SERVICES, service.name());
  }
}
