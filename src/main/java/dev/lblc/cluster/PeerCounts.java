package dev.lblc.cluster;

import dev.lblc.cluster.PeerTotals.Line;
import dev.lblc.scheduler.Servers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every other node has reported, and the sum of it on every server: the port through which a node sees the cluster's
 * connections.
 *
 * <p>Guarded by itself; reports come on event loops, departures on Hazelcast's threads.
 */
final class PeerCounts {
  /** Most nodes that are believed: who invents more of them fills no memory. */
  static final int MOST = 1_000;

  private final PeerTotals totals;
  private final Map<String, Known> peers = new HashMap<>();

  /** Over those services, by name; asked at each use. */
  PeerCounts(Supplier<Map<String, Servers>> services) {
    this.totals = new PeerTotals(services);
  }

  /**
   * Another node, as this one knows it.
   *
   * @param epoch of its last report
   * @param receivedMillis when that came, on this node's clock
   * @param configs of its last report that had them; empty: it says nothing of them
   */
  record Peer(long epoch, long receivedMillis, Map<String, Map<String, Integer>> configs) {}

  /** What became of a report. */
  enum Receipt {
    /** It holds now, or a later one of the same node did already. */
    KNOWN,
    /** It tells changes of a report that has not come, or holds no more, or that cannot be: as good as lost. */
    WITHOUT_BASE,
    /** It is of one node more than there can be. */
    ONE_TOO_MANY
  }

  /** The last report of a node that was applied, and all that it has told. */
  private static final class Known {
    private long epoch;
    private long sequence;
    private boolean readsChanges;
    private long receivedMillis;
    private Map<String, Map<String, Integer>> configs = Map.of();

    /** The last whole report: its sequence number, and its servers in their places. */
    private long base;

    private List<Line> lines = List.of();

    /** Servers that changes have told of and that report has not. */
    private Map<String, Map<String, Line>> others = Map.of();

    /** Returns how many servers it has told of. */
    int size() {
      return lines.size() + others.values().stream().mapToInt(Map::size).sum();
    }
  }

  /** Applies a report unless a later one is known. */
  synchronized Receipt received(CountReport report, long nowMillis) {
    Known known = peers.get(report.node());
    if (known != null && report.isOlderThan(known.epoch, known.sequence)) {
      return Receipt.KNOWN;
    }
    if (report.changes() != null) {
      if (known == null
          || known.epoch != report.epoch()
          || known.base != report.changes().base()
          || !change(known, report.changes())) {
        return Receipt.WITHOUT_BASE;
      }
    } else {
      if (known == null) {
        if (peers.size() >= MOST) {
          return Receipt.ONE_TOO_MANY;
        }
        known = new Known();
        peers.put(report.node(), known);
      }
      replace(known, report);
    }
    known.sequence = report.sequence();
    known.receivedMillis = nowMillis;
    totals.apply();
    return Receipt.KNOWN;
  }

  /** Puts all that a whole report tells in the place of what its node has told before. */
  private void replace(Known known, CountReport report) {
    takeBack(known);
    known.lines = new ArrayList<>();
    known.others = new HashMap<>();
    report
        .services()
        .forEach((service, servers) -> servers.forEach((server, counts) -> {
          Line line = totals.add(service, server);
          totals.set(line, counts.active(), counts.inactive());
          known.lines.add(line);
        }));
    known.base = report.sequence();
    if (!report.configs().isEmpty() || known.epoch != report.epoch()) {
      known.configs = report.configs(); // not every report of the same start has them
    }
    known.epoch = report.epoch();
    known.readsChanges = report.readsChanges();
  }

  /** Applies changes; false, and nothing is: they are of another report than they say, or of more servers than a node has. */
  private boolean change(Known known, CountChanges changes) {
    List<CountChanges.Line> lines = changes.lines();
    if (!lines.isEmpty() && lines.get(lines.size() - 1).place() >= known.lines.size()) {
      return false;
    }
    int named = changes.others().values().stream().mapToInt(Map::size).sum();
    if (known.size() + named > CountReport.MOST_ENTRIES) {
      return false;
    }
    for (CountChanges.Line line : lines) {
      totals.set(known.lines.get(line.place()), line.active(), line.inactive());
    }
    changes
        .others()
        .forEach((service, servers) -> servers.forEach((server, counts) -> {
          Line line = known
              .others
              .computeIfAbsent(service, name -> new HashMap<>())
              .computeIfAbsent(server, id -> totals.add(service, id));
          totals.set(line, counts.active(), counts.inactive());
        }));
    return true;
  }

  private void takeBack(Known known) {
    known.lines.forEach(totals::remove);
    known.others.values().forEach(servers -> servers.values().forEach(totals::remove));
  }

  /** Counts a node's connections no longer: it left. */
  synchronized void left(@Nullable String node) {
    Known known = peers.remove(node);
    if (known != null) {
      takeBack(known);
      totals.apply();
    }
  }

  /** Counts no node's connections until it reports again; returns the ids of those that were known. */
  synchronized Set<String> forgetAll() {
    Set<String> forgotten = Set.copyOf(peers.keySet());
    peers.values().forEach(this::takeBack);
    peers.clear();
    totals.apply();
    return forgotten;
  }

  /** Drops nodes that were silent for so long; returns their ids. */
  synchronized List<String> dropSilent(long nowMillis, long silenceMillis) {
    List<String> silent = new ArrayList<>();
    peers.forEach((node, known) -> {
      if (nowMillis - known.receivedMillis >= silenceMillis) {
        silent.add(node);
      }
    });
    silent.forEach(this::left);
    return silent;
  }

  /** Returns whether all nodes that are heard read reports of changes; those of before format 4 do not. */
  synchronized boolean allReadChanges() {
    return peers.values().stream().allMatch(known -> known.readsChanges);
  }

  synchronized @Nullable Peer peer(String node) {
    Known known = peers.get(node);
    return known == null ? null : new Peer(known.epoch, known.receivedMillis, known.configs);
  }

  /** Returns what each other node that is heard has told of its services' configurations. */
  synchronized Map<String, Map<String, Map<String, Integer>>> configs() {
    Map<String, Map<String, Map<String, Integer>>> configs = new HashMap<>();
    peers.forEach((node, known) -> configs.put(node, known.configs));
    return configs;
  }

  /** Returns whether the last report of a node is younger than that. */
  synchronized boolean isHeard(String node, long nowMillis, long silenceMillis) {
    Known known = peers.get(node);
    return known != null && nowMillis - known.receivedMillis < silenceMillis;
  }

  /** Applies what was reported to services that have come since. */
  synchronized void servicesChanged() {
    totals.apply();
  }
}
