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
 * Keeps one service's table the same on all nodes.
 *
 * <pre>
 * out:  decisions are written {@link TablePublisher behind} the requests; the answer confirms one, or brings the one that
 *       was first
 * in:   map events, and when the node joins and after faults the whole map, are {@link TableSubscriber taken over}
 * use:  every eighth of the expiration, uses that the others do not know of by a quarter of it are sent in batches
 * room: what the local copy has no room for is pulled when it has, and taken out of the map by the oldest member as far
 *       as the map is beyond the limit
 * </pre>
 *
 * Requests see only the local copy. While the map is away decisions wait, and are sent again later.
 *
 * <p>Confined to the tasks that were handed in, but for what its parts say.
 */
final class SharedTable implements SharedState.Joined {
  private static final System.Logger LOG = System.getLogger(SharedTable.class.getName());

  private final String service;
  private final IMap<String, HomeRecord> map;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final NodeContext context;
  private final TablePublisher publisher;
  private final TableSubscriber subscriber;
  private @Nullable UUID listenerId;
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
    this.publisher =
        new TablePublisher("table " + service, map, replica, options, context, this::answered);
    this.subscriber =
        new TableSubscriber(map, partitionKeys, replica, options, context.time(), publisher);
  }

  /** In a task: listens, then pulls what is there, so that nothing falls between the two. */
  void join() {
    listenerId = map.addEntryListener(subscriber, true);
    replica.onDecision(publisher::decided);
    subscriber.pull();
  }

  /** In a task, after a fault: makes this node's copy and the map the same again. */
  void reconcile() {
    subscriber.compare();
  }

  /** From any thread. */
  Cluster.Table state() {
    return new Cluster.Table(service, subscriber.hasPulled(), replica.size(), publisher.size());
  }

  /** Sweeps every so often, until it leaves. */
  void sweepFromNowOn(BooleanSupplier isOldestMember) {
    context.thread().execute(() -> {
      stopSweeps = context
          .thread()
          .repeat(() -> sweepAndLog(isOldestMember.getAsBoolean()), this::sweepMillis);
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

  /** In a task: shares uses, and lets go of what nobody used. */
  void sweep(boolean isOldestMember) {
    long expiration = options.get().expiration().toMillis();
    long now = context.time().nowMillis();
    replica.removeIdle(now, expiration);
    publisher.review();
    shareUses(expiration);
    if (isOldestMember) {
      makeRoom(now);
    }
    if (subscriber.isIncomplete()) {
      complete(isOldestMember);
    }
  }

  /** How often {@link #sweep} is due, in milliseconds. */
  long sweepMillis() {
    return Math.max(100, Math.min(10_000, options.get().expiration().toMillis() / 8));
  }

  /** In a task, at its end. */
  @Override
  public void leave() {
    stopSweeps.run();
    publisher.stop();
    if (listenerId != null) {
      map.removeEntryListener(listenerId);
    }
    context.degradation().gone("table " + service);
  }

  /** Of two nodes that decide at once, one is answered what the other decided. */
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

  /** How late others hear of a use. Where the partial check is near, well before it takes a destination for unused. */
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

  /** Pulls what there was no room for; of what there is none for yet, one member takes out what is beyond the limit. */
  private void complete(boolean isOldestMember) {
    int limit = options.get().hardLimit();
    int beyond = isOldestMember ? map.size() - limit : 0;
    if (beyond > 0 || replica.size() < limit) {
      remove(
          subscriber.pull().stream().limit(Math.max(0, beyond)).collect(Collectors.toSet()),
          Long.MAX_VALUE);
    }
  }

  /** Takes what no node used since out of the map, and so out of every node's copy. */
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
