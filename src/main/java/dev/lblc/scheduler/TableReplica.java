package dev.lblc.scheduler;

import dev.lblc.scheduler.SchedulerOptions.WhenFull;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A replica of a table that several nodes share: the port through which the others' decisions come in and this node's go out.
 *
 * <p>Each change of a destination's homes has a version, given by whoever keeps the shared table. A higher version wins
 * over what this node holds; a decision of this node is provisional (version as before) until it is confirmed.
 *
 * <p>May be used from any thread; takes the table's monitor for one entry or one bucket at a time.
 */
public final class TableReplica {
  /** So few that others do not wait for the monitor for long. */
  private static final int DRAWS_AT_ONCE = 64;

  /** Most that go at a time, so that the caller gets to other things: after a limit was lowered there may be millions. */
  private static final int MOST_VICTIMS = 16_384;

  private final DestinationTable table;
  private final Servers servers;
  private int comparisons; // guarded by the table

  /** How a placement of another node stands to what this node holds now. */
  public enum Adoption {
    /** This node holds the same homes, or none because the destination is gone. */
    AGREED,
    /** This node holds other homes of the same version, and the placement was not used later. */
    TIED,
    /** This node holds other homes of a later version. */
    BEHIND,
    /** This node holds none: it has no room. */
    NO_ROOM
  }

  /** Over a table whose homes are among those servers. */
  public TableReplica(DestinationTable table, Servers servers) {
    this.table = table;
    this.servers = servers;
  }

  /** Registers a listener for this node's own decisions. It is called under the monitor: it must not wait. */
  public void onDecision(Consumer<String> listener) {
    table.listen(listener);
  }

  /** Sets what removes destinations on people's demand; null: this node shares the table no more. */
  public void forgetBy(@Nullable Forgetter forgetter) {
    table.forgetBy(forgetter);
  }

  /** Returns what removes destinations on people's demand. */
  public Forgetter forgetter() {
    return table.forgetter();
  }

  /** Forgets the destinations that begin with a text, whatever their version; returns how many there were. */
  public int forgetAll(String prefix) {
    return table.removeAll(prefix);
  }

  /** Returns what this node holds for a destination; null: nothing. */
  public @Nullable Placement placement(String destination) {
    synchronized (table) {
      Entry entry = table.find(destination);
      return entry == null ? null : placement(entry);
    }
  }

  /** Returns how many destinations it holds. */
  public int size() {
    return table.size();
  }

  /**
   * Applies what the shared table holds: its homes if they are newer, its last use if that is later. Of homes of one version,
   * which two sides of a split may have given, those used later are the newer ones. Versions start again where a destination
   * was forgotten: a placement that came after what this node holds had expired is newer, too.
   *
   * @param options a new destination is not taken in at the hard limit
   * @throws IllegalArgumentException if it has no home
   */
  public Adoption adopt(Placement placement, SchedulerOptions options) {
    if (placement.homes().isEmpty()) {
      throw new IllegalArgumentException(placement + " (expected: a home)");
    }
    synchronized (table) {
      Entry entry = table.find(placement.destination());
      if (entry == null) {
        if (table.size() >= options.hardLimit()) {
          return Adoption.NO_ROOM;
        }
        Entry made =
            new Entry(placement.destination(), homes(placement), placement.lastUseMillis());
        made.version = placement.version();
        table.insert(made);
        return Adoption.AGREED;
      }
      boolean hadExpired =
          placement.lastUseMillis() - entry.lastUse() >= options.expiration().toMillis();
      boolean isLater =
          placement.version() == entry.version && placement.lastUseMillis() > entry.lastUse();
      if (placement.version() > entry.version || isLater || hadExpired) {
        take(placement, entry);
      }
      noteUse(placement.lastUseMillis(), entry);
      if (hasHomes(entry, placement.homes())) {
        return Adoption.AGREED;
      }
      return entry.version > placement.version() ? Adoption.BEHIND : Adoption.TIED;
    }
  }

  /** Applies what the shared table holds to what is here; what is gone meanwhile is not put back. */
  public Adoption refresh(Placement placement, SchedulerOptions options) {
    synchronized (table) {
      return table.find(placement.destination()) == null
          ? Adoption.AGREED
          : adopt(placement, options);
    }
  }

  /**
   * Takes the homes that another node decided and nobody confirmed yet, in the place of those that the caller compared them with.
   *
   * @param expected what this node held then; null: nothing
   * @param options a new destination is not taken in at the hard limit
   * @return false: this node holds something else by now, or has no room
   */
  public boolean adoptProvisional(
      Placement placement, @Nullable Placement expected, SchedulerOptions options) {
    synchronized (table) {
      Entry entry = table.find(placement.destination());
      if (expected == null) {
        return entry == null && adopt(placement, options) == Adoption.AGREED;
      }
      if (entry == null
          || entry.version != expected.version()
          || !hasHomes(entry, expected.homes())) {
        return false;
      }
      take(placement, entry);
      noteUse(placement.lastUseMillis(), entry);
      return true;
    }
  }

  /** Applies only the last use of what the shared table holds. */
  public void noteUse(Placement placement) {
    noteUse(placement.destination(), placement.lastUseMillis());
  }

  /** Applies the last use that the shared table holds of a destination. */
  public void noteUse(String destination, long lastUseMillis) {
    synchronized (table) {
      Entry entry = table.find(destination);
      if (entry != null) {
        noteUse(lastUseMillis, entry);
      }
    }
  }

  /** Returns the destinations that this node placed and nobody confirmed. */
  public List<String> unconfirmed() {
    return destinations(entry -> entry.version == 0, Long.MAX_VALUE);
  }

  /** Begins to compare this node's table with the shared one; returns the number of the comparison. */
  public int beginComparison() {
    synchronized (table) {
      return ++comparisons;
    }
  }

  /** Notes that a comparison found a destination in the shared table. In the entry: a set of millions would fill the heap. */
  public void compared(String destination, int comparison) {
    synchronized (table) {
      Entry entry = table.find(destination);
      if (entry != null) {
        entry.compared = comparison;
      }
    }
  }

  /** Returns the destinations that the shared table once had, as far as this node knows, and that a comparison did not find. */
  public List<String> notCompared(int comparison) {
    return destinations(entry -> entry.version > 0 && entry.compared != comparison, Long.MAX_VALUE);
  }

  /** Notes the version under which the shared table took this node's homes; they stay. */
  public void confirm(Placement placement) {
    synchronized (table) {
      Entry entry = table.find(placement.destination());
      if (entry != null && placement.version() > entry.version) {
        entry.version = placement.version();
        entry.isLearned = false;
      }
    }
  }

  /**
   * Returns what a partial check would remove now: with more than {@code maxEntries} destinations, some of those that were idle
   * for {@link SchedulerOptions#IDLE}.
   */
  public List<String> idleBeyond(long nowMillis, SchedulerOptions options) {
    return destinations(
        isIdle(nowMillis, SchedulerOptions.IDLE.toMillis()),
        ExpiryCheck.goal(table.size(), options.maxEntries()));
  }

  /**
   * Returns what is to go from the shared table so that newcomers find room, or a part of it; empty: there is room enough, or a
   * full table refuses them. It stays here until it is gone there.
   */
  public List<Placement> victims(long nowMillis, SchedulerOptions options) {
    int beyond = Math.min(MOST_VICTIMS, table.size() - FullTable.goal(options));
    if (options.whenFull() == WhenFull.REFUSE || beyond <= 0) {
      return List.of();
    }
    Map<String, Placement> victims = new HashMap<>();
    for (int draws = 0; draws < 2 * beyond && victims.size() < beyond; draws += DRAWS_AT_ONCE) {
      int most = Math.min(DRAWS_AT_ONCE, beyond - victims.size());
      synchronized (table) {
        for (Entry victim : table.victims(most, nowMillis, options)) {
          victims.put(victim.destination, placement(victim));
        }
      }
    }
    return List.copyOf(victims.values());
  }

  /** Counts destinations that are gone from the shared table because of {@link #victims}. */
  public void countReplaced(int count) {
    table.countReplaced(count);
  }

  /**
   * Returns whether a destination is to take a place in a shared table that holds so many: not if that is full, and it was asked for
   * once only, while there seemed to be room.
   */
  public boolean deservesPlace(String destination, int held, SchedulerOptions options) {
    if (options.whenFull() == WhenFull.REFUSE || held < FullTable.goal(options)) {
      return true;
    }
    synchronized (table) {
      Entry entry = table.find(destination);
      return entry != null && (entry.wasAdmitted || entry.usedAgain());
    }
  }

  /** Returns how many destinations the shared table takes, new ones of this node included. */
  public static int mostForNewcomers(SchedulerOptions options) {
    return FullTable.mostForNewcomers(options);
  }

  /** Forgets a destination that the shared table no longer holds, unless this node knows a newer version. */
  public void forget(String destination, int version) {
    synchronized (table) {
      Entry entry = table.find(destination);
      if (entry != null && entry.version <= version) {
        table.remove(entry);
      }
    }
  }

  /**
   * Returns by how many milliseconds a use has to be later than the last one that other nodes know of, for them to be told: a quarter
   * of the time after which an entry without uses may be worth nothing.
   */
  public long shareUsesAfterMillis(SchedulerOptions options) {
    return table.worthlessAfterMillis(options) / 4;
  }

  /** Removes what has not been used, by any node, for so long. */
  public void removeIdle(long nowMillis, long idleMillis) {
    Predicate<Entry> isIdle = isIdle(nowMillis, idleMillis);
    for (int bucket = 0; bucket < DestinationTable.BUCKETS; bucket++) {
      table.removeIf(bucket, isIdle, entry -> {});
    }
  }

  /** Returns the uses here that are later than the last shared one by so much, and counts them as shared. */
  public List<Placement> takeUnsharedUses(long olderThanMillis) {
    List<Placement> uses = new ArrayList<>();
    for (int bucket = 0; bucket < DestinationTable.BUCKETS; bucket++) {
      table.forEach(bucket, entry -> {
        if (entry.version > 0 && entry.lastUse() - entry.sharedUse >= olderThanMillis) {
          entry.sharedUse = entry.lastUse();
          uses.add(placement(entry));
        }
      });
    }
    return uses;
  }

  /** Of the entries that a test selects, bucket by bucket until there are that many. */
  private List<String> destinations(Predicate<Entry> test, long enough) {
    List<String> selected = new ArrayList<>();
    for (int bucket = 0; bucket < DestinationTable.BUCKETS && selected.size() < enough; bucket++) {
      table.forEach(bucket, entry -> {
        if (test.test(entry)) {
          selected.add(entry.destination);
        }
      });
    }
    return selected;
  }

  private static Predicate<Entry> isIdle(long nowMillis, long idleMillis) {
    return entry -> nowMillis - entry.lastUse() >= idleMillis;
  }

  private void take(Placement placement, Entry entry) {
    entry.version = placement.version();
    entry.isLearned = false;
    Server[] homes = homes(placement);
    if (!Arrays.equals(entry.homes(), homes)) {
      DestinationTable.setHomes(
          entry, homes, Math.max(entry.lastChange(), placement.lastUseMillis()));
    }
  }

  private static void noteUse(long lastUseMillis, Entry entry) {
    entry.sharedUse = Math.max(entry.sharedUse, lastUseMillis);
    if (lastUseMillis > entry.lastUse()) {
      Rate.pass(entry, lastUseMillis);
      entry.use(lastUseMillis);
    }
  }

  private Server[] homes(Placement placement) {
    List<String> ids = placement.homes();
    if (ids.size() == 1) {
      return servers.known(ids.get(0)).asOnlyHome();
    }
    return ids.stream().distinct().map(servers::known).toArray(Server[]::new);
  }

  private static Placement placement(Entry entry) {
    return new Placement(
        entry.destination, ids(entry), entry.version, entry.lastUse(), entry.isLearned);
  }

  private static List<String> ids(Entry entry) {
    Server[] homes = entry.homes();
    return homes.length == 1
        ? List.of(homes[0].id())
        : Arrays.stream(homes).map(Server::id).toList();
  }

  private static boolean hasHomes(Entry entry, List<String> ids) {
    Server[] homes = entry.homes();
    boolean hasAll = homes.length == ids.size();
    for (int i = 0; i < homes.length && hasAll; i++) {
      hasAll = homes[i].id().equals(ids.get(i));
    }
    return hasAll;
  }
}
