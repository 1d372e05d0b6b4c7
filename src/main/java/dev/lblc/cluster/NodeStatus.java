package dev.lblc.cluster;

/**
 * A member of the cluster, as this node sees it.
 *
 * @param id of the node, another one at each start
 * @param name the same at each start, unless two nodes have the same name
 * @param address where Hazelcast reaches it
 * @param self whether it is this node
 * @param epoch when it started, in milliseconds since 1970; 0: it has not reported
 * @param reportAgeMillis since its last report of connections; -1: none, or it is silent
 */
public record NodeStatus(
    String id, String name, String address, boolean self, long epoch, long reportAgeMillis) {}
