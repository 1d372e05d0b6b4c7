package dev.lblc.simulation;

import java.util.List;

/**
 * What requests meet: nodes that choose servers, and servers with slots and caches.
 *
 * @param nodes how many gateways share homes and counts, 1 or more
 * @param servers in list order
 * @param hitSeconds what a server takes on average for what it has in its cache
 * @param missSeconds what it takes for the rest
 * @param reportSeconds how often a node tells the others its counts
 * @param spreadSeconds how long a home takes from one node to the others
 */
public record Model(
    int nodes,
    List<Upstream> servers,
    double hitSeconds,
    double missSeconds,
    double reportSeconds,
    double spreadSeconds) {

  /** The most slots of a server. */
  public static final int MOST_SLOTS = 1_000_000;

  /** The most nodes of a run. */
  public static final int MOST_NODES = 256;

  /** So many requests per slot wait at a server; it refuses more. */
  static final int QUEUE_PER_SLOT = 40;

  /**
   * A server.
   *
   * @param id its name
   * @param slots how many requests it works on at once, 1 or more; its share of the load
   * @param cached how many destinations its cache holds, 1 or more
   * @param weight what its configuration says
   */
  public record Upstream(String id, int slots, int cached, int weight) {
    /** Throws {@link IllegalArgumentException} for a value out of its range. */
    public Upstream {
      if (slots < 1 || slots > MOST_SLOTS || cached < 1 || weight < 0) {
        throw new IllegalArgumentException(id + ": " + slots + " slots, a cache of " + cached
            + ", weight " + weight + " (expected: 1 to " + MOST_SLOTS + ", 1 or more, 0 or more)");
      }
    }
  }

  /** Throws {@link IllegalArgumentException} for a value out of its range. */
  public Model {
    servers = List.copyOf(servers);
    if (nodes < 1 || servers.isEmpty()) {
      throw new IllegalArgumentException(
          nodes + " nodes, " + servers.size() + " servers (expected: one of each at least)");
    }
    if (!(hitSeconds > 0 && missSeconds > 0 && reportSeconds > 0 && spreadSeconds >= 0)) {
      throw new IllegalArgumentException(
          "hit " + hitSeconds + " s, miss " + missSeconds + " s, report " + reportSeconds
              + " s, spread " + spreadSeconds + " s (expected: above 0)");
    }
  }
}
