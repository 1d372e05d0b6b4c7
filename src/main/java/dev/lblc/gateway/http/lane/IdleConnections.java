package dev.lblc.gateway.http.lane;

import org.jspecify.annotations.Nullable;

/** The idle connections to one server, the one used last first, linked through themselves. Confined to the event loop. */
final class IdleConnections {
  /** More than the requests that end at about the same time. */
  private static final int MOST = 256;

  private @Nullable ServerConnection last;
  private int size;

  /** Adds a connection; returns false if there are enough. */
  boolean add(ServerConnection connection) {
    if (size == MOST) {
      return false;
    }
    size++;
    connection.before = last;
    if (last != null) {
      last.after = connection;
    }
    last = connection;
    connection.isPooled = true;
    return true;
  }

  /** Removes and returns the connection that was used last; null: there is none. */
  @Nullable
  ServerConnection take() {
    ServerConnection taken = last;
    if (taken != null) {
      remove(taken);
    }
    return taken;
  }

  /** Removes a connection, if it is in. */
  void remove(ServerConnection connection) {
    if (!connection.isPooled) {
      return;
    }
    connection.isPooled = false;
    size--;
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

  boolean isEmpty() {
    return size == 0;
  }
}
