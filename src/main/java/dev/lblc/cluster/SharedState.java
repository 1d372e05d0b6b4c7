package dev.lblc.cluster;

import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.core.HazelcastInstance;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.Service;
import dev.lblc.scheduler.TableReplica;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What services share through maps: the edits of their servers, and the destinations of those that have a table.
 *
 * <p>The cluster's thread does everything that calls Hazelcast, one after the other; methods may be called from any thread
 * and do not wait for it.
 */
final class SharedState {
  private static final System.Logger LOG = System.getLogger(SharedState.class.getName());

  private static final long PULL_AGAIN_MILLIS = 1_000;
  private static final long FIRST_SETTLE_MILLIS = 2_000;
  private static final long NEXT_SETTLE_MILLIS = 6_000;
  private static final int SETTLES = 10;

  /** A pause is so many times as long as reading the maps took, if that is more: others have to read them, too. */
  private static final int PAUSE_PER_PULL = 9;

  /** Most homes in one report. */
  private static final int MOST_HINTS = 200;

  private final HazelcastInstance hazelcast;
  private final NodeContext context;
  private final Predicate<String> isKeeper;
  private final ClusterThread thread;
  private final String homes; // what names of maps begin with
  private final String edits; // the same
  private final Map<String, SharedServers> servers = new ConcurrentSkipListMap<>();
  private final Map<String, SharedTable> tables = new ConcurrentSkipListMap<>();
  private @Nullable ScheduledFuture<?> settling; // guarded by this
  private int settles; // the same: how often it began
  private @Nullable ScheduledFuture<?> pullingAgain; // on the cluster's thread; null: none waits
  private boolean isUnsettled; // the same: something changed since the last comparison
  private long unsettledSinceMillis; // the same
  private volatile long pullMillis; // how long the thread worked at the last one
  private boolean over; // guarded by this

  /** What listens to maps: of what is shared and of what is {@link PreparedShare prepared}. */
  private final Set<SharedPart> joined = ConcurrentHashMap.newKeySet();

  /**
   * In maps whose names begin with that; shares nothing yet.
   *
   * @param isKeeper whether this node is the one that removes from the map of a service what all nodes have to give up
   */
  SharedState(
      String name, HazelcastInstance hazelcast, NodeContext context, Predicate<String> isKeeper) {
    this.hazelcast = hazelcast;
    this.context = context;
    this.isKeeper = isKeeper;
    this.thread = context.thread();
    this.homes = name + ".homes.";
    this.edits = name + ".servers.";
  }

  /** Says how the maps are merged after a split; complete when that is said, before any of them is used. */
  Future<Void> join() {
    return task(() -> {
      mergeBy(homes, LaterUseMergePolicy.class);
      mergeBy(edits, LaterEditMergePolicy.class);
      return null;
    });
  }

  /** As {@link Cluster#share}. */
  Future<PreparedShare> share(Service service) {
    return task(() -> {
      SharedServers shared = new SharedServers(
          service.name(),
          hazelcast.getMap(edits + service.name()),
          service.membership(),
          context.time(),
          thread,
          new RecordReader<>(
              ServerRecord.class, Dropped.Kind.EDITS, edits + service.name(), context.dropped()));
      joined.add(shared);
      try {
        shared.join();
        return new Sharing(service.name(), shared, open(service, service.table()));
      } catch (RuntimeException e) {
        leave(shared);
        throw e;
      }
    });
  }

  /** As {@link Cluster#shareTable}. */
  Future<PreparedShare> shareTable(Service service, @Nullable DestinationTable table) {
    return task(() -> new Sharing(service.name(), null, open(service, table)));
  }

  /** As {@link Cluster#unshare}. */
  void unshare(String service) {
    leaveLater(servers.remove(service));
    leaveLater(tables.remove(service));
  }

  List<TableStatus> tables() {
    return tables.values().stream().map(SharedTable::state).toList();
  }

  /** Returns how long something has waited for one of the tables' maps, in milliseconds; 0: nothing waits. */
  long stuckMillis() {
    return tables.values().stream().mapToLong(SharedTable::stuckMillis).max().orElse(0);
  }

  /** Returns the homes that go to the other nodes beside the maps, by service; empty: none, as ever while the maps work. */
  Map<String, List<HomeHint>> hints() {
    Map<String, List<HomeHint>> hints = new LinkedHashMap<>();
    int room = MOST_HINTS;
    for (Map.Entry<String, SharedTable> table : tables.entrySet()) {
      List<HomeHint> due = table.getValue().hints().due(room);
      room -= due.size();
      if (!due.isEmpty()) {
        hints.put(table.getKey(), due);
      }
    }
    return hints;
  }

  /** Applies such homes of another node. */
  void hear(Map<String, List<HomeHint>> hints) {
    hints.forEach((service, told) -> {
      SharedTable table = tables.get(service);
      if (table != null) {
        table.hints().hear(told);
      }
    });
  }

  /** Reads what the cluster has at once, and settles: this node may have missed anything, time included. */
  void pullAgainAndSettle() {
    thread.execute(() -> {
      adjustTime();
      pull();
    });
    settle();
  }

  /**
   * Compares the maps with this node's state every few seconds for a minute. Members came or went, perhaps more of them, and
   * perhaps it was a split; or one was silent for a while. Map events may be lost in it, and when all is moved and merged
   * only those know who merged. Where this goes on and on, it is compared all the same.
   */
  synchronized void settle() {
    if (settling != null) {
      settling.cancel(false);
    }
    long now = context.time().nowMillis();
    if (!isUnsettled) {
      isUnsettled = true;
      unsettledSinceMillis = now;
    }
    long latest = unsettledSinceMillis + pauseMillis();
    int begun = ++settles; // one whose comparison is running ends with it
    settling = thread.schedule(
        () -> settled(begun, SETTLES - 1),
        Math.max(0, Math.min(FIRST_SETTLE_MILLIS, latest - now)));
  }

  /** Shares nothing any more; complete when listeners are gone from all members. */
  synchronized Future<Void> leave() {
    over = true;
    Promise<Void> left = Promise.promise();
    thread.execute(() -> {
      joined.forEach(this::leave);
      left.complete();
    });
    thread.shutdown();
    return left.future();
  }

  /** What one service shares from now on, or instead of what it shared. */
  private final class Sharing implements PreparedShare {
    private final String service;
    private final @Nullable SharedServers newServers;
    private final @Nullable SharedTable newTable;

    Sharing(String service, @Nullable SharedServers newServers, @Nullable SharedTable newTable) {
      this.service = service;
      this.newServers = newServers;
      this.newTable = newTable;
    }

    @Override
    public void use() {
      if (newServers != null) {
        servers.put(service, newServers);
      }
      leaveLater(newTable == null ? tables.remove(service) : tables.put(service, newTable));
      if (newTable != null) {
        newTable.sweepFromNowOn(() -> isKeeper.test(service));
      }
    }

    @Override
    public void discard() {
      leaveLater(newServers);
      leaveLater(newTable);
    }
  }

  /** On the cluster's thread: joins the map of a table; null: there is no table. */
  private @Nullable SharedTable open(Service service, @Nullable DestinationTable table) {
    if (table == null) {
      return null;
    }
    SharedTable shared = new SharedTable(
        service.name(),
        hazelcast.getMap(homes + service.name()),
        TableSubscriber.partitionKeys(hazelcast.getPartitionService()),
        new TableReplica(table, service.servers()),
        service::options,
        context);
    joined.add(shared);
    try {
      shared.join();
      return shared;
    } catch (RuntimeException e) {
      leave(shared);
      throw e;
    }
  }

  private synchronized <T extends @Nullable Object> Future<T> task(Supplier<T> task) {
    if (over) {
      return Future.failedFuture(new IllegalStateException("this node has left the cluster"));
    }
    Promise<T> done = Promise.promise();
    thread.execute(() -> {
      try {
        done.complete(task.get());
      } catch (RuntimeException e) {
        done.fail(e);
      }
    });
    return done.future();
  }

  private void leaveLater(@Nullable SharedPart part) {
    if (part != null) {
      thread.execute(() -> leave(part));
    }
  }

  private void leave(SharedPart part) {
    joined.remove(part);
    try {
      part.leave();
    } catch (RuntimeException e) { // a member that has stopped has no listeners to remove
      LOG.log(Level.DEBUG, "leaving a cluster that is not there", e);
    }
  }

  private void adjustTime() {
    try {
      context.time().adjust();
    } catch (RuntimeException e) { // the pull that follows will say so
      LOG.log(Level.DEBUG, "the cluster's time is not known", e);
    }
  }

  private void settled(int begun, int timesLeft) {
    synchronized (this) {
      isUnsettled = false;
    }
    long start = thread.workedMillis();
    pull();
    pullMillis = thread.workedMillis() - start;
    if (timesLeft > 0) {
      settleOn(begun, timesLeft, pauseMillis());
    }
  }

  /** Returns the pause behind a comparison, which takes a tenth of this thread's time at most. It may wait for as long as it likes. */
  private long pauseMillis() {
    return Math.max(NEXT_SETTLE_MILLIS, PAUSE_PER_PULL * pullMillis);
  }

  /** Goes on, unless settling began anew meanwhile. */
  private synchronized void settleOn(int begun, int timesLeft, long pauseMillis) {
    if (begun == settles) {
      settling = thread.schedule(() -> settled(begun, timesLeft - 1), pauseMillis);
    }
  }

  /** Applies what the cluster has; again in a while if that fails. */
  private void pull() {
    try {
      servers.values().forEach(SharedServers::pull);
      tables.values().forEach(SharedTable::reconcile);
      context.degradation().worked("pull");
    } catch (RuntimeException e) {
      context.degradation().failed("pull", e.toString());
      if (pullingAgain == null) {
        pullingAgain = thread.schedule(this::pullAgain, PULL_AGAIN_MILLIS);
      }
    }
  }

  private void pullAgain() {
    pullingAgain = null;
    pull();
  }

  /** An entry for these maps that was configured already stays as it is. */
  private void mergeBy(String maps, Class<?> policy) {
    String pattern = maps + "*";
    if (!hazelcast.getConfig().getMapConfigs().containsKey(pattern)) {
      hazelcast
          .getConfig()
          .addMapConfig(new MapConfig(pattern)
              .setMergePolicyConfig(new MergePolicyConfig().setPolicy(policy.getName())));
    }
  }
}
