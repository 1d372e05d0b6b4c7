package dev.lblc.admin;

import dev.lblc.plugin.ServiceStatus.ServerStatus;
import java.util.List;

/** How unevenly active connections are spread. */
final class Imbalance {
  private Imbalance() {}

  /**
   * Returns the most active connections per weight that a server has, divided by those of all servers together.
   *
   * <p>Servers that may get no new connection do not count: they are down, ejected, drained or of weight 0. The counts are those through
   * all nodes, as this one knows them. 1: each server has its share, or nothing is active; with n servers of one weight, n: one of
   * them has everything.
   */
  static double of(List<ServerStatus> servers) {
    List<ServerStatus> usable = servers.stream()
        .filter(server -> server.available() && server.effectiveWeight() > 0)
        .toList();
    long active = usable.stream().mapToLong(server -> server.active().cluster()).sum();
    long weight = usable.stream().mapToLong(ServerStatus::effectiveWeight).sum();
    return active == 0
        ? 1
        : usable.stream()
            .mapToDouble(server ->
                (double) (server.active().cluster() * weight) / (server.effectiveWeight() * active))
            .max()
            .orElse(1);
  }
}
