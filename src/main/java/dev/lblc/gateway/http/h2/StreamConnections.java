package dev.lblc.gateway.http.h2;

import dev.lblc.config.PoolConfig;
import dev.lblc.discovery.NamedHost;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.Upstreams.Attempt;
import dev.lblc.gateway.http.lane.LaneServer;
import dev.lblc.gateway.route.Route;
import dev.lblc.scheduler.Server;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one server, and the requests that wait for a place on one. Confined to the event loop.
 *
 * <p>Requests share connections: a new one is made when all that there are have no place left, one at a time.
 */
final class StreamConnections {
  private static final int MOST_WAITING = 16_384;

  /** One request that waits; a fresh connection is one that has neither served nor refused any. */
  private record Waiting(Attempt<LaneServer> attempt, boolean isFresh) {}

  private final StreamPool pool;
  private final Server server;
  private final NamedHost host;
  private final List<ServerStreams> open = new ArrayList<>();
  private final Set<Waiting> waiting = new LinkedHashSet<>();
  private PoolConfig config = PoolConfig.DEFAULTS;
  private @Nullable Route last;
  private boolean isDialling;
  private int retiring;
  private boolean isGoingOn;

  StreamConnections(StreamPool pool, Server server, NamedHost host) {
    this.pool = pool;
    this.server = server;
    this.host = host;
  }

  Server server() {
    return server;
  }

  NamedHost host() {
    return host;
  }

  /** Keeps to these limits from now on. */
  void limitTo(PoolConfig wanted) {
    config = wanted;
  }

  long idleNanos() {
    return config.idle().toNanos();
  }

  long maxAgeNanos() {
    return config.maxAge().toNanos();
  }

  /** Returns whether the server has the address. */
  boolean hasAddress(SocketAddress address) {
    return address instanceof InetSocketAddress remote
        && host.addresses().contains(remote.getAddress());
  }

  /** Takes a place for a request; null: no connection has one. */
  @Nullable
  ServerStream take(Route by) {
    return take(by, false);
  }

  private @Nullable ServerStream take(Route by, boolean isFresh) {
    for (int i = 0; i < open.size(); i++) {
      ServerStreams each = open.get(i);
      if (each.hasRoom() && !(isFresh && each.isUsed())) {
        if (!each.isOutdated(by.tls())) {
          return each.reserve();
        }
        each.retire(); // it leaves the list
        i--;
      }
    }
    return null;
  }

  /** Has a request wait for a place, and makes a connection if one may be made. */
  void connect(Route by, boolean isFresh, Attempt<LaneServer> attempt) {
    ServerStream place = take(by, isFresh);
    if (place != null) {
      attempt.connected(place);
      return;
    }
    if (waiting.size() >= MOST_WAITING) {
      attempt.refused(Failure.POOL_EXHAUSTED);
      return;
    }
    Waiting one = new Waiting(attempt, isFresh);
    waiting.add(one);
    last = by;
    attempt.waits(() -> waiting.remove(one));
    dialIfDue();
  }

  private void dialIfDue() {
    Route by = last;
    if (by != null && !isDialling && !waiting.isEmpty() && mayOpen()) {
      isDialling = true;
      pool.dial(this, by);
    }
  }

  /** Connections that take no more requests do not count: a stream of an hour on one would hold up all that come. */
  private boolean mayOpen() {
    return config.maxConnections() == 0 || open.size() < config.maxConnections();
  }

  /** Takes a connection that was just made. */
  void connected(ServerStreams made) {
    isDialling = false;
    open.add(made);
    goOn();
  }

  /** Takes the reason why no connection could be made. Those that wait learn of it if there is nothing else to wait for. */
  void refused(Failure why) {
    isDialling = false;
    List<Waiting> left = new ArrayList<>(waiting);
    left.removeIf(each -> !each.isFresh && !open.isEmpty());
    left.forEach(waiting::remove);
    left.forEach(each -> each.attempt.refused(why));
    forgetIfUnused();
  }

  /** Notes that a connection takes no more requests. */
  void retired(ServerStreams connection) {
    if (open.remove(connection)) {
      retiring++;
      dialIfDue();
    }
  }

  /** Forgets a connection that has ended. */
  void closed(ServerStreams connection) {
    if (!open.remove(connection)) {
      retiring--;
    }
    goOn();
    forgetIfUnused();
  }

  /** Lets those go on that wait, one after another, as long as there is a place. */
  void goOn() {
    Route by = last;
    if (isGoingOn || waiting.isEmpty() || by == null) {
      return;
    }
    isGoingOn = true;
    try {
      while (letOneGoOn(by)) {
        // until no place is left, or nobody waits
      }
    } finally {
      isGoingOn = false;
    }
    dialIfDue();
  }

  /** A fresh connection is waited for as long as one may come. */
  private boolean letOneGoOn(Route by) {
    for (Waiting next : waiting) {
      ServerStream place = take(by, next.isFresh && (isDialling || mayOpen()));
      if (place != null) {
        waiting.remove(next);
        next.attempt.connected(place);
        return true;
      }
      if (!next.isFresh) {
        return false;
      }
    }
    return false;
  }

  /** Closes all connections that serve no request. */
  void close() {
    List.copyOf(open).forEach(ServerStreams::retire);
  }

  private void forgetIfUnused() {
    if (open.isEmpty() && retiring == 0 && waiting.isEmpty() && !isDialling) {
      pool.forget(this);
    }
  }
}
