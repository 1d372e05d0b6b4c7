package dev.lblc.gateway.common;

import java.util.concurrent.atomic.AtomicInteger;

/** The open connections of one listener over all its instances. May be used from any thread. */
public final class ConnectionCount {
  private final int limit;
  private final AtomicInteger open = new AtomicInteger();

  /** Of at most so many that may stay. */
  public ConnectionCount(int limit) {
    this.limit = limit;
  }

  /** Counts one more; whether it may stay. Counted it is in either case, until {@link #closed}. */
  public boolean opened() {
    return open.incrementAndGet() <= limit;
  }

  /** Counts one less. */
  public void closed() {
    open.decrementAndGet();
  }
}
