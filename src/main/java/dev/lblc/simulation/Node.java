package dev.lblc.simulation;

import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Service;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.TableReplica;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A gateway: the service that a gateway would have, with its strategy, servers and table. Servers are found by their port. */
final class Node {
  final Service service;
  final @Nullable TableReplica replica;

  /** By how much a use has to be later than the last one that is known, for the others to be told. */
  final long shareUsesAfterMillis;

  /** What it last told the others of each server. */
  final int[] published;

  private final Server[] servers;

  /** The destination that the strategy has just decided about; null: it did not. */
  private @Nullable String decided;

  Node(
      Model model,
      Strategy.Factory factory,
      SchedulerOptions options,
      Clock clock,
      long seed,
      boolean isShared) {
    SplittableRandom random = new SplittableRandom(seed);
    service = new Service("simulated", factory, options, clock, isShared, () -> random);
    List<ServerSpec> specs = new ArrayList<>();
    for (Model.Upstream server : model.servers()) {
      specs.add(new ServerSpec(server.id(), "127.0.0.1", specs.size() + 1, server.weight(), 0, 0));
    }
    Collections.reverse(specs); // the last one of a file is the head of the list
    service.membership().configure(specs);
    servers = new Server[specs.size()];
    for (Server server : service.servers().list()) {
      servers[server.port() - 1] = server;
    }
    published = new int[servers.length];
    DestinationTable table = service.table();
    replica = table == null ? null : new TableReplica(table, service.servers());
    shareUsesAfterMillis = replica == null ? 0 : replica.shareUsesAfterMillis(options);
    if (replica != null) {
      replica.onDecision(destination -> decided = destination);
    }
  }

  /** Chooses a server and counts the request there. */
  Choice acquire(String destination) {
    decided = null;
    return service.acquire(destination, Set.of());
  }

  /** Whether the last choice changed where its destination goes. */
  boolean hasDecided() {
    return decided != null;
  }

  void release(int server) {
    service.release(servers[server]);
  }

  int active(int server) {
    return servers[server].localActive();
  }

  void setPeers(int server, int active) {
    service.servers().setPeers(servers[server], active, 0);
  }

  void setUp(int server, boolean up) {
    service.servers().setHealthy(servers[server], up);
  }

  TableReplica shared() {
    return Objects.requireNonNull(replica);
  }
}
