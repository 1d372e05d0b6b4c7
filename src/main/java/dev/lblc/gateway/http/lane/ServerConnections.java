package dev.lblc.gateway.http.lane;

import dev.lblc.config.PoolConfig;
import dev.lblc.discovery.NamedHost;
import dev.lblc.scheduler.Server;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one server: the idle ones, linked through themselves, the one used last first; how many
 * there are; and who waits for one. Confined to the event loop.
 */
final class ServerConnections {
  private final Server server;
  private final NamedHost host;
  private final Set<Runnable> waiting = new LinkedHashSet<>();
  private PoolConfig config = PoolConfig.DEFAULTS;
  private @Nullable ServerConnection last;
  private int idle;
  private int open;
  private boolean isGoingOn;

  ServerConnections(Server server, NamedHost host) {
    this.server = server;
    this.host = host;
  }

  Server server() {
    return server;
  }

  /** Returns the addresses of the server. */
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

  /** Counts a connection that is being made; returns false if there may be no more. */
  boolean open() {
    if (!mayOpen()) {
      return false;
    }
    open++;
    return true;
  }

  private boolean mayOpen() {
    return config.maxConnections() == 0 || open < config.maxConnections();
  }

  /** Counts a connection no more. */
  void closed() {
    open--;
  }

  /** Adds an idle connection; returns false if there are enough. */
  boolean add(ServerConnection connection) {
    if (idle >= config.maxIdle()) {
      return false;
    }
    idle++;
    connection.before = last;
    if (last != null) {
      last.after = connection;
    }
    last = connection;
    connection.isPooled = true;
    return true;
  }

  /** Removes and returns the connection that was used last; null: none is idle. */
  @Nullable
  ServerConnection take() {
    ServerConnection taken = last;
    if (taken != null) {
      remove(taken);
    }
    return taken;
  }

  /** Removes an idle connection; does nothing if it is not one. */
  void remove(ServerConnection connection) {
    if (!connection.isPooled) {
      return;
    }
    connection.isPooled = false;
    idle--;
    if (connection.after == null) {
      last = connection.before;
    } else {
      connection.after.before = connection.before;
    }
    if (connection.before != null) {
      connection.before.after = connection.after;
    }
    connection.before = null;
    connection.after = null;
  }

  /** Has someone wait until there may be a connection more; returns false if too many wait. */
  boolean await(Runnable retry, int most) {
    return waiting.size() < most && waiting.add(retry);
  }

  /** Has someone wait no more; does nothing if it does not. */
  void leave(Runnable retry) {
    waiting.remove(retry);
  }

  /** Lets those go on that wait, one after another, as long as there is a connection for them or room for one. */
  void goOn() {
    if (isGoingOn) {
      return; // the loop below sees what has become free
    }
    isGoingOn = true;
    try {
      while (!waiting.isEmpty() && (idle > 0 || mayOpen())) {
        Runnable first = waiting.iterator().next();
        waiting.remove(first);
        first.run();
      }
    } finally {
      isGoingOn = false;
    }
  }

  /** Returns whether nothing is left of it. */
  boolean isUnused() {
    return open == 0 && waiting.isEmpty();
  }
}
