package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import com.hazelcast.partition.PartitionService;
import com.hazelcast.query.Predicates;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import dev.lblc.scheduler.TableReplica.Adoption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The subscriber of a table: applies map records to the local table and re-publishes local entries that are newer.
 *
 * <pre>
 * a record of a later version, or of the same version and used later: it is adopted
 *   a conflict (a merge chose other homes, and this node used its own later): this node puts its own back, once or twice
 * a record of an earlier version: the map has gone back, or begun anew, or is that of the other side of a split, whose records
 *   are yet to be merged with this side's; this node's entry is re-published, for others to contest
 * a record is removed: the entry is forgotten, unless this node used it and has not shared that use yet
 * what is no record, or one of the future: it is dropped; this node's entry is re-published, in its place, and again where the oldest
 *   member was first to remove it, as it does with what nobody re-publishes
 * after a fault, in which events may be lost: the whole map is compared; what it lacks is re-published
 * </pre>
 *
 * <p>Adopts on any thread, events on Hazelcast's; goes through the map on the cluster's thread.
 */
final class TableSubscriber extends RecordListener<HomeRecord> {
  private final IMap<String, HomeRecord> map;
  private final List<String> partitionKeys;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final ClusterTime time;
  private final TablePublisher publisher;
  private final TableHints hints;
  private final RecordReader<HomeRecord> reader;
  private final SpoiltKeys spoilt = new SpoiltKeys();
  private final Turnover turnover;

  /** What went since this node began to go through the map: what it reads of it may be older. */
  private final Set<String> goneMeanwhile = ConcurrentHashMap.newKeySet();

  private volatile boolean goesThrough;
  private volatile boolean pulled;

  /** Whether the map had something that the local table had no room for. */
  private volatile boolean incomplete;

  TableSubscriber(
      IMap<String, HomeRecord> map,
      List<String> partitionKeys,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      ClusterTime time,
      TablePublisher publisher,
      TableHints hints,
      RecordReader<HomeRecord> reader) {
    super(reader);
    this.map = map;
    this.partitionKeys = partitionKeys;
    this.replica = replica;
    this.options = options;
    this.time = time;
    this.publisher = publisher;
    this.hints = hints;
    this.reader = reader;
    this.turnover = new Turnover(time::nowMillis);
  }

  /** On the cluster's thread: adopts the whole map; returns the destinations that there was no room for. */
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

  /** On the cluster's thread: adopts the whole map, and re-publishes what it has lost, or has otherwise. */
  void compare() {
    int comparison = replica.beginComparison();
    goThroughMap((destination, record) -> {
      if (adopt(destination, record) == Adoption.TIED) {
        publisher.republish(destination);
      }
      replica.compared(destination, comparison);
    });
    replica.notCompared(comparison).forEach(publisher::republish);
  }

  /** Returns whether the whole map was read. */
  boolean hasPulled() {
    return pulled;
  }

  /** Returns whether the map had something, since it was pulled, that the local table had no room for. */
  boolean isIncomplete() {
    return incomplete;
  }

  /** Applies a record, unless this node's entry is newer. */
  Adoption adopt(String destination, HomeRecord record) {
    return apply(destination, record, replica::adopt);
  }

  /**
   * Applies the record that an answer brings. Its destination may be gone by now, and that was heard before: then it is not put
   * back; if it is not gone, the event of this change brings it.
   */
  void answered(String destination, HomeRecord record) {
    Adoption unused = apply(destination, record, replica::refresh);
  }

  private Adoption apply(
      String destination,
      HomeRecord record,
      BiFunction<Placement, SchedulerOptions, Adoption> change) {
    if (isOfTheFuture(record)) {
      reader.drop(null, "a last use in the far future: " + record.lastUseMillis());
      spoilt.add(destination);
      return Adoption.TIED;
    }
    Placement theirs = record.placement(destination, time);
    if (record.contests() > 0 && isContested(theirs)) {
      return Adoption.BEHIND;
    }
    if (theirs.homes().isEmpty()) {
      return Adoption.TIED; // of no use to anybody
    }
    if (hints.isAheadOf(theirs)) {
      replica.noteUse(theirs);
      return Adoption.TIED; // this node's decision is on its way, and goes as one
    }
    Adoption adoption = change.apply(theirs, options.get());
    if (adoption == Adoption.NO_ROOM) {
      incomplete = true;
    } else if (adoption == Adoption.BEHIND) {
      publisher.republish(destination);
    } else if (adoption == Adoption.AGREED) {
      publisher.agreed(destination, record);
    }
    return adoption;
  }

  /** Keeps and sends this node's homes if a merge chose others and these were used later. */
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
    if (isOfTheFuture(record)) {
      publisher.republish(destination);
    }
  }

  private boolean isOfTheFuture(HomeRecord record) {
    return record.isOfTheFuture(time.nowShared(), options.get().expiration().toMillis());
  }

  @Override
  void spoilt(String destination) {
    spoilt.add(destination);
    publisher.republish(destination);
  }

  /** Returns what removes the entries that were dropped. */
  SpoiltKeys spoilt() {
    return spoilt;
  }

  /** Returns for how long what goes from the map was unused. */
  Turnover turnover() {
    return turnover;
  }

  @Override
  void removed(String destination, @Nullable HomeRecord gone) {
    if (goesThrough) {
      goneMeanwhile.add(destination);
    }
    if (gone == null || isOfTheFuture(gone)) {
      publisher.republish(destination); // what was in its place is gone
      return;
    }
    turnover.gone(time.nowShared() - gone.lastUseMillis());
    if (isInUse(destination, time.toLocal(gone.lastUseMillis()))) {
      publisher.republish(destination);
    } else {
      replica.forget(destination, gone.version());
    }
  }

  /** Returns whether a record was removed as unused only because a use of this node was not shared yet. */
  private boolean isInUse(String destination, long lastUseMillis) {
    Placement ours = replica.placement(destination);
    long idle = SchedulerOptions.IDLE.toMillis();
    return ours != null
        && time.nowMillis() - lastUseMillis >= idle
        && time.nowMillis() - ours.lastUseMillis() < idle;
  }

  /** Reads the map, one partition after the other: the map's own iterator asks for each value alone. */
  private void goThroughMap(BiConsumer<String, HomeRecord> visitor) {
    goneMeanwhile.clear(); // of what was noted just as the time before ended
    goesThrough = true;
    try {
      for (String key : partitionKeys) {
        reader.forEach(
            map,
            Predicates.partitionPredicate(key, Predicates.alwaysTrue()),
            (destination, record) -> visitUnlessGone(destination, record, visitor),
            this::spoilt);
      }
      pulled = true;
    } finally {
      goesThrough = false;
      goneMeanwhile.clear();
    }
  }

  private void visitUnlessGone(
      String destination, HomeRecord record, BiConsumer<String, HomeRecord> visitor) {
    if (!goneMeanwhile.contains(destination)) {
      visitor.accept(destination, record);
      if (goneMeanwhile.contains(destination)) { // heard while it was applied
        replica.forget(destination, record.version());
      }
    }
  }

  /** Returns one key of every partition. */
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
