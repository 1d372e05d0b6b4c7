package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import com.hazelcast.partition.PartitionService;
import com.hazelcast.query.Predicates;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one service's table the same on all nodes.
 *
 * <pre>
 * out: a decision marks its destination; soon after, on our executor, PutHomes carries it to the map, and the answer
 *      confirms it or brings the decision that was first
 * in:  map events, and when the node joins and after faults the whole map, are adopted by the local copy
 *      but if a merge chose other homes than this node used later, it puts its own back, once or twice
 * use: every eighth of the expiration, uses that the others do not know of by a quarter of it are sent in batches
 * room: a new destination that the map has no {@link Room} for is forgotten; what the local copy has no room for is
 *      pulled when it has, and taken out of the map by the oldest member as far as the map is beyond the limit
 * </pre>
 *
 * Requests see only the local copy. While the map is away decisions stay marked and are sent again later.
 *
 * <p>State is concurrent; everything that calls Hazelcast runs on the executor that was handed in.
 */
final class SharedTable {
  private final String service;
  private final IMap<String, HomeRecord> map;
  private final List<String> partitionKeys;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final ClusterTime time;
  private final Executor executor;
  private final Degradation degradation;

  private final WriteBehind writes;
  private @Nullable UUID listenerId;
  private volatile boolean pulled;

  /** Whether the map had something that this copy had no room for. */
  private volatile boolean incomplete;

  SharedTable(
      String service,
      IMap<String, HomeRecord> map,
      List<String> partitionKeys,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      ClusterTime time,
      ScheduledExecutorService executor,
      Degradation degradation) {
    this.service = service;
    this.map = map;
    this.partitionKeys = partitionKeys;
    this.replica = replica;
    this.options = options;
    this.time = time;
    this.executor = executor;
    this.degradation = degradation;
    this.writes = new WriteBehind(
        "table " + service, map, replica, options, time, executor, degradation, this::adopt);
  }

  /** On the executor: listens, then pulls what is there, so that nothing falls between the two. */
  void join() {
    listenerId = map.addEntryListener(new Listener(), true);
    replica.onDecision(writes::mark);
    pull((destination, record) -> {});
  }

  /**
   * On the executor, after a fault: takes over the whole map, whose events may have been lost, and puts what the map has
   * lost, with the members that had it, or has otherwise under the same version.
   */
  void reconcile() {
    Map<String, HomeRecord> there = new HashMap<>();
    pull(there::put);
    there.forEach((destination, record) -> {
      Placement ours = replica.placement(destination);
      if (ours != null
          && ours.version() >= record.version()
          && !ours.homes().equals(record.homes())) {
        writes.mark(destination);
      }
    });
    replica.missingFrom(there.keySet()).forEach(writes::mark);
  }

  /** On the executor: takes over the whole map, as far as it is newer; what there was no room for. */
  private List<String> pull(BiConsumer<String, HomeRecord> seen) {
    List<String> refused = new ArrayList<>();
    for (String key : partitionKeys) { // the map's own iterator asks for each value alone
      map.entrySet(Predicates.partitionPredicate(key, Predicates.alwaysTrue())).forEach(entry -> {
        seen.accept(entry.getKey(), entry.getValue());
        if (!adopt(entry.getKey(), entry.getValue())) {
          refused.add(entry.getKey());
        }
      });
    }
    pulled = true;
    return refused;
  }

  Cluster.Table state() {
    return new Cluster.Table(service, pulled, replica.size(), writes.size());
  }

  String service() {
    return service;
  }

  /** On the executor: shares uses, and lets go of what nobody used. */
  void sweep(boolean isOldestMember) {
    long expiration = options.get().expiration().toMillis();
    long now = time.nowMillis();
    replica.removeIdle(now, expiration);
    writes.review();
    long step = Math.max(1, expiration / 16);
    Map<Long, Set<String>> batches = replica.takeUnsharedUses(shareUsesMillis()).stream()
        .collect(Collectors.groupingBy(
            use -> use.lastUseMillis() / step * step,
            Collectors.mapping(Placement::destination, Collectors.toSet())));
    batches.forEach((lastUse, keys) -> renew(keys, lastUse, expiration));
    if (isOldestMember) {
      makeRoom(now);
    }
    if (incomplete) {
      complete(isOldestMember);
    }
  }

  /** How late others hear of a use. Where the partial check is near, well before it takes a destination for unused. */
  private long shareUsesMillis() {
    SchedulerOptions now = options.get();
    long rarely = Math.max(1, now.expiration().toMillis() / 4);
    boolean isNearlyFull = replica.size() * 4L > now.maxEntries() * 3L;
    return isNearlyFull ? Math.min(rarely, SchedulerOptions.IDLE.toMillis() / 2) : rarely;
  }

  /** How often {@link #sweep} is due, in milliseconds. */
  long sweepMillis() {
    return Math.max(100, Math.min(10_000, options.get().expiration().toMillis() / 8));
  }

  /** On the executor, at its end. */
  void leave() {
    writes.stop();
    if (listenerId != null) {
      map.removeEntryListener(listenerId);
    }
  }

  private void renew(Set<String> keys, long lastUseMillis, long expiration) {
    map.<Boolean>submitToKeys(keys, new NoteUse(time.toShared(lastUseMillis), expiration))
        .whenCompleteAsync(
            (there, failure) -> {
              if (failure != null) {
                keys.forEach(writes::mark); // a put tells of the use, too, and is repeated
                return;
              }
              Set<String> lost = new HashSet<>(keys);
              there.forEach((key, isThere) -> {
                if (isThere) {
                  lost.remove(key);
                }
              });
              lost.forEach(writes::mark); // used here and gone there: it is put again
            },
            executor);
  }

  /** The kernel's partial check, on the last use of all nodes; one member does it for all. */
  private void makeRoom(long now) {
    long unusedSince = now - SchedulerOptions.IDLE.toMillis();
    remove(new HashSet<>(replica.idleBeyond(now, options.get())), time.toShared(unusedSince));
  }

  /** Takes what no node used since out of the map, and so out of every node's copy. */
  private void remove(Set<String> keys, long unusedSinceMillis) {
    if (!keys.isEmpty()) {
      map.<Boolean>submitToKeys(keys, new RemoveUnused(unusedSinceMillis))
          .whenCompleteAsync(
              (removed, failure) -> {
                if (failure == null) {
                  degradation.worked("table " + service);
                } else {
                  degradation.failed(
                      "table " + service, String.valueOf(failure)); // the next sweep tries again
                }
              },
              executor);
    }
  }

  /** Pulls what there was no room for; of what there is none for yet, one member takes out what is beyond the limit. */
  private void complete(boolean isOldestMember) {
    int limit = options.get().hardLimit();
    int beyond = isOldestMember ? map.size() - limit : 0;
    if (beyond > 0 || replica.size() < limit) {
      incomplete = false;
      remove(
          pull((destination, record) -> {}).stream()
              .limit(Math.max(0, beyond))
              .collect(Collectors.toSet()),
          Long.MAX_VALUE);
    }
  }

  private boolean adopt(String destination, HomeRecord record) {
    Placement theirs = record.placement(destination, time);
    if (record.contests() > 0 && isContested(theirs)) {
      return true;
    }
    if (theirs.homes().isEmpty()) {
      return true; // of no use to anybody
    }
    boolean adopted = replica.adopt(theirs, options.get());
    if (!adopted) {
      incomplete = true;
    } else if (isAhead(theirs)) {
      writes.mark(destination);
    }
    return adopted;
  }

  /** The map has gone back, or begun anew: what this node has goes there, and becomes the newest on all. */
  private boolean isAhead(Placement theirs) {
    Placement ours = replica.placement(theirs.destination());
    return ours != null
        && ours.version() > theirs.version()
        && !ours.homes().equals(theirs.homes());
  }

  /** After a merge: if this node used other homes later than those that were chosen, it keeps and sends them. */
  private boolean isContested(Placement theirs) {
    Placement ours = replica.placement(theirs.destination());
    if (ours == null
        || ours.version() >= theirs.version()
        || ours.homes().equals(theirs.homes())
        || ours.lastUseMillis() <= theirs.lastUseMillis()) {
      return false;
    }
    Placement contest =
        new Placement(ours.destination(), ours.homes(), theirs.version(), ours.lastUseMillis());
    writes.contest(contest);
    return true;
  }

  /** A key of every partition. */
  static List<String> partitionKeys(PartitionService service) {
    int partitions = service.getPartitions().size();
    Map<Integer, String> keys = new TreeMap<>();
    for (int i = 0; keys.size() < partitions; i++) {
      String key = String.valueOf(i);
      keys.putIfAbsent(service.getPartition(key).getPartitionId(), key);
    }
    return List.copyOf(keys.values());
  }

  /**
   * What other nodes changed. That the map let an entry expire is not listened to: this node's own clock says when one is
   * past its expiration.
   */
  private final class Listener extends RecordListener<HomeRecord> {
    @Override
    void changed(String destination, HomeRecord record) {
      adopt(destination, record);
    }

    @Override
    void removed(String destination, @Nullable HomeRecord gone) {
      if (gone != null && isInUse(destination, time.toLocal(gone.lastUseMillis()))) {
        writes.mark(destination);
      } else {
        replica.forget(destination, gone == null ? Integer.MAX_VALUE : gone.version());
      }
    }

    /** Whether it was taken out for being unused, and only because the use here was not shared yet. */
    private boolean isInUse(String destination, long lastUseMillis) {
      Placement ours = replica.placement(destination);
      long idle = SchedulerOptions.IDLE.toMillis();
      return ours != null
          && time.nowMillis() - lastUseMillis >= idle
          && time.nowMillis() - ours.lastUseMillis() < idle;
    }
  }
}
