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
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
  private static final int MOST_IN_FLIGHT = 1_000;
  private static final long RETRY_MILLIS = 500;

  private final String service;
  private final IMap<String, HomeRecord> map;
  private final List<String> partitionKeys;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final ClusterTime time;
  private final ScheduledExecutorService executor;
  private final Degradation degradation;

  /** Destinations whose homes the map has yet to hear of. */
  private final Backlog marked = new Backlog();

  /** Those of them that are new and wait for {@link Room}. */
  private final Backlog arriving = new Backlog();

  /** Homes of before a merge that are to be put back. */
  private final Queue<Placement> contests = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean flushing = new AtomicBoolean();

  /** Since the map failed, until it is tried again. */
  private final AtomicBoolean resting = new AtomicBoolean();

  private final AtomicInteger inFlight = new AtomicInteger();
  private final ExecutorService counter = newCounter();
  private final Room room;
  private @Nullable UUID listenerId;
  private volatile boolean pulled;
  private volatile boolean left;

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
    this.room = new Room(map::size, counter, executor, time::nowMillis, this::counted);
  }

  /** On the executor: listens, then pulls what is there, so that nothing falls between the two. */
  void join() {
    listenerId = map.addEntryListener(new Listener(), true);
    replica.onDecision(this::mark);
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
        mark(destination);
      }
    });
    replica.missingFrom(there.keySet()).forEach(this::mark);
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
    int backlog = marked.size() + arriving.size() + contests.size() + inFlight.get();
    return new Cluster.Table(service, pulled, replica.size(), backlog);
  }

  String service() {
    return service;
  }

  /** On the executor: shares uses, and lets go of what nobody used. */
  void sweep(boolean isOldestMember) {
    long expiration = options.get().expiration().toMillis();
    long now = time.nowMillis();
    replica.removeIdle(now, expiration);
    marked.removeIf(destination -> replica.placement(destination) == null);
    arriving.removeIf(destination -> replica.placement(destination) == null);
    replica.unconfirmed().forEach(this::mark);
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
    left = true;
    counter.shutdownNow();
    if (listenerId != null) {
      map.removeEntryListener(listenerId);
    }
  }

  /** By the thread that decided, under the table's monitor: no more than a note. */
  private void mark(String destination) {
    if (!left) {
      marked.add(destination);
      wake();
    }
  }

  private void wake() {
    if (!resting.get() && flushing.compareAndSet(false, true)) {
      executor.execute(this::flush);
    }
  }

  private void flush() {
    flushing.set(false);
    while (maySend()) {
      Placement contest = contests.poll();
      if (contest == null) {
        break;
      }
      put(contest, true);
    }
    while (maySend()) {
      String destination =
          marked.poll(); // before it is read: a decision made meanwhile marks it again
      if (destination == null) {
        break;
      }
      Placement placement = replica.placement(destination);
      if (placement == null) {
        continue; // it expired meanwhile
      }
      if (isNew(placement)) {
        arriving.add(destination);
      } else {
        put(placement, false);
      }
    }
    flushArriving();
  }

  private void flushArriving() {
    while (maySend() && !arriving.isEmpty()) {
      Room.Answer answer = room.take(options.get().hardLimit());
      if (answer == Room.Answer.LATER) {
        return; // the count, or the next answer, wakes us
      }
      String destination = arriving.poll();
      Placement placement = destination == null ? null : replica.placement(destination);
      boolean isStillNew = placement != null && isNew(placement);
      if (answer == Room.Answer.YES && !isStillNew) {
        room.arrived();
      }
      if (placement == null) {
        continue;
      }
      if (answer == Room.Answer.NO && isStillNew) {
        replica.forget(placement.destination(), placement.version());
      } else {
        put(placement, false);
      }
    }
  }

  /** Else the next answer wakes us, or the end of the rest. */
  private boolean maySend() {
    return !resting.get() && inFlight.get() < MOST_IN_FLIGHT;
  }

  /** The map was counted; not if there is a failure. */
  private void counted(@Nullable Throwable failure) {
    if (failure == null) {
      wake();
    } else {
      retry(failure);
    }
  }

  private void put(Placement placement, boolean isContest) {
    inFlight.incrementAndGet();
    try {
      map.submitToKey(
              placement.destination(),
              new PutHomes(
                  placement.homes(),
                  placement.version(),
                  time.toShared(placement.lastUseMillis()),
                  options.get().expiration().toMillis(),
                  isContest))
          .whenCompleteAsync((record, failure) -> answered(placement, record, failure), executor);
    } catch (RuntimeException e) { // this member is stopping
      answered(placement, null, e);
    }
  }

  /** Whether the map does not have it, as far as this node knows. */
  private static boolean isNew(Placement placement) {
    return placement.version() == 0;
  }

  private void answered(Placement sent, @Nullable HomeRecord record, @Nullable Throwable failure) {
    String destination = sent.destination();
    inFlight.decrementAndGet();
    if (isNew(sent)) {
      room.arrived();
    }
    if (failure != null || record == null) {
      marked.add(destination);
      retry(failure);
      return;
    }
    degradation.worked("table " + service);
    if (marked.contains(destination)) {
      // Decided again meanwhile: only the version is news.
      replica.confirm(placement(destination, record));
    } else {
      adopt(destination, record);
    }
    if (!marked.isEmpty() || !arriving.isEmpty() || !contests.isEmpty()) {
      wake();
    }
  }

  private void retry(@Nullable Throwable failure) {
    degradation.failed("table " + service, String.valueOf(failure));
    if (resting.compareAndSet(false, true)) {
      ScheduledFuture<?> unused =
          executor.schedule(this::tryAgain, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void tryAgain() {
    resting.set(false);
    wake();
  }

  private void renew(Set<String> keys, long lastUseMillis, long expiration) {
    map.<Boolean>submitToKeys(keys, new NoteUse(time.toShared(lastUseMillis), expiration))
        .whenCompleteAsync(
            (there, failure) -> {
              if (failure != null) {
                keys.forEach(this::mark); // a put tells of the use, too, and is repeated
                return;
              }
              Set<String> lost = new HashSet<>(keys);
              there.forEach((key, isThere) -> {
                if (isThere) {
                  lost.remove(key);
                }
              });
              lost.forEach(this::mark); // used here and gone there: it is put again
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
    Placement theirs = placement(destination, record);
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
      mark(destination);
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
    contests.add(contest);
    wake();
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

  private static ExecutorService newCounter() {
    return new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
      Thread thread = new Thread(task, "lblc-cluster-count");
      thread.setDaemon(true);
      return thread;
    });
  }

  private Placement placement(String destination, HomeRecord record) {
    return new Placement(
        destination, record.homes(), record.version(), time.toLocal(record.lastUseMillis()));
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
        mark(destination);
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
