package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import com.hazelcast.query.Predicates;
import dev.lblc.scheduler.Forgetter;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Removes destinations from the map on people's demand, and so from every node's table.
 *
 * <pre>
 * a batch of keys is noted as used now, then removed
 *   without the first step a node that used one of them, and has not shared that yet, would take the removal for that of an
 *   unused record, and put it back
 * </pre>
 *
 * <p>May be used from any thread; the cluster's thread goes through the map.
 */
final class TableEraser implements Forgetter {
  private static final int BATCH = 1_000;
  private static final long SECONDS = 30;

  private final String service;
  private final IMap<String, HomeRecord> map;
  private final List<String> partitionKeys;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final NodeContext context;

  TableEraser(
      String service,
      IMap<String, HomeRecord> map,
      List<String> partitionKeys,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      NodeContext context) {
    this.service = service;
    this.map = map;
    this.partitionKeys = partitionKeys;
    this.replica = replica;
    this.options = options;
    this.context = context;
  }

  @Override
  public CompletableFuture<Boolean> forget(String destination) {
    boolean wasHere = replica.placement(destination) != null;
    replica.forget(destination, Integer.MAX_VALUE);
    CompletableFuture<Integer> removed = new CompletableFuture<>();
    context.thread().execute(() -> erase(batches(Set.of(destination)), 0, removed));
    return confirmed(removed).thenApply(count -> wasHere || count > 0);
  }

  @Override
  public CompletableFuture<Integer> forgetAll(String prefix) {
    int here = replica.forgetAll(prefix);
    CompletableFuture<Integer> removed = new CompletableFuture<>();
    context.thread().execute(() -> {
      try {
        erase(batches(keys(prefix)), 0, removed);
      } catch (RuntimeException e) { // the map is away
        removed.completeExceptionally(e);
      }
    });
    return confirmed(removed).thenApply(count -> Math.max(here, count));
  }

  /** Removes one batch after the other. */
  private void erase(Queue<Set<String>> batches, int before, CompletableFuture<Integer> removed) {
    Set<String> batch = batches.poll();
    if (batch == null || removed.isDone()) {
      removed.complete(before);
      return;
    }
    context.thread().whenComplete(eraseOne(batch), (count, failure) -> {
      if (failure == null) {
        erase(batches, before + count, removed);
      } else {
        removed.completeExceptionally(failure);
      }
    });
  }

  private CompletionStage<Integer> eraseOne(Set<String> keys) {
    long now = context.time().nowShared();
    long expiration = options.get().expiration().toMillis();
    try {
      return map.<Boolean>submitToKeys(keys, new NoteUse(now, expiration, 0))
          .thenCompose(noted -> map.<Boolean>submitToKeys(keys, new RemoveUnused(Long.MAX_VALUE)))
          .thenApply(RemoveUnused::count);
    } catch (RuntimeException e) { // this member is stopping
      return CompletableFuture.failedFuture(e);
    }
  }

  private Set<String> keys(String prefix) {
    Set<String> keys = new HashSet<>();
    for (String key : partitionKeys) {
      RecordReader.keys(
          map, Predicates.partitionPredicate(key, Predicates.alwaysTrue()), destination -> {
            if (destination.startsWith(prefix)) {
              keys.add(destination);
            }
          });
    }
    return keys;
  }

  private CompletableFuture<Integer> confirmed(CompletableFuture<Integer> removed) {
    return removed.orTimeout(SECONDS, TimeUnit.SECONDS).handle((count, failure) -> {
      if (failure != null) {
        throw new IllegalStateException(
            "service " + service + ": the cluster did not confirm within " + SECONDS
                + " s that the destinations are removed; some may be left",
            failure);
      }
      return count;
    });
  }

  private static Queue<Set<String>> batches(Set<String> keys) {
    Queue<Set<String>> batches = new ArrayDeque<>();
    Set<String> batch = new HashSet<>();
    for (String key : keys) {
      batch.add(key);
      if (batch.size() == BATCH) {
        batches.add(batch);
        batch = new HashSet<>();
      }
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }
}
