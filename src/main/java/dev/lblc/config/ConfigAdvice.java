package dev.lblc.config;

import dev.lblc.scheduler.ServerSpec;
import java.util.List;
import java.util.Set;

/** Finds what is worth a warning in valid configurations. */
public final class ConfigAdvice {
  /** The strategies with homes whose rule for leaving one reads weights as numbers of connections. */
  private static final Set<String> WITH_HOMES = Set.of("lblc", "lblcr");

  /**
   * Largest weight with which only an idle server counts as having room.
   *
   * <p>A home is left when it has more active connections than its weight and another server has
   * {@code active * 2 < weight}. With weight 1 or 2 that is {@code active == 0}: under steady load there is no such
   * server, whatever the load of the home.
   */
  private static final int IDLE_ONLY = 2;

  private ConfigAdvice() {}

  /** The warnings about a configuration, in file order; none is the best answer. */
  public static List<ConfigWarning> warnings(GatewayConfig config) {
    return config.plugin().services().values().stream()
        .filter(service -> WITH_HOMES.contains(service.strategy()))
        .filter(service -> service.servers().stream().anyMatch(home -> isPrison(home, service)))
        .map(ConfigAdvice::neverLeft)
        .toList();
  }

  /** Whether the home has neighbours, and none that ever has room. Quiesced servers are neither home nor room. */
  private static boolean isPrison(ServerSpec home, ServiceConfig service) {
    List<ServerSpec> others = service.servers().stream()
        .filter(server -> server.weight() > 0 && !server.id().equals(home.id()))
        .toList();
    return home.weight() > 0
        && !others.isEmpty()
        && others.stream().allMatch(server -> server.weight() <= IDLE_ONLY);
  }

  private static ConfigWarning neverLeft(ServiceConfig service) {
    String path = JsonPath.member(JsonPath.member(JsonPath.ROOT, "services"), service.name());
    return new ConfigWarning(
        JsonPath.member(path, "servers"),
        "weights of 1 or 2 keep every destination on its server, however loaded, while no other server is idle;"
            + " set each weight to the number of requests at once above which the server counts as overloaded,"
            + " such as " + ServerSpec.DEFAULT_WEIGHT);
  }
}
