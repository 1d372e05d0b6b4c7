package dev.lblc.scheduler;

import java.util.Set;

/**
 * Above how many active connections a server counts as overloaded, and whether it does.
 *
 * <pre>
 * mean          = active connections of all servers / weights of all servers
 * fair(s)       = mean * weight(s)
 * W(s)          = overload * fair(s) + sqrt(fair(s)), at least {@code floor}
 * overloaded(s) = active(s) > W(s), and some server d has active(d) < W(d) / 2
 * </pre>
 *
 * <p>So the kernel's rule reads "more than twice the mean, while somebody is below it", whatever the weights are: they are shares alone.
 * Near a fixed number a server is left because of noise, far above it it never is; a multiple of the mean moves with the traffic. The
 * floor keeps a quiet service from leaving homes for one or two requests: there a multiple of the mean means nothing.
 *
 * <p>The root is by how much counts of requests scatter by themselves: without it homes are left for nothing two to six times as often in
 * the scenario of 16 nodes.
 *
 * <p>Servers that are not available, or of weight 0, count for nothing.
 */
final class EffectiveWeight {
  private EffectiveWeight() {}

  /**
   * Returns by how much a server is overloaded: active connections beyond its effective weight, as a part of them; 0: it is not
   * overloaded.
   */
  static double excess(
      Server server, Server[] servers, Set<String> unreachable, AdaptiveOptions options) {
    int active = server.active();
    if (active <= options.floor()) {
      return 0;
    }
    double perWeight = mean(servers);
    double effective = of(server, perWeight, options);
    return active > effective && hasRoom(servers, unreachable, perWeight, options)
        ? (active - effective) / active
        : 0;
  }

  /** Returns the mean load per unit of weight. */
  static double mean(Server[] servers) {
    long sum = 0;
    long weights = 0;
    for (Server other : servers) {
      int weight = other.weight();
      if (weight > 0 && other.healthy()) {
        sum += other.active();
        weights += weight;
      }
    }
    return weights == 0 ? 0 : (double) sum / weights;
  }

  private static boolean hasRoom(
      Server[] servers, Set<String> unreachable, double perWeight, AdaptiveOptions options) {
    for (Server other : servers) {
      if (Load.takesNew(other, unreachable)
          && other.active() * 2L < of(other, perWeight, options)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the effective weight of a server.
   *
   * @param perWeight see {@link #mean}
   */
  static double of(Server server, double perWeight, AdaptiveOptions options) {
    double fair = perWeight * server.weight();
    return Math.max(options.floor(), Math.floor(options.overload() * fair + Math.sqrt(fair)));
  }
}
