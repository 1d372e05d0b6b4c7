package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.cluster.Cluster;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How this node sees its cluster.
 *
 * @param node id of this node
 * @param epoch when it started, in milliseconds since 1970
 * @param nodes all members, this one included
 * @param tables the shared tables
 * @param degraded what does not work at the moment; empty: everything does
 * @param rejoins how often this node left the cluster and joined it again because a shared map did not work
 * @param dropped how many records and messages were dropped because nodes write no such thing, by kind
 */
@PublicApi
public record ClusterStatus(
    String node,
    long epoch,
    List<Node> nodes,
    List<Table> tables,
    Set<String> degraded,
    int rejoins,
    Map<String, Long> dropped) {

  /**
   * A member.
   *
   * @param node its id, another one at each start
   * @param name the same at each start: the configured one, else host and port
   * @param address where the other members reach it
   * @param self whether it is this node
   * @param epoch when it started, in milliseconds since 1970; 0: it has not reported
   * @param reportAgeMillis since its last report of connections; -1: none, or it is silent
   * @param digests of the configuration of each of its services, by name; empty: it has not told
   * @param differences in which services it differs from this node, and in what; empty: in none, or it has not told
   */
  public record Node(
      String node,
      String name,
      String address,
      boolean self,
      long epoch,
      long reportAgeMillis,
      Map<String, String> digests,
      List<String> differences) {}

  /**
   * A shared table.
   *
   * @param service name
   * @param complete whether this node has taken over what was there when it joined
   * @param destinations in this node's copy
   * @param backlog decisions of this node that the others do not have yet
   */
  public record Table(String service, boolean complete, int destinations, int backlog) {}

  private static Map<String, String> digests(Map<String, Map<String, Integer>> configs) {
    Map<String, String> digests = new TreeMap<>();
    configs.forEach((service, parts) -> {
      StringBuilder digest = new StringBuilder();
      new TreeMap<>(parts).values().forEach(part -> digest.append("%08x".formatted(part)));
      digests.put(service, digest.toString());
    });
    return digests;
  }

  static ClusterStatus of(Cluster cluster) {
    return new ClusterStatus(
        cluster.node(),
        cluster.epoch(),
        cluster.nodes().stream()
            .map(n -> new Node(
                n.id(),
                n.name(),
                n.address(),
                n.self(),
                n.epoch(),
                n.reportAgeMillis(),
                digests(cluster.configs(n.id())),
                cluster.differences(n.id())))
            .toList(),
        cluster.tables().stream()
            .map(t -> new Table(t.service(), t.complete(), t.destinations(), t.backlog()))
            .toList(),
        cluster.degraded(),
        cluster.rejoins(),
        cluster.dropped());
  }
}
