package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One service's table, kept the same on all nodes.
 *
 * <pre>
 * out:   the {@link TablePublisher publisher} writes decisions behind the requests; the answer confirms one, or brings the
 *        one that was first
 * in:    the {@link TableSubscriber subscriber} applies map events, and the whole map when the node joins and after faults
 * use:   every eighth of the expiration, uses that the others do not know of by a quarter of it are sent in batches
 * limit: what the local table has no room for is pulled when it has; the oldest member removes from the map what is beyond the
 *        limit
 * </pre>
 *
 * Requests see only the local copy. While the map is away decisions wait, and are sent again later.
 *
 * <p>Confined to the cluster's thread, but for what its parts say.
 */
final class SharedTable implements SharedPart {
  private static final System.Logger LOG = System.getLogger(SharedTable.class.getName());

  /** A sweep takes a tenth of the cluster's thread at most, which has more to do. */
  private static final int PAUSE_PER_SWEEP = 9;

  private final String service;
  private final IMap<String, HomeRecord> map;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final NodeContext context;
  private final TablePublisher publisher;
  private final TableSubscriber subscriber;
  private final TableHints hints;
  private final TableEraser eraser;
  private @Nullable UUID listenerId;

  /** How long the last sweep took. The cluster's thread's. */
  private long sweptMillis;

  private Runnable stopSweeps = () -> {};

  SharedTable(
      String service,
      IMap<String, HomeRecord> map,
      List<String> partitionKeys,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      NodeContext context) {
    this.service = service;
    this.map = map;
    this.replica = replica;
    this.options = options;
    this.context = context;
    this.publisher = new TablePublisher(
        "table " + service,
        map,
        replica,
        options,
        context,
        TablePublisher.newCounter(),
        this::answered);
    this.hints = new TableHints(context.node(), replica, publisher, options, context.time());
    RecordReader<HomeRecord> reader =
        new RecordReader<>(HomeRecord.class, Dropped.Kind.HOMES, map.getName(), context.dropped());
    this.subscriber = new TableSubscriber(
        map, partitionKeys, replica, options, context.time(), publisher, hints, reader);
    this.eraser = new TableEraser(service, map, partitionKeys, replica, options, context);
  }

  /** On the cluster's thread: listens, then pulls what is there, so that nothing falls between the two. */
  void join() {
    listenerId = map.addEntryListener(subscriber, true);
    replica.onDecision(publisher::decided);
    replica.forgetBy(eraser);
    subscriber.pull();
  }

  /** On the cluster's thread, after a fault: makes this node's copy and the map the same again. */
  void reconcile() {
    subscriber.compare();
  }

  /** Returns how far it agrees with the cluster. From any thread. */
  TableStatus state() {
    return new TableStatus(service, subscriber.hasPulled(), replica.size(), publisher.size());
  }

  /** Returns what goes to the other nodes beside the map, which does not take it. From any thread. */
  TableHints hints() {
    return hints;
  }

  /** Returns how long something has waited for the map, in milliseconds; 0: nothing waits. From any thread. */
  long stuckMillis() {
    return publisher.stuckMillis();
  }

  /** Sweeps every so often, until it leaves. */
  void sweepFromNowOn(BooleanSupplier isOldestMember) {
    context.thread().execute(() -> {
      stopSweeps = context
          .thread()
          .repeat(() -> sweepAndLog(isOldestMember.getAsBoolean()), this::pauseMillis);
    });
  }

  private void sweepAndLog(boolean isOldestMember) {
    try {
      sweep(isOldestMember);
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the sweep of the table of service " + service
              + " failed: unused destinations stay for longer; the next sweep tries again",
          e);
    }
  }

  /** On the cluster's thread: shares uses, and forgets what nobody used. */
  void sweep(boolean isOldestMember) {
    long expiration = options.get().expiration().toMillis();
    long now = context.time().nowMillis();
    replica.removeIdle(now, expiration);
    publisher.review();
    shareUses(expiration);
    Set<String> withoutRecord = subscriber.spoilt().take(false);
    Set<String> ofTheFuture = subscriber.spoilt().take(true);
    if (isOldestMember) {
      remove(withoutRecord, RemoveUnused.NO_RECORDS);
      remove(ofTheFuture, Long.MAX_VALUE);
      makeRoom(now);
    }
    if (subscriber.isIncomplete()) {
      complete(isOldestMember);
    }
    sweptMillis = context.time().nowMillis() - now;
  }

  /** Returns the time from a sweep to the next, in milliseconds: one of millions of destinations leaves the thread to others. */
  long pauseMillis() {
    return Math.max(sweepMillis(), PAUSE_PER_SWEEP * sweptMillis);
  }

  /** Returns how often {@link #sweep} is due, in milliseconds. */
  long sweepMillis() {
    return Math.max(100, Math.min(10_000, options.get().expiration().toMillis() / 8));
  }

  /** On the cluster's thread: shares nothing from now on. */
  @Override
  public void leave() {
    stopSweeps.run();
    publisher.stop();
    replica.forgetBy(null);
    if (listenerId != null) {
      map.removeEntryListener(listenerId);
    }
    context.degradation().gone("table " + service);
  }

  /** Applies an answer: of two nodes that decide at once, one gets what the other decided. */
  private void answered(String destination, HomeRecord record) {
    subscriber.adopt(destination, record);
  }

  private void shareUses(long expiration) {
    long step = Math.max(1, expiration / 16);
    Map<Long, Set<String>> batches = replica.takeUnsharedUses(shareUsesMillis()).stream()
        .collect(Collectors.groupingBy(
            use -> use.lastUseMillis() / step * step,
            Collectors.mapping(Placement::destination, Collectors.toSet())));
    batches.forEach((lastUse, keys) -> renew(keys, lastUse, expiration));
  }

  /** Returns how late others may hear of a use. Where the partial check is near, well before it takes a destination for unused. */
  private long shareUsesMillis() {
    SchedulerOptions now = options.get();
    long rarely = Math.max(1, now.expiration().toMillis() / 4);
    boolean isNearlyFull = replica.size() * 4L > now.maxEntries() * 3L;
    return isNearlyFull ? Math.min(rarely, SchedulerOptions.IDLE.toMillis() / 2) : rarely;
  }

  private void renew(Set<String> keys, long lastUseMillis, long expiration) {
    context
        .thread()
        .whenComplete(
            map.<Boolean>submitToKeys(
                keys, new NoteUse(context.time().toShared(lastUseMillis), expiration)),
            (there, failure) -> {
              if (failure != null) {
                keys.forEach(publisher::republish); // a put tells of the use, too, and is repeated
                return;
              }
              Set<String> lost = new HashSet<>(keys);
              there.forEach((key, isThere) -> {
                if (isThere) {
                  lost.remove(key);
                }
              });
              lost.forEach(publisher::republish); // used here and gone there: it is put again
            });
  }

  /** The kernel's partial check, on the last use of all nodes; one member does it for all. */
  private void makeRoom(long now) {
    long unusedSince = now - SchedulerOptions.IDLE.toMillis();
    remove(
        new HashSet<>(replica.idleBeyond(now, options.get())),
        context.time().toShared(unusedSince));
  }

  /** Pulls what there was no room for; the oldest member removes from the map what is beyond the limit. */
  private void complete(boolean isOldestMember) {
    int limit = options.get().hardLimit();
    int beyond = isOldestMember ? map.size() - limit : 0;
    if (beyond > 0 || replica.size() < limit) {
      remove(
          subscriber.pull().stream().limit(Math.max(0, beyond)).collect(Collectors.toSet()),
          Long.MAX_VALUE);
    }
  }

  /** Removes what no node used since from the map, and so from every node's table. */
  private void remove(Set<String> keys, long unusedSinceMillis) {
    if (!keys.isEmpty()) {
      context
          .thread()
          .whenComplete(
              map.<Boolean>submitToKeys(keys, new RemoveUnused(unusedSinceMillis)),
              (removed, failure) -> {
                if (failure == null) {
                  context.degradation().worked("table " + service);
                } else {
                  context
                      .degradation()
                      .failed(
                          "table " + service,
                          String.valueOf(failure)); // the next sweep tries again
                }
              });
    }
  }
}
