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
 * use:   every eighth of the expiration, or of the time after which the strategy takes an entry for none, uses that the others do not
 *        know of by a quarter of it are sent in batches; sooner where others make room for newcomers before they hear of them
 * limit: what the local table has no room for is pulled when it has; the keeper removes from the map what is beyond the
 *        limit, and {@link RoomKeeper keeps room} for newcomers
 * </pre>
 *
 * Requests see only the local copy. While the map is away decisions wait, and are sent again later.
 *
 * <p>Confined to the cluster's thread, but for what its parts say.
 */
final class SharedTable implements SharedPart {
  private static final System.Logger LOG = System.getLogger(SharedTable.class.getName());

  /** A sweep takes a tenth of the cluster's thread at most, which has more to do. */
  private static final int PAUSE_PER_WALK = 9;

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
  private final RoomKeeper room;

  /** How long the cluster's thread worked at the last sweep. The cluster's thread's. */
  private long walkedMillis;

  private Runnable stopSweeps = () -> {};
  private Runnable stopKeepingRoom = () -> {};

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
    this.room =
        new RoomKeeper(map, replica, options, context, publisher::republish, publisher::outcome);
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
  void sweepFromNowOn(BooleanSupplier isKeeper) {
    ClusterThread thread = context.thread();
    thread.execute(() -> {
      stopSweeps = thread.repeat(() -> sweepAndLog(isKeeper.getAsBoolean()), this::pauseMillis);
      stopKeepingRoom = thread.repeat(
          () -> {
            if (isKeeper.getAsBoolean()) {
              keepRoom();
            }
          },
          () -> RoomKeeper.PAUSE_MILLIS);
    });
  }

  /** On the cluster's thread of the keeper: makes room for newcomers. */
  void keepRoom() {
    room.keep();
  }

  private void sweepAndLog(boolean isKeeper) {
    try {
      sweep(isKeeper);
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the sweep of the table of service " + service
              + " failed: unused destinations stay for longer; the next sweep tries again",
          e);
    }
  }

  /** On the cluster's thread: shares uses, and forgets what nobody used. */
  void sweep(boolean isKeeper) {
    long expiration = options.get().expiration().toMillis();
    long now = context.time().nowMillis();
    long before = context.thread().workedMillis();
    replica.removeIdle(now, expiration);
    publisher.review();
    shareUses(expiration);
    Set<String> spoilt = subscriber.spoilt().take();
    if (isKeeper) {
      remove(
          spoilt,
          RemoveUnused.spoilt(HomeRecord.latestMillis(context.time().nowShared(), expiration)));
      removeIdle(now);
    }
    if (subscriber.isIncomplete()) {
      complete(isKeeper);
    }
    walkedMillis = context.thread().workedMillis() - before;
  }

  /** Returns the time from a sweep to the next, in milliseconds: one of millions of destinations leaves the thread to others. */
  long pauseMillis() {
    return Math.max(sweepMillis(), PAUSE_PER_WALK * walkedMillis);
  }

  /** Returns how often {@link #sweep} is due, in milliseconds. */
  long sweepMillis() {
    long often = options.get().expiration().toMillis() / 8;
    long beforeUsesAreLate = Math.max(500, shareUsesMillis() / 2);
    return Math.max(100, Math.min(10_000, Math.min(often, beforeUsesAreLate)));
  }

  /** On the cluster's thread: shares nothing from now on. */
  @Override
  public void leave() {
    stopSweeps.run();
    stopKeepingRoom.run();
    publisher.stop();
    replica.forgetBy(null);
    if (listenerId != null) {
      map.removeEntryListener(listenerId);
    }
    context.degradation().gone("table " + service);
  }

  /** Applies an answer: of two nodes that decide at once, one gets what the other decided. */
  private void answered(String destination, HomeRecord record) {
    subscriber.answered(destination, record);
  }

  private void shareUses(long expiration) {
    long late = shareUsesMillis();
    long step = Math.max(1, late / 4);
    Map<Used, Set<String>> batches = replica.takeUnsharedUses(late).stream()
        .collect(Collectors.groupingBy(
            use -> new Used(use.lastUseMillis() / step * step, use.version()),
            Collectors.mapping(Placement::destination, Collectors.toSet())));
    batches.forEach((used, keys) -> renew(keys, used, expiration));
  }

  /**
   * Returns how late others may hear of a use: well before they take a destination for unused, because the partial check is near, or
   * because what is unused for longest makes room for newcomers. The more make room, the sooner; so the writes that this costs
   * are in proportion to those.
   */
  private long shareUsesMillis() {
    SchedulerOptions now = options.get();
    long late = Math.max(1, replica.shareUsesAfterMillis(now));
    if (replica.size() * 4L > now.maxEntries() * 3L) {
      late = Math.min(late, SchedulerOptions.IDLE.toMillis() / 2);
    }
    long turnover = subscriber.turnover().shortestIdleMillis();
    return turnover == Turnover.NONE ? late : Math.min(late, turnover / 4);
  }

  /** What the destinations of a batch have in common. */
  private record Used(long atMillis, int version) {}

  private void renew(Set<String> keys, Used used, long expiration) {
    context
        .thread()
        .whenComplete(
            map.<Boolean>submitToKeys(
                keys,
                new NoteUse(context.time().toShared(used.atMillis()), expiration, used.version())),
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

  /** The kernel's partial check, on the last use of all nodes; one node does it for all. */
  private void removeIdle(long now) {
    long unusedSince = now - SchedulerOptions.IDLE.toMillis();
    remove(
        new HashSet<>(replica.idleBeyond(now, options.get())),
        new RemoveUnused(context.time().toShared(unusedSince)));
  }

  /** Pulls what there was no room for; the keeper removes from the map what is beyond the limit. */
  private void complete(boolean isKeeper) {
    int limit = options.get().hardLimit();
    int beyond = isKeeper ? map.size() - limit : 0;
    if (beyond > 0 || replica.size() < limit) {
      remove(
          subscriber.pull().stream().limit(Math.max(0, beyond)).collect(Collectors.toSet()),
          new RemoveUnused(Long.MAX_VALUE));
    }
  }

  /** Removes something from the map, and so from every node's table. */
  private void remove(Set<String> keys, RemoveUnused removal) {
    if (!keys.isEmpty()) {
      context
          .thread()
          .whenComplete(
              map.<Boolean>submitToKeys(keys, removal),
              (removed, failure) -> publisher.outcome(failure));
    }
  }
}
