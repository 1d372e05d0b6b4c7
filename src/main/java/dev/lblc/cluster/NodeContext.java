package dev.lblc.cluster;

/**
 * What the parts of this node's membership have in common.
 *
 * @param node id of this node
 * @param epoch when it started, in milliseconds since 1970
 * @param time the node's clock and the cluster's
 * @param thread calls Hazelcast, one task after the other
 * @param degradation what does not work at the moment
 * @param dropped what came from the cluster and was none of ours
 */
record NodeContext(
    String node,
    long epoch,
    ClusterTime time,
    ClusterThread thread,
    Degradation degradation,
    Dropped dropped) {

  /** Of which nothing was dropped so far. */
  NodeContext(
      String node, long epoch, ClusterTime time, ClusterThread thread, Degradation degradation) {
    this(node, epoch, time, thread, degradation, new Dropped(time::nowMillis));
  }
}
