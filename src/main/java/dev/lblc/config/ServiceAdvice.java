package dev.lblc.config;

import dev.lblc.scheduler.ServerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Warnings about the services of a valid configuration. */
final class ServiceAdvice {
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

  private static final String LEFT_WHEN_FULL =
      "not above the weight, %d: destinations leave such a server only when it is full, however idle others are;"
          + " set the weight to the number of requests at once above which it counts as overloaded";

  private static final String SERVICES = JsonPath.member(JsonPath.ROOT, "services");

  private final List<ConfigWarning> warnings = new ArrayList<>();
  private final Set<String> ofHttp = new HashSet<>();
  private final Set<String> ofTcp = new HashSet<>();

  private ServiceAdvice() {}

  /** Returns the warnings, in file order; see {@link ConfigAdvice}. */
  static List<ConfigWarning> warnings(GatewayConfig config, boolean hasOtherUsers) {
    ServiceAdvice advice = new ServiceAdvice();
    advice.services(config, hasOtherUsers);
    return advice.warnings;
  }

  private void warn(String path, String message) {
    warnings.add(new ConfigWarning(path, message));
  }

  private void services(GatewayConfig config, boolean hasOtherUsers) {
    config.listeners().forEach(this::use);
    config.plugin().services().values().forEach(service -> {
      boolean isOfHttp = ofHttp.contains(service.name());
      boolean isOfTcp = ofTcp.contains(service.name());
      if (!hasOtherUsers && !isOfHttp && !isOfTcp) {
        warn(path(service), "no route uses this service");
      }
      servers(service);
      queue(service);
      if (isOfTcp && !isOfHttp) {
        ofTcpAlone(service);
      }
      tls(service);
      if (isOfHttp) {
        health(service);
      }
    });
  }

  private void use(ListenerConfig listener) {
    Set<String> users = listener instanceof HttpListenerConfig ? ofHttp : ofTcp;
    listener.routes().stream()
        .filter(route -> route.service() != null)
        .forEach(route -> users.add(String.valueOf(route.service())));
  }

  /** With TLS the version of HTTP is that which servers are asked for, and checks with a request speak it. */
  private void ofTcpAlone(ServiceConfig service) {
    String why = "does nothing: tcp routes alone use this service";
    HealthConfig.Active checks = active(service);
    if (service.http() == ServerHttp.HTTP_2
        && service.tls() == null
        && (checks == null || checks.http() == null)) {
      warn(JsonPath.member(path(service), "http"), why);
    }
    if (!service.pool().equals(PoolConfig.DEFAULTS)) {
      warn(JsonPath.member(path(service), "pool"), why);
    }
  }

  private void health(ServiceConfig service) {
    HealthConfig.Active checks = active(service);
    if (checks != null && checks.grpc() != null && service.http() == ServerHttp.HTTP_1_1) {
      warn(
          JsonPath.member(
              JsonPath.member(JsonPath.member(path(service), "health"), "active"), "grpc"),
          "checks speak HTTP/2, and requests HTTP/1.1, which servers of gRPC do not understand:"
              + " set http of the service to \"2\"");
    }
  }

  private static HealthConfig.@Nullable Active active(ServiceConfig service) {
    HealthConfig health = service.health();
    return health == null ? null : health.active();
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
    for (int i = 0; i < servers.size(); i++) {
      ServerSpec server = servers.get(i);
      if (isLeftWhenFull(server.weight(), server.max(), others(server, service).size(), service)) {
        warn(
            JsonPath.member(JsonPath.element(path, i), "max"),
            LEFT_WHEN_FULL.formatted(server.weight()));
      }
    }
    DiscoveryConfig found = service.discovery();
    if (found != null && isLeftWhenFull(found.weight(), found.max(), 0, service)) {
      warn(
          JsonPath.member(JsonPath.member(path(service), "discovery"), "max"),
          LEFT_WHEN_FULL.formatted(found.weight()));
    }
  }

  /** Warns of what lets nobody wait. */
  private void queue(ServiceConfig service) {
    if (service.queue() == null) {
      return;
    }
    String path = path(service);
    List<ServerSpec> servers = service.servers();
    DiscoveryConfig discovery = service.discovery();
    boolean mayFindFull = discovery != null && discovery.max() > 0;
    if (!mayFindFull
        && (discovery != null || !servers.isEmpty())
        && servers.stream().allMatch(server -> server.max() == 0)) {
      warn(
          JsonPath.member(path, "queue"),
          "does nothing: nobody waits for a server that is never full; set max of the servers to the number of requests that each"
              + " works on at once");
    }
    for (int i = 0; i < servers.size(); i++) {
      ServerSpec server = servers.get(i);
      if (server.upper() != 0 && server.upper() <= server.max()) {
        warn(
            JsonPath.member(JsonPath.element(JsonPath.member(path, "servers"), i), "upper"),
            "keeps requests from waiting: with " + server.upper()
                + " connections the server is saturated before it is full, and nobody waits for it; set it above max, or leave it out");
      }
    }
  }

  /**
   * Returns whether destinations stay on a home under any load: there are other servers, and none of them has room unless it is
   * idle. A quiesced server is no home and has no room.
   */
  private static boolean isNeverLeft(ServerSpec home, ServiceConfig service) {
    List<ServerSpec> others = others(home, service);
    return home.weight() > 0
        && !others.isEmpty()
        && others.stream().allMatch(server -> server.weight() <= NO_ROOM_UNLESS_IDLE);
  }

  /** Returns whether a home is full before it can be overloaded, and there are others, or may be. */
  private static boolean isLeftWhenFull(int weight, int max, int others, ServiceConfig service) {
    return WITH_HOMES.contains(service.strategy())
        && max != 0
        && weight >= max
        && (others > 0 || service.discovery() != null);
  }

  private static List<ServerSpec> others(ServerSpec home, ServiceConfig service) {
    return service.servers().stream()
        .filter(server -> server.weight() > 0 && !server.id().equals(home.id()))
        .toList();
  }

  private static String path(ServiceConfig service) {
    return JsonPath.member(SERVICES, service.name());
  }
}
