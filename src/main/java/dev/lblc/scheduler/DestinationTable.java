package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The homes of destinations, bounded. Strategies of this package write it, everybody else reads: see {@link Strategy#table}.
 *
 * <p>Look-ups go through a concurrent map: no lock, no allocation. Everything that changes the set of entries or their
 * homes holds this table's monitor. Entries also hang in 1,024 buckets, the newest first, as in the kernel: the expiry
 * check walks them bucket by bucket and lets go of the monitor between two, so that a large table does not stop
 * placements while it is checked. Which newcomers a full table remembers, and what goes for them, stands in FullTable.
 */
@PublicApi
public final class DestinationTable {
  static final int BUCKETS = 1_024;

  private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();
  private final @Nullable Entry[] newest = new @Nullable Entry[BUCKETS];
  private final FullTable full = new FullTable();
  private final Supplier<? extends RandomGenerator> random;
  private final LongSupplier forget;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final Forgetter own = new OwnForgetter(this);
  private volatile Forgetter forgetter = own;
  private long replacements;
  private long replaced;
  private long refused;
  private boolean closed;

  /**
   * An empty table; those of the strategies of this package are all that there are.
   *
   * @param random a source of randomness for the calling thread
   * @param forget after so many milliseconds without a use the strategy may think nothing of an entry, the options common to all
   *     strategies aside; 0: it always does
   */
  DestinationTable(Supplier<? extends RandomGenerator> random, LongSupplier forget) {
    this.random = random;
    this.forget = forget;
  }

  /** Returns after how many milliseconds without a use an entry may be worth nothing, the expiration of all strategies considered. */
  long worthlessAfterMillis(SchedulerOptions options) {
    long own = forget.getAsLong();
    long expiration = options.expiration().toMillis();
    return own == 0 ? expiration : Math.min(own, expiration);
  }

  /**
   * One destination.
   *
   * @param destination the key
   * @param homes ids of the servers it goes to, the newest first
   * @param lastUseMillis on the scheduler's clock
   */
  public record Row(String destination, List<String> homes, long lastUseMillis) {}

  /** Returns how many destinations it holds. */
  public int size() {
    return (int) Math.min(entries.mappingCount(), Integer.MAX_VALUE);
  }

  /** Returns one destination; null if it is not there. Not a use. */
  public @Nullable Row row(String destination) {
    Entry entry = find(destination);
    return entry == null ? null : row(entry);
  }

  /**
   * Returns a page, in an order that does not change while entries come and go.
   *
   * @param limit at most so many, 1 or more
   * @param after destination that ended the page before, there or not; null: from the start
   */
  public List<Row> page(int limit, @Nullable String after) {
    List<Row> page = new ArrayList<>();
    int start = after == null ? 0 : Buckets.of(after);
    for (int bucket = start; bucket < BUCKETS && page.size() < limit; bucket++) {
      boolean resumes = after != null && bucket == start;
      List<Entry> found = new ArrayList<>();
      forEach(bucket, found::add);
      found.stream()
          .filter(entry -> !resumes || entry.destination.compareTo(after) > 0)
          .sorted(Comparator.comparing((Entry entry) -> entry.destination))
          .limit(limit - page.size())
          .map(DestinationTable::row)
          .forEach(page::add);
    }
    return page;
  }

  /** Returns what removes destinations on people's demand: from this table, and from those that share its content. */
  Forgetter forgetter() {
    return forgetter;
  }

  /** Sets what removes destinations; null: nobody else shares the content. */
  void forgetBy(@Nullable Forgetter shared) {
    forgetter = shared == null ? own : shared;
  }

  /** Removes the destinations that begin with a text, bucket by bucket; returns how many. */
  int removeAll(String prefix) {
    int count = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      count += removeIf(bucket, entry -> entry.destination.startsWith(prefix), entry -> {});
    }
    return count;
  }

  @Nullable
  Entry find(String destination) {
    return entries.get(destination);
  }

  /** Remembers a new destination if the table has room, or makes it: see FullTable. The caller holds the monitor. */
  void add(String destination, Server home, long nowMillis, SchedulerOptions options) {
    boolean hasRoom = isShared()
        ? full.admits(destination, size(), nowMillis, options, random.get())
        : size() < options.hardLimit() || makesRoom(destination, nowMillis, options);
    if (!hasRoom) {
      refused++;
      return;
    }
    Entry entry = new Entry(destination, home.asOnlyHome(), nowMillis);
    entry.wasAdmitted = size() >= FullTable.goal(options);
    insert(entry);
    decided(destination);
  }

  /** Whether other nodes have the same content. */
  private boolean isShared() {
    return forgetter != own;
  }

  private boolean makesRoom(String newcomer, long nowMillis, SchedulerOptions options) {
    Entry victim = full.victimFor(newcomer, nowMillis, options, random.get());
    if (victim == null) {
      return false;
    }
    remove(victim);
    replaced++;
    return true;
  }

  /**
   * Returns what is to go from a table that nodes share, so that there is room for newcomers: those that a draw gives, and that
   * other nodes know of. The caller holds the monitor.
   *
   * @param most at most so many draws
   */
  Set<Entry> victims(int most, long nowMillis, SchedulerOptions options) {
    Set<Entry> victims = new HashSet<>();
    RandomGenerator numbers = random.get();
    for (int i = 0; i < most; i++) {
      Entry victim = full.victim(nowMillis, options, numbers);
      if (victim != null && victim.version > 0) {
        victims.add(victim);
      }
    }
    return victims;
  }

  /** Counts entries that were removed everywhere to make room for others. */
  synchronized void countReplaced(int count) {
    replaced += count;
  }

  /** Gives a destination another home; it becomes the newest of its bucket. The caller holds the monitor. */
  void replaceHome(Entry entry, Server home, long nowMillis) {
    setHomes(entry, home.asOnlyHome(), nowMillis);
    unlink(entry);
    link(entry);
    replacements++;
    decided(entry.destination);
  }

  /** Puts a server at the front of a destination's set unless it is in it. The caller holds the monitor. */
  void joinHomes(Entry entry, Server server, long nowMillis) {
    Server[] old = entry.homes();
    for (Server member : old) {
      if (member == server) {
        return;
      }
    }
    // One that was removed and came back at another address is another server of the same name.
    Server[] grown = Stream.concat(
            Stream.of(server),
            Arrays.stream(old).filter(member -> !member.id().equals(server.id())))
        .toArray(Server[]::new);
    setHomes(entry, grown, nowMillis);
    decided(entry.destination);
  }

  /** Takes a member out of a destination's set of two or more. The caller holds the monitor. */
  void leaveHomes(Entry entry, Server server, long nowMillis) {
    Server[] shrunk =
        Arrays.stream(entry.homes()).filter(member -> member != server).toArray(Server[]::new);
    setHomes(entry, shrunk, nowMillis);
    decided(entry.destination);
  }

  /** How often a home was replaced by another: what the kernel's counter of entries drifts by. */
  synchronized long replacements() {
    return replacements;
  }

  /** How many entries were removed to make room for others. */
  synchronized long replaced() {
    return replaced;
  }

  /** How many decisions were for a destination that was not remembered for want of room. */
  synchronized long refused() {
    return refused;
  }

  /** Removes the entries of a bucket that a test selects, the newest first; returns how many. */
  int removeIf(int bucket, Predicate<Entry> test, Consumer<Entry> removed) {
    int count = 0;
    synchronized (this) {
      for (Entry entry = newest[bucket]; entry != null; entry = entry.older) {
        if (test.test(entry)) {
          remove(entry);
          removed.accept(entry);
          count++;
        }
      }
    }
    return count;
  }

  /** Visits the entries of a bucket under the monitor, the newest first. */
  synchronized void forEach(int bucket, Consumer<Entry> visitor) {
    for (Entry entry = newest[bucket]; entry != null; entry = entry.older) {
      visitor.accept(entry);
    }
  }

  /** Registers a listener for this node's own decisions. It is called under the monitor: it must not wait. */
  void listen(Consumer<String> listener) {
    listeners.add(listener);
  }

  /** Adds an entry that another node decided. The caller holds the monitor. */
  void insert(Entry entry) {
    if (closed) {
      return;
    }
    entries.put(entry.destination, entry);
    link(entry);
    full.add(entry);
    for (Server home : entry.homes()) {
      home.addHomes(1);
    }
  }

  /** Adds an entry of before a restart. Returns false if the destination is there already, or the table is at its limit. */
  synchronized boolean restore(Entry entry, int hardLimit) {
    if (closed || find(entry.destination) != null || size() >= hardLimit) {
      return false;
    }
    insert(entry);
    return true;
  }

  /** Removes an entry that is there. The caller holds the monitor. */
  void remove(Entry entry) {
    entries.remove(entry.destination);
    unlink(entry);
    full.remove(entry);
    for (Server home : entry.homes()) {
      home.addHomes(-1);
    }
  }

  /** Removes all entries and takes no more: another strategy serves. Decisions that are under way find no entry. */
  synchronized void close() {
    closed = true;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      removeIf(bucket, entry -> true, entry -> {});
    }
  }

  private void decided(String destination) {
    for (Consumer<String> listener : listeners) {
      listener.accept(destination);
    }
  }

  /** Gives a destination the homes that another node decided. The caller holds the monitor. */
  static void setHomes(Entry entry, Server[] homes, long nowMillis) {
    for (Server left : entry.homes()) {
      left.addHomes(-1);
    }
    for (Server joined : homes) {
      joined.addHomes(1);
    }
    entry.setHomes(homes, nowMillis);
  }

  private void link(Entry entry) {
    int bucket = Buckets.of(entry.destination);
    Entry next = newest[bucket];
    entry.newer = null;
    entry.older = next;
    if (next != null) {
      next.newer = entry;
    }
    newest[bucket] = entry;
  }

  /** Leaves the entry's own links as they are, for the walk that is just passing it. */
  private void unlink(Entry entry) {
    Entry before = entry.newer;
    Entry after = entry.older;
    if (before == null) {
      newest[Buckets.of(entry.destination)] = after;
    } else {
      before.older = after;
    }
    if (after != null) {
      after.newer = before;
    }
  }

  private static Row row(Entry entry) {
    List<String> homes = new ArrayList<>();
    for (Server home : entry.homes()) {
      homes.add(home.id());
    }
    return new Row(entry.destination, List.copyOf(homes), entry.lastUse());
  }
}
