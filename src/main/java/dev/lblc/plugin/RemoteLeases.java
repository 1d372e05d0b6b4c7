package dev.lblc.plugin;

import dev.lblc.scheduler.Clock;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The leases of this node that are held by id, over the event bus: one that is not renewed in time is released.
 *
 * <p>An id is the node's name, a slash, and a number. May be used from any thread.
 */
final class RemoteLeases {
  private static final System.Logger LOG = System.getLogger(RemoteLeases.class.getName());

  /** The largest number of leases of a node, over all services: more than the connections that it could choose servers for. */
  static final int MOST = 1_000_000;

  private final String node;
  private final Clock clock;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<String, Held> held = new ConcurrentHashMap<>();

  private static final class Held {
    final Lease lease;
    final long timeoutMillis;
    volatile long lastRenewedMillis;

    Held(Lease lease, long timeoutMillis, long nowMillis) {
      this.lease = lease;
      this.timeoutMillis = timeoutMillis;
      this.lastRenewedMillis = nowMillis;
    }
  }

  RemoteLeases(String node, Clock clock) {
    this.node = node;
    this.clock = clock;
  }

  /** Returns the node that gave an id. */
  static String nodeOf(String id) {
    return id.substring(0, Math.max(0, id.lastIndexOf('/')));
  }

  String node() {
    return node;
  }

  /** Returns whether no more can be held: somebody takes leases and does not release them. */
  boolean isFull() {
    return held.size() >= MOST;
  }

  /** Holds a lease from now on; returns its id. */
  String hold(Lease lease, Duration timeout) {
    String id = node + "/" + numbers.incrementAndGet();
    held.put(id, new Held(lease, timeout.toMillis(), clock.millis()));
    return id;
  }

  /** Closes a lease; returns whether it was held. */
  boolean release(String id) {
    Held released = held.remove(id);
    if (released != null) {
      released.lease.close();
    }
    return released != null;
  }

  /** Starts a lease's time again; returns whether it is held. */
  boolean renew(String id) {
    return held.computeIfPresent(id, (same, lease) -> {
          lease.lastRenewedMillis = clock.millis();
          return lease;
        })
        != null;
  }

  /** Closes what was not renewed in time. */
  void expire() {
    long now = clock.millis();
    for (String id : held.keySet()) {
      held.computeIfPresent(id, (same, lease) -> {
        if (now - lease.lastRenewedMillis < lease.timeoutMillis) {
          return lease;
        }
        lease.lease.close();
        LOG.log(
            Level.INFO,
            "lease " + id + " of server " + lease.lease.server().id() + " was not renewed for "
                + lease.timeoutMillis + " ms: it is released and its connection no longer counts");
        return null;
      });
    }
  }

  void releaseAll() {
    held.keySet().forEach(this::release);
  }
}
