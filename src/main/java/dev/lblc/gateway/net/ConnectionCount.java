package dev.lblc.gateway.net;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of one listener over all its instances. That there are too many is logged once, until a tenth of them has
 * gone. May be used from any thread.
 */
public final class ConnectionCount {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionCount.class);

  private final String listener;
  private volatile int limit;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicBoolean isFull = new AtomicBoolean();

  /** Of at most so many that may stay. */
  public ConnectionCount(String listener, int limit) {
    this.listener = listener;
    this.limit = limit;
  }

  /** Counts one more; whether it may stay. Counted it is in either case, until {@link #closed}. */
  public boolean opened() {
    if (open.incrementAndGet() <= limit) {
      return true;
    }
    if (isFull.compareAndSet(false, true)) {
      LOG.warn("listener {} refuses connections: {} are open (maxConnections)", listener, limit);
    }
    return false;
  }

  /** Changes how many may stay; those that are open do so. */
  public void limit(int most) {
    limit = most;
  }

  /** Counts one less. */
  public void closed() {
    if (open.decrementAndGet() < limit - limit / 10 && isFull.get()) {
      isFull.set(false);
    }
  }
}
