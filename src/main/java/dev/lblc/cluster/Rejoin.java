package dev.lblc.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Leaves the cluster and joins it again within the process, the way Hazelcast does where two parts of a split cluster merge: the
 * instance stays, what the maps have here is merged into those of the cluster, and listeners hear of a merge.
 *
 * <p>Only of a member that {@link HazelcastNode} started. May be used from any thread; works on one of its own.
 */
final class Rejoin {
  private static final System.Logger LOG = System.getLogger(Rejoin.class.getName());

  private final HazelcastInstance instance;
  private final AtomicBoolean running = new AtomicBoolean();

  Rejoin(HazelcastInstance instance) {
    this.instance = instance;
  }

  /** Returns whether the member is ours: an application's own is not to be touched. */
  boolean isOurs() {
    Member member = instance.getCluster().getLocalMember();
    return member.getAttribute(Members.NAME) != null || member.getAttribute(Members.HOST) != null;
  }

  /** Begins, unless it is at it. */
  void start() {
    if (running.compareAndSet(false, true)) {
      Thread thread = new Thread(this::run, "lblc-cluster-rejoin");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    try {
      ClusterServiceImpl cluster = HazelcastNode.nodeOf(instance).getClusterService();
      cluster.merge(oldestOther());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "this node could not join its cluster again", e);
    } finally {
      running.set(false);
    }
  }

  /** Returns the address of the member that the others join by; null: there is no other. */
  private @Nullable Address oldestOther() {
    return instance.getCluster().getMembers().stream()
        .filter(member -> !member.localMember())
        .map(Member::getAddress)
        .findFirst()
        .orElse(null);
  }
}
