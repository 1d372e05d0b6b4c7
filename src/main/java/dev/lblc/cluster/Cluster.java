package dev.lblc.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.Servers;
import dev.lblc.scheduler.TableReplica;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in the cluster: each service's servers, one {@link SharedTable} per service that remembers
 * destinations, and the counts of all services.
 *
 * <p>One thread of its own does everything that calls Hazelcast; reports run on the context that joined.
 */
public final class Cluster {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

  /** The attribute by which Vert.x knows members. */
  static final String NODE_ID = "__vertx.nodeId";

  private static final String HOMES = "lblc.homes.";
  private static final String SERVERS = "lblc.servers.";

  private static final long PULL_AGAIN_MILLIS = 1_000;
  private static final long FIRST_SETTLE_MILLIS = 2_000;
  private static final long NEXT_SETTLE_MILLIS = 6_000;
  private static final int SETTLES = 10;

  private final Vertx vertx;
  private final Duration reportInterval;
  private final Duration peerTimeout;
  private final ClusterManager manager;
  private final HazelcastInstance hazelcast;
  private final String node;
  private final long epoch;
  private final ClusterTime time;
  private final ScheduledExecutorService executor;
  private final Degradation degradation = new Degradation();
  private final Map<String, SharedServers> servers = new LinkedHashMap<>();
  private final List<SharedTable> tables = new ArrayList<>();
  private final Promise<Void> heardAll = Promise.promise();

  /** Who shared counts when this node joined; null: not known yet. */
  private volatile @Nullable Set<String> reporters;

  private final long joiningMillis;
  private final PeerCounts peers;
  private final SharedCounts counts;
  private @Nullable UUID membershipListener;
  private @Nullable UUID lifecycleListener;
  private long reportTimer = -1;
  private volatile long lastTickMillis;
  private @Nullable ScheduledFuture<?> settling;

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
    this.executor = newExecutor();
    mergeBy(HOMES, LaterUseMergePolicy.class);
    mergeBy(SERVERS, LaterEditMergePolicy.class);
    List<String> partitionKeys = SharedTable.partitionKeys(hazelcast.getPartitionService());
    Map<String, Servers> byName = new LinkedHashMap<>();
    for (SharedService service : services) {
      String name = service.name();
      byName.put(name, service.servers());
      servers.put(
          name,
          new SharedServers(
              name, hazelcast.getMap(SERVERS + name), service.servers(), time, executor));
      DestinationTable table = service.table();
      if (table != null) {
        tables.add(new SharedTable(
            name,
            hazelcast.getMap(HOMES + name),
            partitionKeys,
            new TableReplica(table, service.servers()),
            service.options(),
            time,
            executor,
            degradation));
      }
    }
    this.peers = new PeerCounts(byName);
    this.counts = new SharedCounts(
        node, epoch, byName, peers, time, degradation, vertx.eventBus(), manager, this::settle);
    this.joiningMillis = time.nowMillis();
    this.lastTickMillis = joiningMillis;
  }

  private void mergeBy(String maps, Class<?> policy) {
    hazelcast
        .getConfig()
        .addMapConfig(new MapConfig(maps + "*")
            .setMergePolicyConfig(new MergePolicyConfig().setPolicy(policy.getName())));
  }

  /**
   * Joins with the services of this node; complete once servers and tables were taken over and every other node has told
   * its connections, or was silent for {@code peerTimeout}.
   *
   * @param vertx clustered by Hazelcast
   * @param reportInterval how often changed counts are published
   * @param peerTimeout silence after which a peer's connections no longer count
   * @param epoch when this node started, in milliseconds since 1970
   * @param clock the scheduler's
   * @param services what to share
   * @return fails if Vert.x is not clustered, or not by Hazelcast
   */
  public static Future<Cluster> join(
      Vertx vertx,
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
        new Cluster(vertx, reportInterval, peerTimeout, hazelcast, epoch, clock, services);
    return cluster.start().map(cluster).onFailure(failure -> cluster.leave());
  }

  /** Id of this node. */
  public String node() {
    return node;
  }

  /** When this node started, in milliseconds since 1970. */
  public long epoch() {
    return epoch;
  }

  /** All members, this node included. */
  public List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    for (Member member : hazelcast.getCluster().getMembers()) {
      String id = String.valueOf(member.getAttribute(NODE_ID));
      String address = member.getAddress().getHost() + ":" + member.getAddress().getPort();
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

  /** The shared tables. */
  public List<Table> tables() {
    return tables.stream().map(SharedTable::state).toList();
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
    SharedServers shared = Objects.requireNonNull(servers.get(service), service);
    return Future.future(done -> {
      CompletableFuture<Void> unused = shared.edit(edit).whenComplete((nothing, failure) -> {
        if (failure == null) {
          done.complete();
        } else {
          done.fail(failure instanceof CompletionException ? failure.getCause() : failure);
        }
      });
    });
  }

  /** Leaves: nothing of this node is shared any more. */
  public void leave() {
    vertx.cancelTimer(reportTimer);
    counts.stop();
    if (membershipListener != null) {
      hazelcast.getCluster().removeMembershipListener(membershipListener);
    }
    if (lifecycleListener != null) {
      hazelcast.getLifecycleService().removeLifecycleListener(lifecycleListener);
    }
    servers.values().forEach(SharedServers::leave);
    tables.forEach(SharedTable::leave);
    executor.shutdownNow();
  }

  private Future<Void> start() {
    try {
      vertx.eventBus().registerCodec(new CountReportCodec());
    } catch (IllegalStateException e) {
      LOG.debug("the codec is registered already", e);
    }
    membershipListener = hazelcast.getCluster().addMembershipListener(new Membership());
    lifecycleListener =
        hazelcast.getLifecycleService().addLifecycleListener(this::lifecycleChanged);
    Future<Void> unused = counts
        .start()
        .compose(registered -> askForReporters())
        .onFailure(failure -> LOG.warn("it is not known who shares connections", failure))
        .onSuccess(ids -> reporters = ids)
        .mapEmpty();
    long interval = Math.max(1, reportInterval.toMillis());
    reportTimer = vertx.setPeriodic(interval, timer -> tick());
    Promise<Void> joined = Promise.promise();
    executor.execute(guarded("start", () -> {
      try {
        servers.values().forEach(SharedServers::join);
        tables.forEach(SharedTable::join);
        tables.forEach(this::scheduleSweep);
      } catch (RuntimeException e) {
        joined.fail(e);
        throw e;
      }
      joined.complete();
    }));
    return Future.all(joined.future(), heardAll.future()).mapEmpty();
  }

  private Future<Set<String>> askForReporters() {
    Promise<List<RegistrationInfo>> registrations = Promise.promise();
    manager.getRegistrations(SharedCounts.ADDRESS, registrations);
    return registrations
        .future()
        .map(all -> all.stream().map(RegistrationInfo::nodeId).collect(Collectors.toSet()));
  }

  /** Completes once every node that shares counts has told its own, has left, or is silent. */
  private void hear(long now) {
    Set<String> others = reporters;
    boolean isLate = now - joiningMillis >= peerTimeout.toMillis();
    if (isLate
        || (others != null
            && nodes().stream()
                .noneMatch(other -> others.contains(other.id()) && other.reportAgeMillis() < 0))) {
      heardAll.complete();
    }
  }

  private void scheduleSweep(SharedTable table) {
    long every = table.sweepMillis();
    ScheduledFuture<?> unused = executor.scheduleWithFixedDelay(
        guarded("sweep of " + table.service(), () -> table.sweep(isOldestMember())),
        every,
        every,
        TimeUnit.MILLISECONDS);
  }

  /** Before each decision, by the thread that decides: one that this node's pause came before is not made on history. */
  public void beforeDecision() {
    if (wasAway(time.nowMillis())) {
      comeBack();
    }
  }

  private boolean wasAway(long now) {
    return now - lastTickMillis >= peerTimeout.toMillis();
  }

  private synchronized void comeBack() {
    long now = time.nowMillis();
    if (wasAway(now)) { // else another thread was here first
      LOG.warn("this node was away for {} ms; it asks the others anew", now - lastTickMillis);
      peers.forgetAll().forEach(this::isSilent);
      lastTickMillis = now;
      rejoin();
    }
  }

  /** Shown until it is heard or leaves. */
  private void isSilent(String id) {
    degradation.failed(Degradation.node(id), null);
    if (nodes().stream().noneMatch(member -> member.id().equals(id))) {
      degradation.gone(Degradation.node(id)); // it left meanwhile
    }
  }

  /** On the context that joined. */
  private void tick() {
    long now = time.nowMillis();
    if (wasAway(now)) {
      comeBack();
    }
    lastTickMillis = now;
    peers.dropSilent(now, peerTimeout.toMillis()).forEach(this::isSilent);
    counts.tick();
    counts.keepListening(nodes().stream()
        .allMatch(member -> member.reportAgeMillis() >= 0
            && member.reportAgeMillis() < SharedCounts.SILENT_MILLIS));
    if (!heardAll.future().isComplete()) {
      hear(now);
    }
  }

  private void rejoin() {
    executor.execute(this::pull);
    settle();
  }

  /**
   * Members came or went, perhaps more of them, and perhaps it was a split; or one was silent for a while. Map events may
   * be lost in it, and when all is moved and merged only those know who merged: for a minute tables are compared every
   * few seconds.
   */
  private void settle() {
    settleIn(FIRST_SETTLE_MILLIS, SETTLES);
  }

  private synchronized void settleIn(long millis, int times) {
    if (settling != null) {
      settling.cancel(false);
    }
    if (!executor.isShutdown()) {
      settling = executor.schedule(() -> settled(times - 1), millis, TimeUnit.MILLISECONDS);
    }
  }

  private void settled(int timesLeft) {
    pull();
    if (timesLeft > 0) {
      settleIn(NEXT_SETTLE_MILLIS, timesLeft);
    }
  }

  /** Takes over what the cluster has; again in a while if that fails. */
  private void pull() {
    try {
      time.adjust();
      servers.values().forEach(SharedServers::pull);
      tables.forEach(SharedTable::reconcile);
      degradation.worked("pull");
    } catch (RuntimeException e) {
      degradation.failed("pull", e);
      if (!executor.isShutdown()) {
        ScheduledFuture<?> unused =
            executor.schedule(this::pull, PULL_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void lifecycleChanged(LifecycleEvent event) {
    if (event.getState() == LifecycleState.MERGED) {
      LOG.info("this node's cluster merged with another; it takes over the common tables");
      counts.beEager();
      rejoin();
    }
  }

  private boolean isOldestMember() {
    return hazelcast.getCluster().getMembers().iterator().next().localMember();
  }

  private static Runnable guarded(String what, Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.warn("the cluster's {} failed", what, e);
      }
    };
  }

  private static ScheduledThreadPoolExecutor newExecutor() {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
      Thread thread = new Thread(task, "lblc-cluster");
      thread.setDaemon(true);
      return thread;
    });
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  /** Who comes and goes. On Hazelcast's threads. */
  private final class Membership implements MembershipListener {
    @Override
    public void memberAdded(MembershipEvent event) {
      LOG.info("{} joined the cluster", event.getMember().getAddress());
      counts.beEager();
      settle();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      LOG.info("{} left the cluster", event.getMember().getAddress());
      String gone = event.getMember().getAttribute(NODE_ID);
      peers.left(gone);
      degradation.gone(Degradation.node(gone));
      settle();
    }
  }
}
