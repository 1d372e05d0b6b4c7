package dev.lblc.cluster;

import dev.lblc.cluster.CountReport.Counts;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Servers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last report of every other node, and their sum on every server: the port through which a node sees the cluster's
 * connections.
 *
 * <p>Guarded by itself; reports come on event loops, departures on Hazelcast's threads.
 */
final class PeerCounts {
  /** Most nodes that are believed: who invents more of them fills no memory. */
  static final int MOST = 1_000;

  private final Supplier<Map<String, Servers>> services;
  private final Map<String, Peer> peers = new HashMap<>();

  /** Over those services, by name; asked at each use. */
  PeerCounts(Supplier<Map<String, Servers>> services) {
    this.services = services;
  }

  /**
   * Another node, as this one knows it.
   *
   * @param report its last one
   * @param receivedMillis on this node's clock
   * @param configs of its last report that had them; empty: it says nothing of them
   */
  record Peer(CountReport report, long receivedMillis, Map<String, Map<String, Integer>> configs) {}

  /** Applies a report unless a later one is known; false: it is of one node more than there can be. */
  synchronized boolean received(CountReport report, long nowMillis) {
    Peer known = peers.get(report.node());
    if (known == null && peers.size() >= MOST) {
      return false;
    }
    if (known == null || !report.isOlderThan(known.report)) {
      peers.put(report.node(), new Peer(report, nowMillis, configs(report, known)));
      addUp();
    }
    return true;
  }

  /** Returns what a node says of its configuration: not every report of the same start has it. */
  private static Map<String, Map<String, Integer>> configs(
      CountReport report, @Nullable Peer known) {
    return report.configs().isEmpty() && known != null && known.report.epoch() == report.epoch()
        ? known.configs
        : report.configs();
  }

  /** Counts a node's connections no longer: it left. */
  synchronized void left(@Nullable String node) {
    if (peers.remove(node) != null) {
      addUp();
    }
  }

  /** Counts no node's connections until it reports again; returns the ids of those that were known. */
  synchronized Set<String> forgetAll() {
    Set<String> forgotten = Set.copyOf(peers.keySet());
    peers.clear();
    addUp();
    return forgotten;
  }

  /** Drops nodes that were silent for so long; returns their ids. */
  synchronized List<String> dropSilent(long nowMillis, long silenceMillis) {
    List<String> silent = new ArrayList<>();
    peers.values().removeIf(peer -> {
      boolean isSilent = nowMillis - peer.receivedMillis >= silenceMillis;
      if (isSilent) {
        silent.add(peer.report.node());
      }
      return isSilent;
    });
    if (!silent.isEmpty()) {
      addUp();
    }
    return silent;
  }

  synchronized @Nullable Peer peer(String node) {
    return peers.get(node);
  }

  /** Returns what each other node that is heard has told of its services' configurations. */
  synchronized Map<String, Map<String, Map<String, Integer>>> configs() {
    Map<String, Map<String, Map<String, Integer>>> configs = new HashMap<>();
    peers.forEach((node, peer) -> configs.put(node, peer.configs));
    return configs;
  }

  /** Returns whether the last report of a node is younger than that. */
  synchronized boolean isHeard(String node, long nowMillis, long silenceMillis) {
    Peer peer = peers.get(node);
    return peer != null && nowMillis - peer.receivedMillis < silenceMillis;
  }

  /** Applies the last reports to services that have come since. */
  synchronized void servicesChanged() {
    addUp();
  }

  private void addUp() {
    services.get().forEach((name, servers) -> {
      for (Server server : servers.list()) {
        Counts sum = Counts.NONE;
        for (Peer peer : peers.values()) {
          sum = sum.plus(peer.report
              .services()
              .getOrDefault(name, Map.of())
              .getOrDefault(server.id(), Counts.NONE));
        }
        servers.setPeers(server, sum.active(), sum.inactive());
      }
    });
  }
}
