package dev.lblc.cluster;

import dev.lblc.cluster.Wire.Look;
import dev.lblc.plugin.LblcService;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What placements and uses cost: real nodes in this JVM, with a member of Hazelcast each. */
final class TableGrowth implements AutoCloseable {
  private static final int SERVERS = 16;
  private static final int HOT = 1_000;
  private static final int USES = 500_000;
  private static final int AT_ONCE = 200;
  private static final long COUNTERS_MILLIS = 2_200;
  private static final int EXPIRATION_SECONDS = 20;

  private final Wire wire = new Wire();
  private final List<ClusteredVertx> members;
  private final List<LblcService> services = new ArrayList<>();
  private int placed;

  private TableGrowth(int nodes, JsonObject options) throws Exception {
    this.members = ClusteredVertx.start(nodes, wire::counting);
    for (ClusteredVertx member : members) {
      services.add(ClusteredVertx.deploy(member.vertx(), true, SERVERS, options));
    }
  }

  static final String PLACEMENTS = "%5s %9s | %8s %9s %9s %10s | %8s %9s%n"
      .formatted("nodes", "table", "own us", "all us", "messages", "bytes", "use ns", "bytes");

  static final String USES_HEAD =
      "%5s %9s | %9s %9s %9s%n".formatted("nodes", "table", "all us", "messages", "bytes");

  /** Returns a line: what a new destination costs, and a use of a known one. */
  static String placements(int nodes, int table, int placements) throws Exception {
    JsonObject options = new JsonObject()
        .put("maxEntries", 2 * (table + placements))
        .put("hardLimit", 2 * (table + placements));
    try (TableGrowth growth = new TableGrowth(nodes, options)) {
      growth.place(table);
      Look idle = growth.idle();
      Look before = growth.look();
      long ownNanos = growth.place(placements);
      Look placing = growth.look().since(before).beyond(idle);
      growth.use(USES / 5);
      before = growth.look();
      long useNanos = growth.use(USES);
      Look using = growth.look().since(before).beyond(idle);
      return String.format(
          Locale.ROOT,
          "%5d %9d | %8.1f %9.0f %9.1f %10.0f | %8.0f %9.3f",
          nodes,
          table,
          ownNanos / 1e3 / placements,
          placing.cpuNanos() / 1e3 / placements,
          (double) placing.mapPackets() / placements,
          (double) placing.mapBytes() / placements,
          (double) useNanos / USES,
          (double) (using.mapBytes() + using.busBytes()) / USES);
    }
  }

  /** Returns a line: what a destination costs that all nodes use all the time, each time that its last use is shared. */
  static String uses(int nodes, int table) throws Exception {
    JsonObject options = new JsonObject()
        .put("maxEntries", 2 * table)
        .put("hardLimit", 2 * table)
        .put("expiration", EXPIRATION_SECONDS + "s");
    try (TableGrowth growth = new TableGrowth(nodes, options)) {
      growth.place(table);
      growth.useAll(EXPIRATION_SECONDS / 2);
      Look before = growth.look();
      growth.useAll(EXPIRATION_SECONDS);
      Look using = growth.look().since(before).beyond(growth.idle());
      double shared = 4.0 * table;
      return String.format(
          Locale.ROOT,
          "%5d %9d | %9.0f %9.2f %9.0f",
          nodes,
          table,
          using.cpuNanos() / 1e3 / shared,
          using.mapPackets() / shared,
          using.mapBytes() / shared);
    }
  }

  /** Returns a look after a while: Hazelcast brings its counters up to date once a second. */
  private Look look() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(COUNTERS_MILLIS);
    return wire.look(members);
  }

  private Look idle() throws InterruptedException {
    Look before = look();
    return look().since(before);
  }

  /** Places new destinations, a few at once, by all nodes in turn; returns the CPU time of this thread for it. */
  private long place(int count) throws InterruptedException {
    long own = 0;
    for (int end = placed + count; placed < end; ) {
      long before = cpuNanos();
      for (int i = Math.min(AT_ONCE, end - placed); i > 0; i--) {
        services.get(placed % services.size()).acquire(key(placed++)).close();
      }
      own += cpuNanos() - before;
      awaitAll();
    }
    return own;
  }

  private void awaitAll() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    for (LblcService service : services) {
      while (service.status().destinations() < placed) {
        if (System.nanoTime() - end > 0) {
          throw new IllegalStateException("a node does not know all destinations");
        }
        TimeUnit.MICROSECONDS.sleep(500);
      }
    }
  }

  private long use(int count) {
    LblcService service = services.get(0);
    String[] hot = new String[Math.min(HOT, placed)];
    for (int i = 0; i < hot.length; i++) {
      hot[i] = key((int) ((long) i * placed / hot.length));
    }
    long before = cpuNanos();
    for (int i = 0; i < count; i++) {
      service.acquire(hot[i % hot.length]).close();
    }
    return cpuNanos() - before;
  }

  private void useAll(int seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() - end < 0) {
      for (LblcService service : services) {
        for (int i = 0; i < placed; i++) {
          service.acquire(key(i)).close();
        }
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static String key(int i) {
    return "/images/" + (100_000_000 + i) + "-a.jpeg";
  }

  @Override
  public void close() {
    ClusteredVertx.close(members);
  }
}
