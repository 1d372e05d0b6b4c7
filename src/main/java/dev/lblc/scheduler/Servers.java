package dev.lblc.scheduler;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one service in list order, and the only place that changes them.
 *
 * <p>A new server goes to the head of the list. A removed one keeps its connections and its homes; adding the same id
 * at the same address again revives it, at the head.
 *
 * <p>May be used from any thread. Readers see one immutable list; changes of membership take this object's monitor and
 * publish a new list. Counting takes no lock.
 */
public final class Servers implements ServerView {
  /** The parts that a whole weight has. */
  public static final int FULL_WARMTH = Server.FULL_WARMTH;

  private volatile Server[] list = {};

  /** The same as an unmodifiable list, for other packages. */
  private volatile List<Server> view = List.of();

  /** Removed servers that something still refers to, by id; guarded by this. */
  private final Map<String, Server> removed = new HashMap<>();

  private volatile int waiting;
  private volatile int peersWaiting;

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** Is told of servers that come and go, under the monitor of the servers: it must not wait. */
  public interface Listener {
    /** A server will be chosen from now on. */
    void adding(Server server, ServerSpec spec);

    /** A server is no longer chosen. */
    void removed(Server server);

    /** The weight or a threshold of a server was changed. */
    default void edited(Server server) {}
  }

  /** Registers a listener: it is told of the servers that are there, then of each that is added or removed. */
  public synchronized void listen(Listener listener) {
    for (Server server : list) {
      listener.adding(server, spec(server));
    }
    listeners.add(listener);
  }

  /** Tells a listener nothing more. */
  public synchronized void unlisten(Listener listener) {
    listeners.remove(listener);
  }

  @Override
  public List<Server> list() {
    return view;
  }

  @Override
  public @Nullable Server find(String id) {
    for (Server server : list) {
      if (server.id().equals(id)) {
        return server;
      }
    }
    return null;
  }

  /**
   * Adds a server at the head of the list.
   *
   * @throws IllegalArgumentException if a server with that id is there already
   */
  public synchronized Server add(ServerSpec spec) {
    if (find(spec.id()) != null) {
      throw new IllegalArgumentException("server " + spec.id() + " is there already");
    }
    return join(spec, list, false);
  }

  /**
   * Removes a server; its connections live on, and its destinations pass it over.
   *
   * @throws IllegalArgumentException if there is no server with that id
   */
  public synchronized Server remove(String id) {
    Server server = member(id);
    server.leave();
    publish(without(server));
    remember(server);
    return server;
  }

  /** Returns what is set for the member with that id; null: there is none. */
  public synchronized @Nullable ServerSpec spec(String id) {
    Server server = find(id);
    return server == null ? null : spec(server);
  }

  /**
   * Makes a server what it shall be: adds it, changes it in its place, or removes it. At another address it is another
   * server, which takes the place of the old one at once.
   *
   * @param id of the server
   * @param wanted null: it shall not be there
   * @param isDrained whether it gets no new connection, whatever its weight
   */
  synchronized void settle(String id, @Nullable ServerSpec wanted, boolean isDrained) {
    Server server = find(id);
    if (wanted == null) {
      if (server != null) {
        remove(id);
      }
    } else if (server == null) {
      join(wanted, list, isDrained);
    } else if (!server.isAt(wanted)) {
      replace(server, wanted, isDrained);
    } else if (!wanted.equals(spec(id)) || server.draining() != isDrained) {
      server.editWeight(wanted.weight(), isDrained);
      server.editMax(wanted.max());
      editThresholds(id, wanted.upper(), wanted.lower());
    }
  }

  /**
   * Changes a server's weight; it keeps its place.
   *
   * @throws IllegalArgumentException if there is no server with that id, or the weight is out of range
   */
  public synchronized void editWeight(String id, int weight) {
    Server server = member(id);
    ServerSpec spec = spec(server).withWeight(weight);
    server.editWeight(spec.weight(), server.draining());
    listeners.forEach(listener -> listener.edited(server));
  }

  /**
   * Changes a server's connection thresholds; it keeps its place.
   *
   * @throws IllegalArgumentException if there is no server with that id, or a threshold is out of range
   */
  public synchronized void editThresholds(String id, int upper, int lower) {
    Server server = member(id);
    ServerSpec spec = new ServerSpec(
        id, server.host(), server.port(), server.fullWeight(), upper, lower, server.max());
    server.editThresholds(spec.upper(), spec.lower());
    listeners.forEach(listener -> listener.edited(server));
  }

  /** Returns the server with that id: a member, a removed one, or one that another node knows and this one does not yet. */
  synchronized Server known(String id) {
    Server member = find(id);
    return member != null ? member : removed.computeIfAbsent(id, Server::new);
  }

  /** Sets whether a server passes its health checks; it keeps its place. */
  public void setHealthy(Server server, boolean healthy) {
    server.setHealthy(healthy);
  }

  /**
   * Sets how much of its weight a server has: in every rule it counts as one with that smaller weight. An edit of the weight
   * keeps the part.
   *
   * @param parts 1 to {@link #FULL_WARMTH}, which is all of it
   */
  public void warm(Server server, int parts) {
    if (parts < 1 || parts > FULL_WARMTH) {
      throw new IllegalArgumentException(
          "parts: " + parts + " (expected: 1 to " + FULL_WARMTH + ")");
    }
    server.warm(parts);
  }

  /** Counts a new active connection, even of a server that is {@link Server#full full}. */
  public void bind(Server server) {
    server.bind();
  }

  /** Counts a new active connection, unless the server is {@link Server#full full}; returns whether it does. */
  public boolean bindIfNotFull(Server server) {
    return server.bindIfNotFull();
  }

  /** Turns an active connection into an inactive one. */
  public void deactivate(Server server) {
    server.deactivate();
  }

  /** Stops counting an active connection. */
  public void unbindActive(Server server) {
    server.unbindActive();
  }

  /** Stops counting an inactive connection. */
  public void unbindInactive(Server server) {
    server.unbindInactive();
  }

  /** Sets how many connections go to a server through other nodes. */
  public void setPeers(Server server, int active, int inactive) {
    server.setPeers(active, inactive);
  }

  /** Returns how many wait on this node for one of the servers. */
  public int waiting() {
    return waiting;
  }

  /** Sets how many wait on this node for one of the servers. */
  public void setWaiting(int here) {
    waiting = here;
  }

  /** Returns how many wait on other nodes for one of the servers. */
  public int peersWaiting() {
    return peersWaiting;
  }

  /** Sets how many wait on other nodes for one of the servers. */
  public void setPeersWaiting(int elsewhere) {
    peersWaiting = elsewhere;
  }

  /** Returns the list itself, for the passes over it; never written to. */
  Server[] snapshot() {
    return list;
  }

  private void replace(Server old, ServerSpec spec, boolean isDrained) {
    old.leave();
    remember(old);
    join(spec, without(old), isDrained);
  }

  /** Puts a server at the head of those others: a removed one of its id if there is one at its address. */
  private Server join(ServerSpec spec, Server[] others, boolean isDrained) {
    forgetRemoved();
    Server known = removed.remove(spec.id());
    Server server = known == null || !known.isAt(spec) ? new Server(spec.id()) : known;
    listeners.forEach(listener -> listener.adding(server, spec));
    server.join(spec, isDrained);
    Server[] grown = new Server[others.length + 1];
    grown[0] = server;
    System.arraycopy(others, 0, grown, 1, others.length);
    publish(grown);
    return server;
  }

  private void remember(Server server) {
    forgetRemoved();
    removed.put(server.id(), server);
    listeners.forEach(listener -> listener.removed(server));
  }

  private Server[] without(Server server) {
    return Arrays.stream(list).filter(s -> s != server).toArray(Server[]::new);
  }

  private void publish(Server[] next) {
    list = next;
    view = List.of(next);
  }

  private Server member(String id) {
    Server server = find(id);
    if (server == null) {
      throw new IllegalArgumentException("server " + id + " (expected: one of " + list() + ")");
    }
    return server;
  }

  /** Without homes and connections a removed server is as good as a new one. */
  private void forgetRemoved() {
    removed.values().removeIf(s -> s.homes() == 0 && s.active() == 0 && s.inactive() == 0);
  }

  private static ServerSpec spec(Server server) {
    return new ServerSpec(
        server.id(),
        server.host(),
        server.port(),
        server.fullWeight(),
        server.upper(),
        server.lower(),
        server.max());
  }
}
