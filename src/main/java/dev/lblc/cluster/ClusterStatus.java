package dev.lblc.cluster;

import java.util.List;
import java.util.Set;

/**
 * How this node sees its cluster.
 *
 * @param node id of this node
 * @param epoch when it started, in milliseconds since 1970
 * @param nodes all members that Hazelcast knows, this one included
 * @param tables the shared tables
 * @param degraded what does not work at the moment; empty: everything does
 */
public record ClusterStatus(
    String node, long epoch, List<Node> nodes, List<Table> tables, Set<String> degraded) {

  /**
   * A member.
   *
   * @param node its id
   * @param address where Hazelcast reaches it
   * @param self whether it is this node
   * @param epoch when it started; 0: it has not reported
   * @param reportAgeMillis since its last report of connections; -1: none, or it is silent
   */
  public record Node(String node, String address, boolean self, long epoch, long reportAgeMillis) {}

  /**
   * A shared table.
   *
   * @param service name
   * @param replica {@code complete} once the map was pulled, before that {@code pulling}
   * @param destinations in this node's copy
   * @param backlog decisions that the map does not have yet
   */
  public record Table(String service, String replica, int destinations, int backlog) {}
}
