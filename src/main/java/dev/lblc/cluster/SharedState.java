package dev.lblc.cluster;

import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.core.HazelcastInstance;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.TableReplica;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * What services share through maps: their servers, and the destinations of those that remember any.
 *
 * <p>One thread does everything that calls Hazelcast, one after the other; methods may be called from any
 * thread and do not wait for it.
 */
final class SharedState {
  private static final System.Logger LOG = System.getLogger(SharedState.class.getName());

  private static final long PULL_AGAIN_MILLIS = 1_000;
  private static final long FIRST_SETTLE_MILLIS = 2_000;
  private static final long NEXT_SETTLE_MILLIS = 6_000;
  private static final int SETTLES = 10;

  private final HazelcastInstance hazelcast;
  private final ClusterTime time;
  private final Degradation degradation;
  private final List<Cluster.SharedService> services;
  private final ClusterThread tasks;
  private final String homes; // what names of maps begin with
  private final String edits; // the same
  private volatile Map<String, SharedServers> servers = Map.of(); // made when it joins
  private volatile List<SharedTable> tables = List.of(); // the same
  private @Nullable ScheduledFuture<?> settling; // guarded by this
  private int settles; // the same: how often it began
  private @Nullable ScheduledFuture<?> pullingAgain; // on the thread of the tasks; null: none waits

  /** Of these services, in maps whose names begin with that; shares nothing yet. */
  SharedState(
      String name,
      HazelcastInstance hazelcast,
      ClusterTime time,
      Degradation degradation,
      List<Cluster.SharedService> services,
      ClusterThread tasks) {
    this.hazelcast = hazelcast;
    this.time = time;
    this.degradation = degradation;
    this.services = services;
    this.tasks = tasks;
    this.homes = name + ".homes.";
    this.edits = name + ".servers.";
  }

  /** Takes over what the cluster has and shares from now on; complete when it has. */
  Future<Void> join() {
    Promise<Void> joined = Promise.promise();
    tasks.execute(() -> {
      try {
        open();
        servers.values().forEach(SharedServers::join);
        tables.forEach(SharedTable::join);
        tables.forEach(this::scheduleSweep);
        joined.complete();
      } catch (RuntimeException e) {
        joined.fail(e);
      }
    });
    return joined.future();
  }

  private void open() {
    mergeBy(homes, LaterUseMergePolicy.class);
    mergeBy(edits, LaterEditMergePolicy.class);
    List<String> partitionKeys = TableSubscriber.partitionKeys(hazelcast.getPartitionService());
    Map<String, SharedServers> edited = new LinkedHashMap<>();
    List<SharedTable> remembered = new ArrayList<>();
    for (Cluster.SharedService service : services) {
      edited.put(
          service.name(),
          new SharedServers(
              service.name(),
              hazelcast.getMap(edits + service.name()),
              service.servers(),
              time,
              tasks));
      DestinationTable table = service.table();
      if (table != null) {
        remembered.add(new SharedTable(
            service.name(),
            hazelcast.getMap(homes + service.name()),
            partitionKeys,
            new TableReplica(table, service.servers()),
            service.options(),
            time,
            tasks,
            degradation));
      }
    }
    servers = edited;
    tables = remembered;
  }

  List<Cluster.Table> tables() {
    return tables.stream().map(SharedTable::state).toList();
  }

  /** As {@link Cluster#edit}. */
  Future<Void> edit(String service, ServerEdit edit) {
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

  /** This node may have missed anything, time included: takes over what the cluster has at once, and settles. */
  void pullAgainAndSettle() {
    tasks.execute(() -> {
      adjustTime();
      pull();
    });
    settle();
  }

  /**
   * Members came or went, perhaps more of them, and perhaps it was a split; or one was silent for a while. Map events may
   * be lost in it, and when all is moved and merged only those know who merged: for a minute maps are compared with this
   * node's state every few seconds.
   */
  synchronized void settle() {
    if (settling != null) {
      settling.cancel(false);
    }
    int begun = ++settles; // one whose comparison is running ends with it
    settling = tasks.schedule(() -> settled(begun, SETTLES - 1), FIRST_SETTLE_MILLIS);
  }

  /** Shares nothing any more; complete when listeners are gone from all members. */
  Future<Void> leave() {
    Promise<Void> left = Promise.promise();
    tasks.execute(() -> {
      servers.values().forEach(shared -> quietly(shared::leave));
      tables.forEach(table -> quietly(table::leave));
      left.complete();
    });
    tasks.shutdown();
    return left.future();
  }

  /** A member that has stopped has no listeners to remove. */
  private static void quietly(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "leaving a cluster that is not there", e);
    }
  }

  private void adjustTime() {
    try {
      time.adjust();
    } catch (RuntimeException e) {
      LOG.log(
          Level.DEBUG, "the cluster's time is not known", e); // as the pull that follows will tell
    }
  }

  private void settled(int begun, int timesLeft) {
    pull();
    if (timesLeft > 0) {
      settleOn(begun, timesLeft);
    }
  }

  /** Unless it began anew meanwhile. */
  private synchronized void settleOn(int begun, int timesLeft) {
    if (begun == settles) {
      settling = tasks.schedule(() -> settled(begun, timesLeft - 1), NEXT_SETTLE_MILLIS);
    }
  }

  /** Takes over what the cluster has; again in a while if that fails. */
  private void pull() {
    try {
      servers.values().forEach(SharedServers::pull);
      tables.forEach(SharedTable::reconcile);
      degradation.worked("pull");
    } catch (RuntimeException e) {
      degradation.failed("pull", e.toString());
      if (pullingAgain == null) {
        pullingAgain = tasks.schedule(this::pullAgain, PULL_AGAIN_MILLIS);
      }
    }
  }

  private void pullAgain() {
    pullingAgain = null;
    pull();
  }

  private void scheduleSweep(SharedTable table) {
    tasks.repeat(() -> sweep(table), table.sweepMillis());
  }

  private void sweep(SharedTable table) {
    try {
      table.sweep(isOldestMember());
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the sweep of table " + table.service() + " failed", e);
    }
  }

  private boolean isOldestMember() {
    return hazelcast.getCluster().getMembers().iterator().next().localMember();
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
