package dev.lblc.gateway.net;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients with which no TLS came about, since the gateway's start: counted by listener and reason, and logged. A client that
 * closes its connection before it has sent anything, as health checks do, is none of them. May be used from any thread.
 *
 * <p>Whoever reaches a port can make lines of the log: each reason has a few in each window.
 */
public final class TlsFailures {
  private static final Logger LOG = LoggerFactory.getLogger(TlsFailures.class);
  private static final int MOST_LINES = 5;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanoTime;
  private final Map<String, OfListener> listeners = new ConcurrentHashMap<>();

  /**
   * Creates it with all counters at zero.
   *
   * @param nanoTime monotonic clock in nanoseconds
   */
  public TlsFailures(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Returns the failures of a listener. They begin at zero, and stay when the listener goes. */
  public OfListener of(String listener) {
    return listeners.computeIfAbsent(listener, OfListener::new);
  }

  /** Returns a snapshot: the count of each pair of a listener's name and a reason, zeros among them. */
  public Map<List<String>, Long> counts() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    new TreeMap<>(listeners)
        .forEach((name, of) -> of.kinds.forEach((failure, kind) ->
            all.put(List.of(name, failure.label()), kind.count().sum())));
    return all;
  }

  /** The failures of one kind at one listener. */
  private record Kind(LongAdder count, LogThrottle throttle) {}

  /** The failures of one listener. */
  public final class OfListener {
    private final String listener;
    private final Map<TlsFailure, Kind> kinds = new EnumMap<>(TlsFailure.class);

    private OfListener(String listener) {
      this.listener = listener;
      for (TlsFailure failure : TlsFailure.values()) {
        kinds.put(failure, new Kind(new LongAdder(), new LogThrottle(MOST_LINES, WINDOW_NANOS)));
      }
    }

    /**
     * Counts and logs a failure.
     *
     * @param client its address; empty: not known any more
     */
    public void add(String client, Throwable cause) {
      TlsFailure failure = TlsFailure.of(cause);
      Kind kind = kinds.get(failure);
      if (kind == null) {
        throw new IllegalStateException("no counter for " + failure);
      }
      kind.count().increment();
      long leftOut = kind.throttle().enter(nanoTime.getAsLong());
      if (leftOut < 0) {
        return;
      }
      String line = "listener " + listener + ": no TLS with client "
          + (client.isEmpty() ? "of unknown address" : client) + ": " + failure.describe(cause)
          + (leftOut == 0 ? "" : " (" + leftOut + " lines like this one were left out before it)");
      if (failure == TlsFailure.CERTIFICATE_REJECTED) {
        LOG.warn("{}", line); // the only one that is likely to be the gateway's own fault
      } else {
        LOG.info("{}", line);
      }
    }
  }
}
