package dev.lblc.gateway.net;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The count of the open connections of one listener, on all its event loops and ports. That there are too many is logged once,
 * and again only after a tenth of the limit has become free. May be used from any thread.
 */
public final class ConnectionCount {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionCount.class);

  private final String listener;
  private volatile int limit;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicBoolean isFull = new AtomicBoolean();

  /** Creates a count of no connections; {@code limit} is how many may be open. */
  public ConnectionCount(String listener, int limit) {
    this.listener = listener;
    this.limit = limit;
  }

  /**
   * Counts a connection, until {@link #closed}. Returns false if the listener is over its limit; the connection is counted either
   * way.
   */
  public boolean opened() {
    if (open.incrementAndGet() <= limit) {
      return true;
    }
    if (isFull.compareAndSet(false, true)) {
      LOG.warn("listener {} refuses connections: {} are open (maxConnections)", listener, limit);
    }
    return false;
  }

  /** Returns how many connections are open. */
  public int open() {
    return open.get();
  }

  /** Changes the limit. Connections that are open stay, however many they are. */
  public void limit(int most) {
    limit = most;
  }

  /** Stops counting a connection. */
  public void closed() {
    if (open.decrementAndGet() < limit - limit / 10 && isFull.get()) {
      isFull.set(false);
    }
  }
}
