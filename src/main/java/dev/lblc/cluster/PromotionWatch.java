package dev.lblc.cluster;

import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.partition.impl.InternalPartitionServiceImpl;
import com.hazelcast.internal.partition.impl.MigrationManager;
import com.hazelcast.internal.partition.impl.PartitionStateManager;
import com.hazelcast.spi.properties.ClusterProperty;
import java.lang.System.Logger.Level;

/**
 * Ends a promotion of backups that Hazelcast has dropped on its way.
 *
 * <p>When a member goes, those with its backups become owners: a promotion, one at a time at each member, in stages. A stage that
 * comes up later than {@code hazelcast.max.no.heartbeat.seconds} after the promotion was asked for, as in a process that stood
 * still, is dropped, and what the stages before it hold is never given back. All further attempts are then refused ("Another
 * promotion is being run currently"), this member's part of the cluster can neither write those partitions nor merge, and only the
 * end of the process would help: leaving the cluster and joining it again keeps what is held.
 *
 * <p>On the context that joined.
 */
final class PromotionWatch {
  private static final System.Logger LOG = System.getLogger(PromotionWatch.class.getName());

  /** A promotion has one such time. What takes three, by looks, in which the process did run, is none that goes on. */
  private static final int TIMES = 3;

  private long heldMillis;

  /**
   * Looks whether a promotion is under way.
   *
   * @param sinceLastMillis how long the process ran since the last look
   */
  void look(Node node, long sinceLastMillis) {
    InternalPartitionServiceImpl partitions =
        (InternalPartitionServiceImpl) node.getPartitionService();
    MigrationManager migrations = partitions.getMigrationManager();
    if (migrations.acquirePromotionPermit()) { // one that begins just now is asked for again
      migrations.releasePromotionPermit();
      heldMillis = 0;
      return;
    }
    heldMillis += sinceLastMillis;
    long limit = TIMES * node.getProperties().getMillis(ClusterProperty.MAX_NO_HEARTBEAT_SECONDS);
    if (heldMillis > limit) {
      LOG.log(
          Level.WARNING,
          "Hazelcast has not taken over the partitions of a member that went for " + limit
              + " ms: this node has them taken over anew");
      heldMillis = 0;
      PartitionStateManager state = partitions.getPartitionStateManager();
      // Nothing else moves: the master waits for this promotion.
      for (int partition = 0; partition < partitions.getPartitionCount(); partition++) {
        state.clearMigratingFlag(partition);
      }
      migrations.releasePromotionPermit();
    }
  }
}
