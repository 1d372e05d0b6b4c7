package dev.lblc.cluster;

import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Servers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of all other nodes to each server: what a report changes costs by the servers that it names, whatever
 * else there is.
 *
 * <pre>
 * a {@link Line} is what one node has said of one server; the sum of a server is kept as its lines change
 * {@link #apply} sets the sums that changed on the servers; where the servers of a service came or went, all of that service
 * </pre>
 *
 * <p>Guarded by its {@link PeerCounts}.
 */
final class PeerTotals {
  /** Most connections to a server that are believed of all other nodes together: more than that has no place beside this node's. */
  static final int MOST = 1_000_000_000;

  private final Supplier<Map<String, Servers>> services;
  private final Map<String, OfService> byService = new HashMap<>();
  private final List<Total> changed = new ArrayList<>();
  private Map<String, Servers> known = Map.of();

  /** On those services, by name; asked at each use. */
  PeerTotals(Supplier<Map<String, Servers>> services) {
    this.services = services;
  }

  /** What one node has said of one server. */
  static final class Line {
    private final Total total;
    private int active;
    private int inactive;

    private Line(Total total) {
      this.total = total;
    }
  }

  /** A server by its names, here or not, or those who wait for one, and what all lines have of it. */
  private static final class Total {
    private final OfService service;
    private final String server;
    private int lines;
    private long active;
    private long inactive;
    private boolean isChanged;

    Total(OfService service, String server) {
      this.service = service;
      this.server = server;
    }
  }

  /** A service by its name, here or not. */
  private static final class OfService {
    private final String name;
    private final Map<String, Total> totals = new HashMap<>();

    /** Null: it is not here. */
    private @Nullable Servers servers;

    private List<Server> list = List.of();
    private final Map<String, Server> byId = new HashMap<>();

    OfService(String name) {
      this.name = name;
    }

    boolean isGone() {
      return servers == null && totals.isEmpty();
    }

    /** Sets the sums of all servers if some came or went: who came may have a sum of before. */
    void follow(@Nullable Servers now) {
      List<Server> listNow = now == null ? List.of() : now.list();
      if (servers != now || list != listNow) {
        servers = now;
        list = listNow;
        byId.clear();
        for (Server server : listNow) {
          byId.put(server.id(), server);
          set(server, totals.get(server.id()));
        }
        setWaiting(totals.get(CountReport.WAITING));
      }
    }

    void set(Server server, @Nullable Total total) {
      if (servers != null) {
        servers.setPeers(
            server,
            total == null ? 0 : believed(total.active),
            total == null ? 0 : believed(total.inactive));
      }
    }

    void setWaiting(@Nullable Total total) {
      if (servers != null) {
        servers.setPeersWaiting(total == null ? 0 : believed(total.active));
      }
    }

    private static int believed(long connections) {
      return (int) Math.min(connections, MOST);
    }
  }

  /** Returns a line for a server, with no connections yet. */
  Line add(String service, String server) {
    OfService ofService = byService.computeIfAbsent(service, OfService::new);
    Total total = ofService.totals.computeIfAbsent(server, id -> new Total(ofService, id));
    total.lines++;
    return new Line(total);
  }

  /** Sets what a node says, and has the server's sum set again, whether or not it is another. */
  void set(Line line, int active, int inactive) {
    Total total = line.total;
    total.active += active - line.active;
    total.inactive += inactive - line.inactive;
    line.active = active;
    line.inactive = inactive;
    if (!total.isChanged) {
      total.isChanged = true;
      changed.add(total);
    }
  }

  /** Takes a line and its connections back. */
  void remove(Line line) {
    set(line, 0, 0);
    line.total.lines--;
  }

  /** Sets the sums that have changed on the servers, as these are now. */
  void apply() {
    Map<String, Servers> now = services.get();
    if (now != known) {
      known = now;
      byService.values().forEach(one -> one.follow(now.get(one.name)));
      byService.values().removeIf(OfService::isGone);
    }
    now.forEach(
        (name, servers) -> byService.computeIfAbsent(name, OfService::new).follow(servers));
    for (Total total : changed) {
      total.isChanged = false;
      OfService service = total.service;
      Server server = service.byId.get(total.server);
      if (server != null) {
        service.set(server, total);
      } else if (total.server.equals(CountReport.WAITING)) {
        service.setWaiting(total);
      }
      if (total.lines == 0) {
        service.totals.remove(total.server);
        if (service.isGone()) {
          byService.remove(service.name);
        }
      }
    }
    changed.clear();
  }
}
