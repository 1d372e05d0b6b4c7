package dev.lblc.config;

import dev.lblc.scheduler.ServerSpec;
import java.util.List;
import java.util.Set;

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

  private ConfigAdvice() {}

  /** Returns the warnings about a configuration, in file order. */
  public static List<ConfigWarning> warnings(GatewayConfig config) {
    return config.plugin().services().values().stream()
        .filter(service -> WITH_HOMES.contains(service.strategy()))
        .filter(service -> service.servers().stream().anyMatch(home -> isNeverLeft(home, service)))
        .map(ConfigAdvice::neverLeft)
        .toList();
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

  private static ConfigWarning neverLeft(ServiceConfig service) {
    String path = JsonPath.member(JsonPath.member(JsonPath.ROOT, "services"), service.name());
    return new ConfigWarning(
        JsonPath.member(path, "servers"),
        "weights of 1 or 2 keep every destination on its server under any load, unless another server is idle;"
            + " set each weight to the number of requests at once above which the server counts as overloaded,"
            + " such as " + ServerSpec.DEFAULT_WEIGHT);
  }
}
