package dev.lblc.scheduler;

import dev.lblc.testing.KernelTimer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Feeds the input rows of one recording to our scheduler and compares everything the kernel was seen to do.
 */
final class TraceReplay {
  private static final Map<String, Strategy.Factory> STRATEGIES = Map.of(
      "wlc",
      WeightedLeastConnection::new,
      "lblc",
      LocalityBased::new,
      "lblcr",
      ReplicatedLocalityBased::new);

  private final String file;
  private final List<JsonObject> rows;
  private final List<String> mismatches = new ArrayList<>();

  private final Servers servers = new Servers();
  private final Map<Integer, Bound> connections = new HashMap<>();
  private final List<TimerRun> timerRuns = new ArrayList<>();
  private final List<String> removedDestinations = new ArrayList<>();

  private SchedulerOptions options = SchedulerOptions.KERNEL;
  private long nowMillis;
  private String strategyName;
  private Strategy strategy;
  private @Nullable ExpiryCheck expiry;
  private List<Long> pendingRuns = List.of();
  private JsonObject row = new JsonObject();
  private int rowNumber;
  private int decisions;
  private int packets;

  private static final class Bound {
    final Server server;
    boolean active = true;

    Bound(Server server) {
      this.server = server;
    }
  }

  /** The table as the timer found it. */
  private record TimerRun(long millis, long entries, int counter, int rover) {}

  TraceReplay(String file, JsonObject trace) {
    this.file = file;
    this.rows =
        trace.getJsonArray("events").stream().map(JsonObject.class::cast).toList();
    this.strategyName = trace.getString("scheduler");
    this.strategy = newStrategy(0);
  }

  int decisions() {
    return decisions;
  }

  int packets() {
    return packets;
  }

  /** Replays all rows; the differences found, none if ours does what the kernel did. */
  List<String> run() {
    for (rowNumber = 1; rowNumber <= rows.size(); rowNumber++) {
      row = rows.get(rowNumber - 1);
      advanceTo(KernelTimer.millis(row.getDouble("t")));
      replayRow();
      if (row.containsKey("after")) {
        compare("list after", row.getJsonArray("after").toString(), describeServers(false));
      }
    }
    return mismatches;
  }

  private void replayRow() {
    switch (row.getString("op")) {
      case "add" ->
        servers.add(new ServerSpec(
            server(),
            "192.0.2.1",
            80,
            row.getInteger("weight"),
            row.getInteger("upper"),
            row.getInteger("lower")));
      case "weight" -> servers.editWeight(server(), row.getInteger("weight"));
      case "threshold" ->
        servers.editThresholds(server(), row.getInteger("upper"), row.getInteger("lower"));
      case "remove" -> servers.remove(server());
      case "open", "syn" -> open();
      case "close", "reset" -> close();
      case "expire" -> row.getJsonArray("ids").forEach(id -> expire((Integer) id));
      case "expiration" ->
        options = options.withExpiration(Duration.ofSeconds(row.getInteger("s")));
      case "scheduler" -> changeStrategy();
      case "full_check" -> fullCheck();
      case "gc" -> {
        compare("removed", row.getJsonArray("removed").getList(), List.copyOf(removedDestinations));
        removedDestinations.clear();
      }
      case "sleep" -> afterSleep();
      case "udp" -> send();
      default -> mismatches.add(where() + "unknown op");
    }
  }

  private void open() {
    String destination = row.getString("dst");
    compare("servers", row.getJsonArray("srv").toString(), describeServers(true));
    compare("entries", row.getLong("entries"), expiry == null ? 0L : expiry.entries());
    Entry before = entry(destination);
    List<String> homesBefore = homes(before);
    compareCached(before, homesBefore);

    Choice choice = strategy.choose(destination);
    decisions++;
    Server chosen = choice.server();
    compare("chose", row.getString("chose"), chosen == null ? null : chosen.id());
    compare(
        "fresh", row.getInteger("fresh"), chosen != null && choice.reason() != Reason.HIT ? 1 : 0);
    if (row.containsKey("cleanup")) {
      Set<String> dropped = new HashSet<>(homesBefore);
      dropped.removeAll(homes(entry(destination)));
      String expected = row.getString("cleanup");
      boolean rejoined = expected != null
          && expected.equals(row.getString("chose"))
          && row.getInteger("fresh") == 1;
      compare("cleanup", expected == null || rejoined ? Set.of() : Set.of(expected), dropped);
    }
    if (chosen != null) {
      servers.bind(chosen);
      connections.put(row.getInteger("id"), new Bound(chosen));
    }
  }

  private void compareCached(@Nullable Entry entry, List<String> homes) {
    Object cached = row.getValue("cached");
    if (cached instanceof JsonArray set) {
      compare("set", set.getList(), homes);
      List<String> trashed = entry == null
          ? List.of()
          : Arrays.stream(entry.homes())
              .filter(s -> !s.member())
              .map(Server::id)
              .toList();
      JsonArray expected = row.getJsonArray("trashed", new JsonArray());
      compare("removed members", strings(expected), new HashSet<>(trashed));
    } else {
      compare("home", cached == null ? List.of() : List.of(cached), homes);
    }
    JsonArray state = row.getJsonArray("cached_st");
    if (state != null && entry != null) {
      Server home = entry.home();
      compare(
          "home's state",
          state.toString(),
          new JsonArray()
              .add(flag(home.available()))
              .add(home.weight())
              .add(home.active())
              .add(flag(home.saturated()))
              .toString());
    }
  }

  private void close() {
    Bound bound = connections.get(row.getInteger("id"));
    if (bound == null || !bound.active || !bound.server.id().equals(server())) {
      mismatches.add(where() + "closes a connection that is not active on " + server());
      return;
    }
    servers.deactivate(bound.server);
    bound.active = false;
  }

  private void expire(Integer id) {
    Bound bound = connections.remove(id);
    if (bound == null) {
      mismatches.add(where() + "expires unknown connection " + id);
    } else if (bound.active) {
      servers.unbindActive(bound.server);
    } else {
      servers.unbindInactive(bound.server);
    }
  }

  private void changeStrategy() {
    String name = row.getString("name");
    if (name.equals(strategyName)) {
      compare("freed", row.getInteger("freed"), 0);
      return;
    }
    if (strategy instanceof LocalityBased old) { // the recordings count what lblc freed, not lblcr
      compare("freed", row.getInteger("freed"), old.table().size());
    }
    strategyName = name;
    strategy = newStrategy(rowNumber);
  }

  private Strategy newStrategy(int firstRow) {
    Strategy made = Objects.requireNonNull(STRATEGIES.get(strategyName))
        .create(new Strategy.Context(
            servers, () -> options, () -> nowMillis, false, () -> new Random(1)));
    DestinationTable table = made.table();
    expiry = table == null ? null : new ExpiryCheck(table, () -> options, () -> nowMillis);
    timerRuns.clear();
    pendingRuns = timerRuns(firstRow);
    return made;
  }

  /** When the timer of a scheduler created at that row runs, in milliseconds, until its next change. */
  private List<Long> timerRuns(int firstRow) {
    long start = firstRow == 0 ? 0 : KernelTimer.millis(rows.get(firstRow - 1).getDouble("t"));
    List<JsonObject> segment = new ArrayList<>();
    for (JsonObject candidate : rows.subList(firstRow, rows.size())) {
      if (candidate.getString("op").equals("scheduler")
          && !candidate.getString("name").equals(strategyName)) {
        break;
      }
      segment.add(candidate);
    }
    return KernelTimer.runs(start, segment);
  }

  private void advanceTo(long millis) {
    while (!pendingRuns.isEmpty() && pendingRuns.get(0) <= millis) {
      nowMillis = pendingRuns.get(0);
      pendingRuns = pendingRuns.subList(1, pendingRuns.size());
      if (expiry != null) {
        timerRuns.add(new TimerRun(nowMillis, expiry.entries(), expiry.counter(), expiry.rover()));
        expiry.run(entry -> removedDestinations.add(entry.destination));
      }
    }
    nowMillis = Math.max(nowMillis, millis);
  }

  private void fullCheck() {
    TimerRun run = timerRunAt(KernelTimer.millis(row.getDouble("t")));
    compare(
        "full check",
        "30 with " + row.getLong("entries"),
        run == null ? "none" : run.counter + " with " + run.entries);
  }

  private void afterSleep() {
    for (Object tick : row.getJsonArray("ticks", new JsonArray())) {
      JsonArray expected = (JsonArray) tick;
      TimerRun run = timerRunAt(KernelTimer.millis(expected.getDouble(0)));
      compare(
          "timer at " + expected.getDouble(0),
          List.of(expected.getLong(1), expected.getLong(2), expected.getLong(3)),
          run == null ? List.of() : List.of(run.entries, (long) run.counter, (long) run.rover));
    }
    if (strategyName.equals("lblc")) {
      compare(
          "removed, of which the kernel says nothing", List.of(), List.copyOf(removedDestinations));
    }
    removedDestinations.clear();
  }

  private @Nullable TimerRun timerRunAt(long millis) {
    return timerRuns.stream()
        .filter(run -> Math.abs(run.millis - millis) <= 1)
        .findFirst()
        .orElse(null);
  }

  /** One decision each for consecutive destinations; such connections are gone again before anybody looks. */
  private void send() {
    int n = row.getInteger("n");
    long start = KernelTimer.millis(row.getDouble("t"));
    long end = KernelTimer.millis(row.getDouble("t_end"));
    long base = Arrays.stream(row.getString("base").split("\\."))
        .mapToLong(Long::parseLong)
        .reduce(0, (address, octet) -> address << 8 | octet);
    int hits = 0;
    List<String> chose = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      advanceTo(start + (end - start) * i / n);
      if (i == n - 1) {
        compare(
            "entries before the last",
            row.getLong("entries_last"),
            Objects.requireNonNull(expiry).entries());
      }
      long address = base + i;
      Choice choice = strategy.choose((address >> 24) + "." + (address >> 16 & 255) + "."
          + (address >> 8 & 255) + "." + (address & 255));
      hits += choice.reason() == Reason.HIT ? 1 : 0;
      chose.add(String.valueOf(choice.server()));
    }
    advanceTo(end);
    packets += n;
    compare("hits", row.getInteger("hits", 0), hits);
    List<String> expected = row.getJsonArray("chose").stream()
        .map(JsonArray.class::cast)
        .flatMap(run -> java.util.Collections.nCopies(run.getInteger(1), run.getString(0)).stream())
        .toList();
    compare("chose", expected, chose);
  }

  private @Nullable Entry entry(String destination) {
    DestinationTable table = strategy.table();
    return table == null ? null : table.find(destination);
  }

  private static List<String> homes(@Nullable Entry entry) {
    return entry == null
        ? List.of()
        : Arrays.stream(entry.homes()).map(Server::id).toList();
  }

  private String describeServers(boolean withFlag) {
    return servers.list().stream()
        .map(s -> "[\"" + s.id() + "\"," + s.weight() + "," + s.active() + "," + s.inactive()
            + (withFlag ? "," + flag(s.saturated()) : "") + "]")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private void compare(String what, @Nullable Object expected, @Nullable Object actual) {
    if (!Objects.equals(expected, actual)) {
      mismatches.add(where() + what + ": expected " + expected + ", was " + actual);
    }
  }

  private String where() {
    return file + " row " + rowNumber + " (" + row.getString("op") + " at " + row.getValue("t")
        + "): ";
  }

  private String server() {
    return row.getString("server");
  }

  private static Set<String> strings(JsonArray array) {
    return array.stream().map(String.class::cast).collect(Collectors.toSet());
  }

  private static int flag(boolean set) {
    return set ? 1 : 0;
  }
}
