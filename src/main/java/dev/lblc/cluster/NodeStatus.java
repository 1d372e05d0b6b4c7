package dev.lblc.cluster;

/**
 * A member of the cluster, as this node sees it.
 *
 * @param id of the node
 * @param address where Hazelcast reaches it
 * @param self whether it is this node
 * @param epoch when it started, in milliseconds since 1970; 0: it has not reported
 * @param reportAgeMillis since its last report of connections; -1: none, or it is silent
 */
public record NodeStatus(
    String id, String address, boolean self, long epoch, long reportAgeMillis) {}
