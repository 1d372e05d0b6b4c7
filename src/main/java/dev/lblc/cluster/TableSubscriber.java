package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import com.hazelcast.partition.PartitionService;
import com.hazelcast.query.Predicates;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import dev.lblc.scheduler.TableReplica.Adoption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes over into this node's copy of a table what the map holds, and has written there what this node knows better.
 *
 * <pre>
 * a record of a later version, or of the same one and used later, is adopted
 *   but if a merge chose other homes than this node used later, it puts its own back, once or twice
 * this node's version is later: the map has gone back, or begun anew, or is that of the other side of a split, whose
 *   records are yet to be merged with this side's; what this node has goes there, for others to contest
 * a record is taken out: it is forgotten here, unless it was unused for all but this node, which did not tell yet
 * after faults, whose events may have been lost, the whole map is gone through; what it has lost goes there
 * </pre>
 *
 * <p>Adopts on any thread, events on Hazelcast's; goes through the map on the executor.
 */
final class TableSubscriber extends RecordListener<HomeRecord> {
  private final IMap<String, HomeRecord> map;
  private final List<String> partitionKeys;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final ClusterTime time;
  private final TablePublisher publisher;
  private volatile boolean pulled;

  /** Whether the map had something that this copy had no room for. */
  private volatile boolean incomplete;

  TableSubscriber(
      IMap<String, HomeRecord> map,
      List<String> partitionKeys,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      ClusterTime time,
      TablePublisher publisher) {
    this.map = map;
    this.partitionKeys = partitionKeys;
    this.replica = replica;
    this.options = options;
    this.time = time;
    this.publisher = publisher;
  }

  /** On the executor: adopts the whole map; the destinations that there was no room for. */
  List<String> pull() {
    List<String> refused = new ArrayList<>();
    incomplete = false; // before: an event may be refused meanwhile
    try {
      goThroughMap((destination, record) -> {
        if (adopt(destination, record) == Adoption.NO_ROOM) {
          refused.add(destination);
        }
      });
    } catch (RuntimeException e) {
      incomplete = true; // the rest was not asked for
      throw e;
    }
    return refused;
  }

  /** On the executor: adopts the whole map, and has written what it has lost, or has otherwise. */
  void compare() {
    Set<String> there = new HashSet<>();
    goThroughMap((destination, record) -> {
      there.add(destination);
      if (adopt(destination, record) == Adoption.TIED) {
        publisher.republish(destination);
      }
    });
    replica.missingFrom(there).forEach(publisher::republish);
  }

  /** Whether the map was gone through. */
  boolean hasPulled() {
    return pulled;
  }

  /** Whether the map had something, since it was pulled, that this copy had no room for. */
  boolean isIncomplete() {
    return incomplete;
  }

  /** Takes a record over, unless this node knows better. */
  Adoption adopt(String destination, HomeRecord record) {
    Placement theirs = record.placement(destination, time);
    if (record.contests() > 0 && isContested(theirs)) {
      return Adoption.BEHIND;
    }
    if (theirs.homes().isEmpty()) {
      return Adoption.TIED; // of no use to anybody
    }
    Adoption adoption = replica.adopt(theirs, options.get());
    if (adoption == Adoption.NO_ROOM) {
      incomplete = true;
    } else if (adoption == Adoption.BEHIND) {
      publisher.republish(destination);
    }
    return adoption;
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
    publisher.contest(
        new Placement(ours.destination(), ours.homes(), theirs.version(), ours.lastUseMillis()));
    return true;
  }

  @Override
  void changed(String destination, HomeRecord record) {
    adopt(destination, record);
  }

  @Override
  void removed(String destination, @Nullable HomeRecord gone) {
    if (gone != null && isInUse(destination, time.toLocal(gone.lastUseMillis()))) {
      publisher.republish(destination);
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

  /** One partition after the other: the map's own iterator asks for each value alone. */
  private void goThroughMap(BiConsumer<String, HomeRecord> visitor) {
    for (String key : partitionKeys) {
      map.entrySet(Predicates.partitionPredicate(key, Predicates.alwaysTrue()))
          .forEach(entry -> visitor.accept(entry.getKey(), entry.getValue()));
    }
    pulled = true;
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
}
