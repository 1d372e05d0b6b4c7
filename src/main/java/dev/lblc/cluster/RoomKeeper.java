package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps room for newcomers in the map of a table that is full: one node does it for all.
 *
 * <pre>
 * what the replica has beyond its goal -> victims, as the replica draws them
 *   -> RemoveUnused, in batches of those that were idle about as long: one that a node used later, and said so, stays
 *   -> the removal's events take them out of every replica, this one, too
 *   -> what is not removed is re-published: the answer brings the later use, and what expired in the map alone, as by another node's
 *      shorter expiration, is there again for the next round
 * one round after the other: while one is under way, nothing is drawn
 * </pre>
 *
 * <p>Confined to the cluster's thread, but for the count of what is removed.
 */
final class RoomKeeper {
  /** So often that a newcomer which found no room finds it when it comes again. */
  static final long PAUSE_MILLIS = 250;

  private static final int BATCH = 256;

  /** A use that is later by less than this part of the time for which a destination was idle does not keep it. */
  private static final int SLACK = 4;

  private final IMap<String, HomeRecord> map;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final NodeContext context;
  private final Consumer<String> republish;
  private final Consumer<@Nullable Throwable> outcome;
  private boolean busy;

  /**
   * Of a table.
   *
   * @param republish takes destinations that the map may lack, or has a later use of; from any thread
   * @param outcome is told, in a task, when a round has ended; a failure: the next one tries again
   */
  RoomKeeper(
      IMap<String, HomeRecord> map,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      NodeContext context,
      Consumer<String> republish,
      Consumer<@Nullable Throwable> outcome) {
    this.map = map;
    this.replica = replica;
    this.options = options;
    this.context = context;
    this.republish = republish;
    this.outcome = outcome;
  }

  /** Makes room if there is too little. */
  void keep() {
    if (busy) {
      return;
    }
    List<Placement> victims = replica.victims(context.time().nowMillis(), options.get());
    if (victims.isEmpty()) {
      return;
    }
    List<Placement> idlestFirst = victims.stream()
        .sorted(Comparator.comparingLong(Placement::lastUseMillis))
        .toList();
    busy = true;
    List<CompletableFuture<Void>> batches = new ArrayList<>();
    for (int from = 0; from < idlestFirst.size(); from += BATCH) {
      batches.add(remove(idlestFirst.subList(from, Math.min(idlestFirst.size(), from + BATCH))));
    }
    context
        .thread()
        .whenComplete(
            CompletableFuture.allOf(batches.toArray(CompletableFuture<?>[]::new)),
            (done, failure) -> {
              busy = false;
              outcome.accept(failure);
            });
  }

  /**
   * Removes those that were not used later than the last of them, as far as the map knows. Where the time of another node is ahead,
   * the map has later uses than this node, which takes none for later than now; hence the slack.
   */
  private CompletableFuture<Void> remove(List<Placement> victims) {
    Set<String> keys = new HashSet<>();
    victims.forEach(victim -> keys.add(victim.destination()));
    long lastUse = victims.get(victims.size() - 1).lastUseMillis();
    long unusedSince = lastUse + (context.time().nowMillis() - lastUse) / SLACK;
    try {
      return map.<Boolean>submitToKeys(keys, new RemoveUnused(context.time().toShared(unusedSince)))
          .thenAccept(removed -> {
            replica.countReplaced(RemoveUnused.count(removed));
            removed.forEach((destination, isRemoved) -> {
              if (!isRemoved) {
                republish.accept(destination);
              }
            });
          })
          .toCompletableFuture();
    } catch (RuntimeException e) { // this member is stopping
      return CompletableFuture.failedFuture(e);
    }
  }
}
