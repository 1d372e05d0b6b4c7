package dev.lblc.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The members of the cluster as Hazelcast knows them, by the ids that Vert.x gives them.
 *
 * <p>May be used from any thread. Listeners are called on Hazelcast's threads.
 */
final class Members {
  private static final System.Logger LOG = System.getLogger(Members.class.getName());

  /** The attribute by which Vert.x knows members. */
  static final String NODE_ID = "__vertx.nodeId";

  /** The attribute with the name that the operator gave a node. */
  static final String NAME = "lblc.node";

  /** The attribute with the name of a node's host. */
  static final String HOST = "lblc.host";

  private final HazelcastInstance hazelcast;
  private final String self;
  private @Nullable UUID membershipListener; // guarded by this
  private @Nullable UUID lifecycleListener; // guarded by this
  private volatile boolean left;
  private volatile boolean stopping;
  private volatile boolean merging;

  /** Is told of what becomes of the cluster. */
  interface Listener {
    /** Another member joined. */
    void joined();

    /** Another member left; null: it had no id. */
    void left(@Nullable String id);

    /** This node's cluster merged with another after a split. */
    void merged();

    /** Hazelcast gave up a merge: this node is in no cluster. */
    void mergeFailed();

    /** Hazelcast stops in this process, and not because this node leaves. */
    void stopping();
  }

  /** Of that instance, in which this node has that id. */
  Members(HazelcastInstance hazelcast, String self) {
    this.hazelcast = hazelcast;
    this.self = self;
  }

  /** Tells of what becomes of the cluster from now on. */
  synchronized void listen(Listener listener) {
    membershipListener = hazelcast.getCluster().addMembershipListener(new Membership(listener));
    lifecycleListener = hazelcast
        .getLifecycleService()
        .addLifecycleListener(event -> lifecycleChanged(event, listener));
    List<String> others = all().stream()
        .filter(member -> !member.localMember())
        .map(Members::address)
        .toList();
    LOG.log(
        Level.INFO,
        "this node is in cluster " + hazelcast.getConfig().getClusterName() + ", "
            + (others.isEmpty() ? "alone so far" : "with " + String.join(", ", others)));
  }

  /** Tells nothing more, and has no members from now on. */
  synchronized void leave() {
    left = true;
    try {
      if (membershipListener != null) {
        hazelcast.getCluster().removeMembershipListener(membershipListener);
      }
      if (lifecycleListener != null) {
        hazelcast.getLifecycleService().removeLifecycleListener(lifecycleListener);
      }
    } catch (HazelcastInstanceNotActiveException e) {
      LOG.log(Level.DEBUG, "Hazelcast stopped before this node left", e);
    }
  }

  /** Returns whether this node has left, or Hazelcast has stopped. */
  boolean isOver() {
    return left || stopping;
  }

  /** Returns whether the member is ours, by {@link HazelcastNode}: an application's own is not to be touched. */
  boolean isOurs() {
    Member member = hazelcast.getCluster().getLocalMember();
    return member.getAttribute(NAME) != null || member.getAttribute(HOST) != null;
  }

  /** Returns whether Hazelcast is merging this node's maps into those of another part. It does nothing else until that is done. */
  boolean isMerging() {
    return merging;
  }

  /** Returns the ids of the other members. */
  List<String> others() {
    List<String> others = new ArrayList<>();
    for (Member member : all()) {
      if (isNode(member) && !id(member).equals(self)) {
        others.add(id(member));
      }
    }
    return others;
  }

  /** Returns whether this node is the oldest of the nodes that count. */
  boolean isOldestNode(Predicate<String> counts) {
    for (Member member : all()) { // the oldest first
      if (member.localMember()) {
        return true;
      }
      if (isNode(member) && counts.test(id(member))) {
        return false;
      }
    }
    return false;
  }

  /** Returns the members that run no Vert.x and own a part of the maps. */
  List<Member> dataMembers() {
    return all().stream()
        .filter(member -> !isNode(member) && !member.isLiteMember())
        .toList();
  }

  /** Returns how many members have joined after this node. */
  int joinedAfter() {
    int after = 0;
    boolean isAfter = false;
    for (Member member : all()) { // the oldest first
      after += isAfter ? 1 : 0;
      isAfter |= member.localMember();
    }
    return after;
  }

  /** Returns the address of a member; null: there is none of that id. */
  @Nullable
  String address(String id) {
    return all().stream()
        .filter(member -> id(member).equals(id))
        .map(Members::address)
        .findFirst()
        .orElse(null);
  }

  /** Returns the name of a member; null: there is none of that id. */
  @Nullable
  String name(String id) {
    return all().stream()
        .filter(member -> id(member).equals(id))
        .map(Members::name)
        .findFirst()
        .orElse(null);
  }

  /** Returns how this node sees all members that run Vert.x, itself included; empty: Hazelcast has stopped. */
  List<NodeStatus> nodes(PeerCounts peers, long epoch, long nowMillis) {
    List<NodeStatus> nodes = new ArrayList<>();
    for (Member member : all()) {
      if (!isNode(member)) {
        continue; // of Hazelcast alone: it keeps data, and has no connections
      }
      String id = id(member);
      String name = name(member);
      PeerCounts.Peer peer = peers.peer(id);
      if (id.equals(self)) {
        nodes.add(new NodeStatus(id, name, address(member), true, epoch, 0));
      } else if (peer == null) {
        nodes.add(new NodeStatus(id, name, address(member), false, 0, -1));
      } else {
        long age = nowMillis - peer.receivedMillis();
        nodes.add(new NodeStatus(id, name, address(member), false, peer.epoch(), age));
      }
    }
    return nodes;
  }

  private Set<Member> all() {
    try {
      return isOver() ? Set.of() : hazelcast.getCluster().getMembers();
    } catch (HazelcastInstanceNotActiveException e) {
      return Set.of();
    }
  }

  private void lifecycleChanged(LifecycleEvent event, Listener listener) {
    switch (event.getState()) {
      case MERGING -> merging = true;
      case MERGED -> {
        merging = false;
        stopping = false; // it was about to, where it could not join at first
        LOG.log(
            Level.INFO,
            "this node's part of the cluster merged with another part: it reads the shared tables and edits anew");
        listener.merged();
      }
      case MERGE_FAILED -> {
        merging = false;
        stopping = !hazelcast.getLifecycleService().isRunning();
        if (stopping) {
          listener.stopping();
        } else {
          listener.mergeFailed();
        }
      }
      case SHUTTING_DOWN -> {
        if (!isOver()) {
          stopping = true;
          listener.stopping();
        }
      }
      default -> {}
    }
  }

  private static boolean isNode(Member member) {
    return member.getAttribute(NODE_ID) != null;
  }

  /** Returns the name of a member: the operator's, else its host and port. */
  private static String name(Member member) {
    String name = member.getAttribute(NAME);
    String host = member.getAttribute(HOST);
    return name != null
        ? name
        : host == null ? address(member) : host + ":" + member.getAddress().getPort();
  }

  private static String id(Member member) {
    return String.valueOf(member.getAttribute(NODE_ID));
  }

  static String address(Member member) {
    return member.getAddress().getHost() + ":" + member.getAddress().getPort();
  }

  /** Who comes and goes. */
  private record Membership(Listener listener) implements MembershipListener {
    @Override
    public void memberAdded(MembershipEvent event) {
      LOG.log(Level.INFO, "member " + address(event.getMember()) + " joined the cluster");
      listener.joined();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      LOG.log(
          Level.INFO,
          "member " + address(event.getMember())
              + " left the cluster: its connections no longer count");
      listener.left(event.getMember().getAttribute(NODE_ID));
    }
  }
}
