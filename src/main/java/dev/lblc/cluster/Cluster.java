package dev.lblc.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.Servers;
import io.vertx.core.Closeable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in the cluster: the {@link SharedState state} of its services, the {@link SharedCounts counts} of
 * their connections, and who else is there.
 *
 * <p>Reports run on the context that joined, state on a thread of its own.
 */
public final class Cluster {
  private static final System.Logger LOG = System.getLogger(Cluster.class.getName());

  /** The attribute by which Vert.x knows members. */
  static final String NODE_ID = "__vertx.nodeId";

  private static final long LEAVE_SECONDS = 5;

  private final Vertx vertx;
  private final Duration reportInterval;
  private final Duration peerTimeout;
  private final ClusterManager manager;
  private final HazelcastInstance hazelcast;
  private final String node;
  private final long epoch;
  private final ClusterTime time;
  private final Degradation degradation = new Degradation();
  private final SharedState state;
  private final PeerCounts peers;
  private final SharedCounts counts;
  private final UnheardMembers unheard;
  private final PauseWatch pauses;
  private @Nullable UUID membershipListener;
  private @Nullable UUID lifecycleListener;
  private long reportTimer = -1;

  /** The member has stopped within this process, or this node has left. */
  private final Closeable closeHook = closed -> leave().onComplete(closed);

  private @Nullable Future<Void> leaving; // guarded by this
  private volatile boolean over;

  /**
   * A member.
   *
   * @param id of the node
   * @param address where Hazelcast reaches it
   * @param self whether it is this node
   * @param epoch when it started, in milliseconds since 1970; 0: it has not reported
   * @param reportAgeMillis since its last report of connections; -1: none, or it is silent
   */
  public record Node(String id, String address, boolean self, long epoch, long reportAgeMillis) {}

  /**
   * A shared table.
   *
   * @param service name
   * @param complete whether the map was pulled
   * @param destinations in this node's copy
   * @param backlog decisions that the map does not have yet
   */
  public record Table(String service, boolean complete, int destinations, int backlog) {}

  /**
   * A service to share.
   *
   * @param name of the service
   * @param servers its servers
   * @param table its destinations; null: it remembers none
   * @param options its options, asked at each use
   */
  public record SharedService(
      String name,
      Servers servers,
      @Nullable DestinationTable table,
      Supplier<SchedulerOptions> options) {}

  private Cluster(
      Vertx vertx,
      String name,
      Duration reportInterval,
      Duration peerTimeout,
      HazelcastClusterManager manager,
      long epoch,
      Clock clock,
      List<SharedService> services) {
    this.vertx = vertx;
    this.reportInterval = reportInterval;
    this.peerTimeout = peerTimeout;
    this.manager = manager;
    this.hazelcast = manager.getHazelcastInstance();
    this.node = manager.getNodeId();
    this.epoch = epoch;
    this.time = new ClusterTime(clock, () -> hazelcast.getCluster().getClusterTime());
    this.state =
        new SharedState(name, hazelcast, time, degradation, services, ClusterThread.onOneThread());
    Map<String, Servers> byName =
        services.stream().collect(Collectors.toMap(SharedService::name, SharedService::servers));
    this.peers = new PeerCounts(byName);
    this.counts = new SharedCounts(
        name + ".counts",
        node,
        epoch,
        byName,
        peers,
        time,
        degradation,
        vertx.eventBus(),
        manager,
        state::settle);
    this.unheard = new UnheardMembers(
        this::others,
        peers,
        this::askForReporters,
        this::isSilent,
        peerTimeout.toMillis(),
        time.nowMillis());
    this.pauses = new PauseWatch(time, peerTimeout.toMillis(), this::comeBack);
  }

  /**
   * Joins with the services of this node; complete once servers and tables were taken over and every other node has told
   * its connections, or was silent for {@code peerTimeout}.
   *
   * @param vertx clustered by Hazelcast
   * @param name of what is shared: nodes that join under another one share nothing with this node
   * @param reportInterval how often changed counts are published
   * @param peerTimeout silence after which a peer's connections no longer count
   * @param epoch when this node started, in milliseconds since 1970
   * @param clock the scheduler's
   * @param services what to share
   * @return fails if Vert.x is not clustered, or not by Hazelcast
   */
  public static Future<Cluster> join(
      Vertx vertx,
      String name,
      Duration reportInterval,
      Duration peerTimeout,
      long epoch,
      Clock clock,
      List<SharedService> services) {
    ClusterManager manager = ((VertxInternal) vertx).clusterManager();
    if (!(manager instanceof HazelcastClusterManager hazelcast)) {
      return Future.failedFuture(new IllegalStateException(
          "cluster.enabled: true (expected: false, or a Vert.x instance that is clustered by vertx-hazelcast; this"
              + " one is "
              + (manager == null
                  ? "not clustered"
                  : "clustered by " + manager.getClass().getName())
              + ")"));
    }
    Cluster cluster =
        new Cluster(vertx, name, reportInterval, peerTimeout, hazelcast, epoch, clock, services);
    // Vert.x does not stop a verticle that is still starting when it is closed.
    ((VertxInternal) vertx).addCloseHook(cluster.closeHook);
    return cluster
        .start()
        .map(cluster)
        .recover(failure -> cluster.leave().transform(left -> Future.failedFuture(failure)));
  }

  /** Id of this node. */
  public String node() {
    return node;
  }

  /** When this node started, in milliseconds since 1970. */
  public long epoch() {
    return epoch;
  }

  /** All members, this node included; empty: Hazelcast has stopped. */
  public List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    for (Member member : members()) {
      String id = id(member);
      String address = address(member);
      PeerCounts.Peer peer = peers.peer(id);
      if (id.equals(node)) {
        nodes.add(new Node(id, address, true, epoch, 0));
      } else if (peer == null) {
        nodes.add(new Node(id, address, false, 0, -1));
      } else {
        long age = time.nowMillis() - peer.receivedMillis();
        nodes.add(new Node(id, address, false, peer.report().epoch(), age));
      }
    }
    return nodes;
  }

  /** Ids of the other members. */
  private List<String> others() {
    return members().stream().map(Cluster::id).filter(id -> !id.equals(node)).toList();
  }

  private static String id(Member member) {
    return String.valueOf(member.getAttribute(NODE_ID));
  }

  private static String address(Member member) {
    return member.getAddress().getHost() + ":" + member.getAddress().getPort();
  }

  private Set<Member> members() {
    try {
      return over ? Set.of() : hazelcast.getCluster().getMembers();
    } catch (HazelcastInstanceNotActiveException e) {
      return Set.of();
    }
  }

  /** The shared tables. */
  public List<Table> tables() {
    return state.tables();
  }

  /** What does not work at the moment; empty: everything does. */
  public Set<String> degraded() {
    return degradation.parts();
  }

  /**
   * Makes an edit of a server the cluster's.
   *
   * @return complete once it holds on this node and the others are being told; fails with an
   *     {@link IllegalArgumentException} if it cannot be made, and nothing was changed, or with an
   *     {@link IllegalStateException} if the cluster does not answer
   */
  public Future<Void> edit(String service, ServerEdit edit) {
    return state.edit(service, edit);
  }

  /** Leaves: nothing of this node is shared any more; complete when other members know, or soon if they do not answer. */
  public synchronized Future<Void> leave() {
    if (leaving == null) {
      leaving = end();
    }
    return leaving;
  }

  private Future<Void> end() {
    over = true;
    ((VertxInternal) vertx).removeCloseHook(closeHook);
    vertx.cancelTimer(reportTimer);
    counts.stop();
    try {
      if (membershipListener != null) {
        hazelcast.getCluster().removeMembershipListener(membershipListener);
      }
      if (lifecycleListener != null) {
        hazelcast.getLifecycleService().removeLifecycleListener(lifecycleListener);
      }
    } catch (HazelcastInstanceNotActiveException e) {
      LOG.log(Level.DEBUG, "it stopped before", e);
    }
    return state.leave().timeout(LEAVE_SECONDS, TimeUnit.SECONDS).recover(late -> {
      LOG.log(Level.WARNING, "other members do not answer; this node leaves them without a word");
      return Future.succeededFuture();
    });
  }

  private Future<Void> start() {
    try {
      vertx.eventBus().registerCodec(new CountReportCodec());
    } catch (IllegalStateException e) {
      LOG.log(Level.DEBUG, "the codec is registered already", e);
    }
    membershipListener = hazelcast.getCluster().addMembershipListener(new Membership());
    lifecycleListener =
        hazelcast.getLifecycleService().addLifecycleListener(this::lifecycleChanged);
    Future<Void> unused = counts
        .start()
        .compose(registered -> askForReporters())
        .onFailure(
            failure -> LOG.log(Level.WARNING, "it is not known who shares connections", failure))
        .onSuccess(unheard::expect)
        .mapEmpty();
    long interval = Math.max(1, reportInterval.toMillis());
    reportTimer = vertx.setPeriodic(interval, timer -> tick());
    return Future.all(state.join(), unheard.heardAll()).mapEmpty();
  }

  private Future<Set<String>> askForReporters() {
    Promise<List<RegistrationInfo>> registrations = Promise.promise();
    manager.getRegistrations(counts.address(), registrations);
    return registrations
        .future()
        .map(all -> all.stream().map(RegistrationInfo::nodeId).collect(Collectors.toSet()));
  }

  /** Before each decision, by the thread that decides: one that this node's pause came before is not made on history. */
  public void beforeDecision() {
    if (!over) {
      pauses.check();
    }
  }

  private void comeBack(long pauseMillis) {
    LOG.log(
        Level.WARNING, "this node was away for " + pauseMillis + " ms; it asks the others anew");
    peers.forgetAll().forEach(this::isSilent);
    state.pullAgainAndSettle();
  }

  /** Shown until it is heard or leaves. */
  private void isSilent(String id) {
    Optional<Member> member =
        members().stream().filter(other -> id(other).equals(id)).findFirst();
    degradation.failed(
        Degradation.node(id),
        "no report of connections came over the event bus for " + peerTimeout.toMillis()
            + " ms; it is the member at "
            + member.map(Cluster::address).orElse("an unknown address"));
    if (member.isEmpty()) {
      degradation.gone(Degradation.node(id)); // it left meanwhile
    }
  }

  /** On the context that joined. */
  private void tick() {
    long now = time.nowMillis();
    if (!over) {
      pauses.tick(now);
    }
    peers.dropSilent(now, peerTimeout.toMillis()).forEach(this::isSilent);
    counts.tick();
    if (over) {
      return;
    }
    unheard.tick(now);
    counts.keepListening(
        others().stream().allMatch(id -> peers.isHeard(id, now, SharedCounts.SILENT_MILLIS)));
  }

  private void lifecycleChanged(LifecycleEvent event) {
    if (event.getState() == LifecycleState.MERGED) {
      LOG.log(
          Level.INFO, "this node's cluster merged with another; it takes over the common tables");
      counts.beEager();
      state.pullAgainAndSettle();
    } else if (event.getState() == LifecycleState.SHUTTING_DOWN && !over) {
      over = true;
      degradation.failed(
          "member", "Hazelcast stops in this process, which has to be started again to share");
    }
  }

  /** Who comes and goes. On Hazelcast's threads. */
  private final class Membership implements MembershipListener {
    @Override
    public void memberAdded(MembershipEvent event) {
      LOG.log(Level.INFO, event.getMember().getAddress() + " joined the cluster");
      counts.beEager();
      state.settle();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      LOG.log(Level.INFO, event.getMember().getAddress() + " left the cluster");
      String gone = event.getMember().getAttribute(NODE_ID);
      peers.left(gone);
      degradation.gone(Degradation.node(gone));
      state.settle();
    }
  }
}
