package dev.lblc.cluster;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one service's table the same on all nodes.
 *
 * <pre>
 * out: a decision marks its destination; soon after, on our executor, PutHomes carries it to the map, and the answer
 *      confirms it or brings the decision that was first
 * in:  map events, and once when the node joins the whole map, are adopted by the local copy
 * use: every eighth of the expiration, uses that the others do not know of by a quarter of it are sent in batches
 * </pre>
 *
 * Requests see only the local copy. While the map is away decisions stay marked and are sent again later.
 *
 * <p>State is concurrent; everything that calls Hazelcast runs on the executor that was handed in.
 */
final class SharedTable {
  private static final int MOST_IN_FLIGHT = 1_000;
  private static final long RETRY_MILLIS = 500;
  private static final int PULL_PAGE = 1_000;

  private final String service;
  private final IMap<String, HomeRecord> map;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final ClusterTime time;
  private final ScheduledExecutorService executor;
  private final Degradation degradation;

  private final Set<String> marked = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean flushing = new AtomicBoolean();
  private final AtomicInteger inFlight = new AtomicInteger();
  private @Nullable UUID listenerId;
  private volatile boolean pulled;

  SharedTable(
      String service,
      IMap<String, HomeRecord> map,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      ClusterTime time,
      ScheduledExecutorService executor,
      Degradation degradation) {
    this.service = service;
    this.map = map;
    this.replica = replica;
    this.options = options;
    this.time = time;
    this.executor = executor;
    this.degradation = degradation;
  }

  /** On the executor: listens, then pulls what is there, so that nothing falls between the two. */
  void join() {
    listenerId = map.addEntryListener(new Listener(), true);
    replica.onDecision(this::mark);
    pull();
  }

  /** On the executor: takes over the whole map, as far as it is newer. */
  void pull() {
    int limit = options.get().hardLimit();
    map.iterator(PULL_PAGE)
        .forEachRemaining(
            entry -> replica.adopt(placement(entry.getKey(), entry.getValue()), limit));
    pulled = true;
  }

  Cluster.Table state() {
    return new Cluster.Table(service, pulled, replica.size(), marked.size() + inFlight.get());
  }

  String service() {
    return service;
  }

  /** On the executor: shares uses, and lets go of what nobody used. */
  void sweep(boolean isOldestMember) {
    long expiration = options.get().expiration().toMillis();
    long now = time.nowMillis();
    replica.removeIdle(now, expiration);
    long step = Math.max(1, expiration / 16);
    Map<Long, Set<String>> batches = replica.takeUnsharedUses(Math.max(1, expiration / 4)).stream()
        .collect(Collectors.groupingBy(
            use -> use.lastUseMillis() / step * step,
            Collectors.mapping(Placement::destination, Collectors.toSet())));
    batches.forEach((lastUse, keys) -> renew(keys, lastUse, expiration));
    if (isOldestMember) {
      makeRoom(now);
    }
  }

  /** How often {@link #sweep} is due, in milliseconds. */
  long sweepMillis() {
    return Math.max(100, Math.min(10_000, options.get().expiration().toMillis() / 8));
  }

  void leave() {
    if (listenerId != null) {
      map.removeEntryListener(listenerId);
    }
  }

  /** By the thread that decided, under the table's monitor: no more than a note. */
  private void mark(String destination) {
    marked.add(destination);
    wake();
  }

  private void wake() {
    if (flushing.compareAndSet(false, true)) {
      executor.execute(this::flush);
    }
  }

  private void flush() {
    flushing.set(false);
    for (Iterator<String> next = marked.iterator(); next.hasNext(); ) {
      if (inFlight.get() >= MOST_IN_FLIGHT) {
        return; // the next answer wakes us
      }
      String destination = next.next();
      next.remove(); // before it is read: a decision made meanwhile marks it again
      put(destination);
    }
  }

  private void put(String destination) {
    Placement placement = replica.placement(destination);
    if (placement == null) {
      return; // it expired meanwhile
    }
    inFlight.incrementAndGet();
    map.submitToKey(
            destination,
            new PutHomes(
                placement.homes(),
                placement.version(),
                time.toShared(placement.lastUseMillis()),
                options.get().expiration().toMillis()))
        .whenCompleteAsync((record, failure) -> answered(destination, record, failure), executor);
  }

  private void answered(
      String destination, @Nullable HomeRecord record, @Nullable Throwable failure) {
    inFlight.decrementAndGet();
    if (failure != null || record == null) {
      degradation.failed("table " + service, failure);
      marked.add(destination);
      ScheduledFuture<?> unused =
          executor.schedule(this::wake, RETRY_MILLIS, TimeUnit.MILLISECONDS);
      return;
    }
    degradation.worked("table " + service);
    Placement winner = placement(destination, record);
    if (marked.contains(destination)) {
      replica.confirm(winner); // decided again meanwhile: only the version is news
    } else {
      replica.adopt(winner, options.get().hardLimit());
    }
    if (!marked.isEmpty()) {
      wake();
    }
  }

  private void renew(Set<String> keys, long lastUseMillis, long expiration) {
    map.<Boolean>submitToKeys(keys, new NoteUse(time.toShared(lastUseMillis), expiration))
        .whenCompleteAsync(
            (there, failure) -> {
              if (failure != null) {
                degradation.failed("table " + service, failure);
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
    List<String> idle = replica.idleBeyond(now, options.get());
    if (!idle.isEmpty()) {
      long unusedSince = now - SchedulerOptions.IDLE.toMillis();
      map.<Boolean>submitToKeys(new HashSet<>(idle), new RemoveUnused(time.toShared(unusedSince)))
          .whenCompleteAsync(
              (removed, failure) -> {
                if (failure != null) {
                  degradation.failed("table " + service, failure);
                }
              },
              executor);
    }
  }

  private Placement placement(String destination, HomeRecord record) {
    return new Placement(
        destination, record.homes(), record.version(), time.toLocal(record.lastUseMillis()));
  }

  /**
   * What other nodes changed. On Hazelcast's threads, and short. That the map let an entry expire is not listened to:
   * this node's own clock says when one is past its expiration.
   */
  private final class Listener
      implements EntryAddedListener<String, HomeRecord>,
          EntryUpdatedListener<String, HomeRecord>,
          EntryMergedListener<String, HomeRecord>,
          EntryRemovedListener<String, HomeRecord> {

    @Override
    public void entryAdded(EntryEvent<String, HomeRecord> event) {
      adopt(event);
    }

    @Override
    public void entryUpdated(EntryEvent<String, HomeRecord> event) {
      adopt(event);
    }

    @Override
    public void entryMerged(EntryEvent<String, HomeRecord> event) {
      adopt(event);
    }

    @Override
    public void entryRemoved(EntryEvent<String, HomeRecord> event) {
      HomeRecord gone = event.getOldValue();
      replica.forget(event.getKey(), gone == null ? Integer.MAX_VALUE : gone.version());
    }

    private void adopt(EntryEvent<String, HomeRecord> event) {
      replica.adopt(placement(event.getKey(), event.getValue()), options.get().hardLimit());
    }
  }
}
