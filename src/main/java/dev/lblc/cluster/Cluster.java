package dev.lblc.cluster;

import com.hazelcast.core.HazelcastInstance;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.Servers;
import dev.lblc.scheduler.Service;
import io.vertx.core.Closeable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in the cluster, as the rest of the program sees it: {@link SharedState tables and edits}, {@link
 * SharedCounts counts}, {@link Members who is there} and {@link Liveness who is heard}.
 *
 * <p>May be used from any thread. Counts run on the context that joined, tables and edits on a thread of their own.
 */
public final class Cluster {
  private static final System.Logger LOG = System.getLogger(Cluster.class.getName());
  private static final long LEAVE_SECONDS = 5;

  private final Vertx vertx;
  private final Settings settings;
  private final NodeContext context;
  private final Members members;
  private final SharedState state;
  private final PeerCounts peers;
  private final SharedCounts counts;
  private final Liveness liveness;
  private final ConfigWatch configs;
  private final Supplier<Map<String, Map<String, Integer>>> ownConfigs;
  private final MemberWatch watch;
  private final DataMembers dataMembers;
  private long reportTimer = -1;

  /** Vert.x is closed, or its member has stopped within this process. */
  private final Closeable closeHook = closed -> leave().onComplete(closed);

  private @Nullable Future<Void> leaving; // guarded by this

  /**
   * How a node joins.
   *
   * @param name of what is shared: nodes that join under another one share nothing with this node
   * @param reportInterval how often changed counts are published
   * @param peerTimeout silence after which a peer's connections no longer count
   * @param epoch when this node started, in milliseconds since 1970
   */
  public record Settings(String name, Duration reportInterval, Duration peerTimeout, long epoch) {}

  private Cluster(
      Vertx vertx,
      Settings settings,
      HazelcastClusterManager manager,
      Clock clock,
      Supplier<Map<String, Servers>> services,
      Supplier<Map<String, Map<String, Integer>>> ownConfigs) {
    this.vertx = vertx;
    this.settings = settings;
    this.ownConfigs = ownConfigs;
    HazelcastInstance hazelcast = manager.getHazelcastInstance();
    this.context = new NodeContext(
        manager.getNodeId(),
        settings.epoch(),
        new ClusterTime(clock, () -> hazelcast.getCluster().getClusterTime()),
        ClusterThread.start("lblc-cluster"),
        new Degradation());
    this.members = new Members(hazelcast, context.node());
    this.state = new SharedState(settings.name(), hazelcast, context, this::keepsTable);
    this.peers = new PeerCounts(services);
    this.counts = new SharedCounts(
        settings.name() + ".counts",
        settings.peerTimeout().toMillis(),
        context,
        services,
        peers,
        vertx.eventBus(),
        () -> tellAddress(manager),
        ownConfigs,
        () -> members.others().isEmpty() ? Map.of() : state.hints(),
        state::hear,
        state::settle);
    this.liveness = new Liveness(
        members,
        peers,
        counts,
        manager,
        context,
        settings.peerTimeout().toMillis(),
        state::pullAgainAndSettle);
    this.configs = new ConfigWatch(
        ownConfigs, peers::configs, members::name, context.time().nowMillis());
    this.watch = new MemberWatch(
        hazelcast,
        members,
        context.degradation(),
        state::stuckMillis,
        settings.reportInterval().toMillis(),
        context.time().nowMillis());
    this.dataMembers = new DataMembers(
        hazelcast,
        settings.name(),
        members::dataMembers,
        context.degradation(),
        context.thread(),
        context.time().nowMillis());
  }

  /**
   * Joins. Connections of all services are shared from now on; tables and edits of those that are {@link #share shared}.
   *
   * @param vertx clustered by Hazelcast
   * @param clock the scheduler's
   * @param services the servers of each service, by its name; asked at each use
   * @param configs by name of a service: each part of its configuration, then its digest; asked at each use; empty: not known yet
   * @return complete once every other node has told its connections, or was silent for {@code peerTimeout}; fails if Vert.x
   *     is closed, not clustered, or not by Hazelcast
   */
  public static Future<Cluster> join(
      Vertx vertx,
      Settings settings,
      Clock clock,
      Supplier<Map<String, Servers>> services,
      Supplier<Map<String, Map<String, Integer>>> configs) {
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
    Cluster cluster = new Cluster(vertx, settings, hazelcast, clock, services, configs);
    // Vert.x does not stop a verticle that is still starting when it is closed.
    if (!((VertxInternal) vertx).closeFuture().add(cluster.closeHook)) {
      return Future.failedFuture(new IllegalStateException("Vert.x is closed"));
    }
    return Future.<Void>succeededFuture() // what is thrown fails the future, too
        .compose(v -> cluster.start())
        .map(cluster)
        .recover(failure -> cluster.leave().transform(left -> Future.failedFuture(failure)));
  }

  /** Returns the id of this node. */
  public String node() {
    return context.node();
  }

  /** Returns when this node started, in milliseconds since 1970. */
  public long epoch() {
    return settings.epoch();
  }

  /** Returns all members, this node included; empty: Hazelcast has stopped. */
  public List<NodeStatus> nodes() {
    return members.nodes(peers, epoch(), context.time().nowMillis());
  }

  /** Returns in which services a node differs from this one, and in what; empty: in none, or it does not tell. */
  public List<String> differences(String node) {
    return node.equals(node()) ? List.of() : configs.differences(node);
  }

  /** Returns the digests that a node has told, by service and part; empty: none. */
  public Map<String, Map<String, Integer>> configs(String node) {
    PeerCounts.Peer peer = peers.peer(node);
    return node.equals(node()) ? ownConfigs.get() : peer == null ? Map.of() : peer.configs();
  }

  /** Returns the shared tables. */
  public List<TableStatus> tables() {
    return state.tables();
  }

  /** Returns how much came from the cluster that was dropped because nodes write no such thing, by kind. */
  public Map<String, Long> dropped() {
    return context.dropped().counts();
  }

  /** Returns what does not work at the moment; empty: everything does. */
  public Set<String> degraded() {
    return context.degradation().parts();
  }

  /** Returns how often this node left the cluster and joined it again because a map did not work. */
  public int rejoins() {
    return watch.rejoins();
  }

  /** Shares the edits and the table of a service; complete once this node has what the cluster has. */
  public Future<PreparedShare> share(Service service) {
    return state.share(service);
  }

  /** Shares another table of a service that is shared; null: the service has none from now on. */
  public Future<PreparedShare> shareTable(Service service, @Nullable DestinationTable table) {
    return state.shareTable(service, table);
  }

  /** Shares nothing of a service any more. */
  public void unshare(String service) {
    state.unshare(service);
  }

  /** Applies what other nodes have reported to the services as they are now. */
  public void servicesChanged() {
    peers.servicesChanged();
  }

  /** Makes sure that a decision is not made on what this node knew before a pause. Each deciding thread calls it. */
  public void beforeDecision() {
    liveness.checkPause();
  }

  /** Leaves: nothing of this node is shared any more; complete when other members know, or soon if they do not answer. */
  public synchronized Future<Void> leave() {
    if (leaving == null) {
      leaving = end();
    }
    return leaving;
  }

  private synchronized Future<Void> start() {
    if (leaving != null) {
      return Future.failedFuture(new IllegalStateException("Vert.x was closed meanwhile"));
    }
    try {
      vertx.eventBus().registerCodec(new CountReportCodec());
    } catch (IllegalStateException e) {
      LOG.log(Level.DEBUG, "the codec is registered already", e);
    }
    members.listen(new Changes());
    Future<Void> heard = liveness.start();
    long interval = Math.max(1, settings.reportInterval().toMillis());
    reportTimer = vertx.setPeriodic(interval, timer -> tick());
    return Future.all(state.join(), heard).mapEmpty();
  }

  /** Vert.x's manager waits for itself while it calls a map, which may take as long as a fault: not for event loops. */
  private Future<?> tellAddress(ClusterManager manager) {
    return vertx.executeBlocking(
        () -> {
          manager.setNodeInfo(manager.getNodeInfo(), Promise.promise());
          return null;
        },
        false);
  }

  private void tick() {
    liveness.tick();
    long now = context.time().nowMillis();
    configs.tick(now);
    watch.tick(now, liveness.hearsAll());
    dataMembers.tick(now);
  }

  private Future<Void> end() {
    ((VertxInternal) vertx).removeCloseHook(closeHook);
    vertx.cancelTimer(reportTimer);
    counts.stop();
    members.leave();
    return state.leave().timeout(LEAVE_SECONDS, TimeUnit.SECONDS).recover(late -> {
      LOG.log(
          Level.WARNING,
          "could not tell the other nodes within " + LEAVE_SECONDS
              + " s that this node leaves: they notice after peerTimeout");
      return Future.succeededFuture();
    });
  }

  /** Whether this is the oldest of the nodes that have a service: one that does not tell what it has may have it. */
  private boolean keepsTable(String service) {
    Map<String, Map<String, Map<String, Integer>>> configs = peers.configs();
    return members.isOldestNode(node -> {
      Map<String, Map<String, Integer>> services = configs.getOrDefault(node, Map.of());
      return services.isEmpty() || services.containsKey(service);
    });
  }

  /** What follows when members come and go. On Hazelcast's threads. */
  private final class Changes implements Members.Listener {
    @Override
    public void joined() {
      watch.membershipChanged(context.time().nowMillis());
      counts.beEager();
      state.settle();
    }

    @Override
    public void left(@Nullable String id) {
      watch.membershipChanged(context.time().nowMillis());
      liveness.left(String.valueOf(id));
      state.settle();
    }

    @Override
    public void merged() {
      watch.membershipChanged(context.time().nowMillis());
      counts.beEager();
      state.pullAgainAndSettle();
    }

    @Override
    public void mergeFailed() {
      watch.mergeFailed();
    }

    @Override
    public void stopping() {
      watch.stopped();
    }
  }
}
