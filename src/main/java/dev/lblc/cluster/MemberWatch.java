package dev.lblc.cluster;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.ClusterState;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperties;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Looks every second whether this node is a whole member of its cluster, and does what makes it one again.
 *
 * <pre>
 * a map takes nothing while nobody comes or goes   leaves and joins again, see {@link StuckWatch}
 * no older member is there any more                says so to Hazelcast, which may have overlooked it
 * the partitions of a member that went stay so     has Hazelcast take them over anew, see {@link PromotionWatch}
 * in no cluster for {@link #LONG_MILLIS}           shown as degraded; joins again, unless Hazelcast is at it
 * the oldest of a cluster that lets nobody join    lets members join again after {@link #FROZEN_MILLIS}
 * Hazelcast has stopped                            shown as degraded: only the process can start it
 * </pre>
 *
 * No older member: Hazelcast looks whether all of them are gone only when it begins to suspect one. One that it suspected, and then
 * the last other one was removed by it in turn: nobody looks again, and this node stays with members that have forgotten it.
 *
 * <p>Nobody may join: it is left behind by a merge that was broken off. Whoever wants to merge freezes its part of the cluster first,
 * and a member that does not hear to which part it should go stays so, alone and for good.
 *
 * <p>A member that an application brought is only watched. Looks come on the context that joined, all else on any thread.
 */
final class MemberWatch {
  private static final System.Logger LOG = System.getLogger(MemberWatch.class.getName());
  private static final String PART = "member";
  private static final long LOOK_MILLIS = 1_000;

  /**
   * A look that is late by more than its ticks are apart: this process stood still. Less than the shortest time after which a silent
   * elder is given up.
   */
  private static final long PAUSE_MILLIS = 4_000;

  /** How long a merge or a start takes where nothing is wrong, and more. */
  static final long LONG_MILLIS = 10_000;

  /** Twice as long as Hazelcast waits for members that are to merge. */
  static final long FROZEN_MILLIS = 60_000;

  private final HazelcastInstance hazelcast;
  private final Members members;
  private final Degradation degradation;
  private final LongSupplier stuckMillis;
  private final StuckWatch stuck;
  private final Rejoin rejoin;
  private final PromotionWatch promotions = new PromotionWatch();
  private final boolean isOurs;
  private final long tickMillis;
  private long nextLookMillis;
  private long joinedMillis;
  private long notFrozenMillis;
  private long heardElderMillis;
  private volatile boolean mergeFailed;

  /**
   * From now on.
   *
   * @param stuckMillis how long something has waited for a map; 0: nothing waits
   * @param tickMillis from one tick to the next
   */
  MemberWatch(
      HazelcastInstance hazelcast,
      Members members,
      Degradation degradation,
      LongSupplier stuckMillis,
      long tickMillis,
      long nowMillis) {
    this.tickMillis = tickMillis;
    this.hazelcast = hazelcast;
    this.members = members;
    this.degradation = degradation;
    this.stuckMillis = stuckMillis;
    long migrationMillis = new HazelcastProperties(hazelcast.getConfig())
        .getMillis(ClusterProperty.PARTITION_MIGRATION_TIMEOUT);
    this.stuck = new StuckWatch(StuckWatch.limitMillis(migrationMillis), nowMillis);
    this.rejoin = new Rejoin(hazelcast);
    this.isOurs = members.isOurs();
    this.nextLookMillis = nowMillis;
    this.joinedMillis = nowMillis;
    this.notFrozenMillis = nowMillis;
    this.heardElderMillis = nowMillis;
  }

  /**
   * Looks, if it is time.
   *
   * @param hearsAll whether all members are heard
   */
  void tick(long nowMillis, boolean hearsAll) {
    if (nowMillis - nextLookMillis < 0) {
      return;
    }
    if (nowMillis - nextLookMillis > PAUSE_MILLIS + tickMillis) {
      heardElderMillis = nowMillis; // what was sent meanwhile is yet to be read
    }
    nextLookMillis = nowMillis + LOOK_MILLIS;
    if (!hazelcast.getLifecycleService().isRunning()) {
      stopped();
    } else if (isOurs && !members.isOver()) {
      look(nowMillis, hearsAll);
    }
  }

  /** Notes that a member came or went, or that this node's part merged with another one. */
  void membershipChanged(long nowMillis) {
    stuck.membershipChanged(nowMillis);
  }

  /** Notes that Hazelcast has given up a merge: this node is in no cluster, and nobody else looks for one. */
  void mergeFailed() {
    mergeFailed = true;
  }

  /** Notes that Hazelcast stops in this process, or has stopped. */
  void stopped() {
    degradation.failed(
        PART,
        "Hazelcast stops in this process: restart the process to share tables and connections"
            + " again");
  }

  /** Returns how often this node left the cluster and joined it again because a map did not work. */
  int rejoins() {
    return stuck.rejoins();
  }

  private void look(long now, boolean hearsAll) {
    try {
      Node node = HazelcastNode.nodeOf(hazelcast);
      if (node.getClusterService().isJoined()) {
        joinedMillis = now;
        mergeFailed = false;
        degradation.worked(PART);
        lookForStuckMaps(now, hearsAll);
        lookForElders(now, node);
        lookForIce(now);
        promotions.look(node, LOOK_MILLIS);
      } else {
        heardElderMillis = now;
        lookOutside(now);
      }
    } catch (HazelcastInstanceNotActiveException e) { // the next look will say so
      LOG.log(Level.DEBUG, "Hazelcast stops", e);
    }
  }

  private void lookOutside(long now) {
    if (now - joinedMillis >= LONG_MILLIS) {
      degradation.failed(
          PART,
          "a merge with another part of the cluster has not come to an end for "
              + (now - joinedMillis) + " ms: this node is in no cluster, and goes on trying");
    }
    if (mergeFailed) {
      mergeFailed = false;
      rejoin.start();
    }
  }

  private void lookForStuckMaps(long now, boolean hearsAll) {
    long stuckFor = stuckMillis.getAsLong();
    if (!members.others().isEmpty()
        && !members.isMerging()
        && stuck.isDue(now, stuckFor, members.joinedAfter(), hearsAll)) {
      LOG.log(
          Level.WARNING,
          "a map of the cluster has not taken a home for " + stuckFor
              + " ms although no member came or went: this node leaves the cluster and joins it"
              + " again, with its tables kept");
      rejoin.start();
    }
  }

  private void lookForElders(long now, Node node) {
    ClusterServiceImpl cluster = node.getClusterService();
    long limit = node.getProperties().getMillis(ClusterProperty.MAX_NO_HEARTBEAT_SECONDS);
    long clusterNow = cluster.getClusterTime();
    List<Member> elders = new ArrayList<>();
    for (Member member : cluster.getMembers()) { // the oldest first
      if (member.localMember()) {
        break;
      }
      elders.add(member);
      long heard = cluster.getClusterHeartbeatManager().getLastHeartbeatTime(member);
      if (clusterNow - heard < limit) {
        heardElderMillis = now;
      }
    }
    if (elders.isEmpty()) {
      heardElderMillis = now;
    } else if (now - heardElderMillis >= limit) {
      LOG.log(
          Level.WARNING,
          "no member that is older than this one has sent a heartbeat for " + 2 * limit
              + " ms, and Hazelcast goes on with them: this node goes on without, and joins them again once they answer");
      heardElderMillis = now;
      rejoin.without(elders);
    }
  }

  private void lookForIce(long now) {
    Cluster cluster = hazelcast.getCluster();
    if (cluster.getClusterState() != ClusterState.FROZEN
        || !cluster.getMembers().iterator().next().localMember()) {
      notFrozenMillis = now;
    } else if (now - notFrozenMillis >= FROZEN_MILLIS) {
      LOG.log(
          Level.WARNING,
          "the cluster has let nobody join for " + (now - notFrozenMillis)
              + " ms, as before a merge that has not come: this node, its oldest member, lets"
              + " members join again");
      notFrozenMillis = now;
      rejoin.thaw();
    }
  }
}
