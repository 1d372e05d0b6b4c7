package dev.lblc.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.ClusterState;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import java.lang.System.Logger.Level;
import java.util.List;
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

  /** Begins, unless it is at it; where this node is in no cluster it only joins. */
  void start() {
    start("lblc-cluster-rejoin", () -> cluster().merge(oldestOther()));
  }

  /** Lets members join, and data move, again, unless it is at something. */
  void thaw() {
    start("lblc-cluster-thaw", () -> cluster().changeClusterState(ClusterState.ACTIVE));
  }

  /** Has Hazelcast suspect members, and so go on without them, unless it is at something. */
  void without(List<Member> members) {
    start(
        "lblc-cluster-without",
        () -> members.forEach(member -> cluster().suspectMember(member, "no heartbeat", true)));
  }

  private void start(String name, Runnable what) {
    if (running.compareAndSet(false, true)) {
      Thread thread = new Thread(() -> run(what), name);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run(Runnable what) {
    try {
      what.run();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "this node could not become a whole member; it tries again", e);
    } finally {
      running.set(false);
    }
  }

  private ClusterServiceImpl cluster() {
    return HazelcastNode.nodeOf(instance).getClusterService();
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
