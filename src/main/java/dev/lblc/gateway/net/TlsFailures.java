package dev.lblc.gateway.net;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients with which no TLS came about, since the gateway's start: counted by listener and reason, and logged. A client that
 * closes its connection before it has sent anything, as health checks do, is none of them. May be used from any thread.
 */
public final class TlsFailures {
  private static final Logger LOG = LoggerFactory.getLogger(TlsFailures.class);

  private final FailureCounts<TlsFailure> counts;

  /**
   * Creates it with all counters at zero.
   *
   * @param nanoTime monotonic clock in nanoseconds
   */
  public TlsFailures(LongSupplier nanoTime) {
    counts = new FailureCounts<>(TlsFailure.class, TlsFailure::label, nanoTime);
  }

  /** Returns the failures of a listener. They begin at zero, and stay when the listener goes. */
  public OfListener of(String listener) {
    return new OfListener(listener, counts.of(listener));
  }

  /** Returns a snapshot: the count of each pair of a listener's name and a reason, zeros among them. */
  public Map<List<String>, Long> counts() {
    return counts.counts();
  }

  /** The failures of one listener. */
  public static final class OfListener {
    private final String listener;
    private final FailureCounts<TlsFailure>.Of counted;

    private OfListener(String listener, FailureCounts<TlsFailure>.Of counted) {
      this.listener = listener;
      this.counted = counted;
    }

    /**
     * Counts and logs a failure.
     *
     * @param client its address; empty: not known any more
     */
    public void add(String client, Throwable cause) {
      TlsFailure failure = TlsFailure.of(cause);
      counted.add(failure, leftOut -> {
        String line = "listener " + listener + ": no TLS with client "
            + (client.isEmpty() ? "of unknown address" : client) + ": " + failure.describe(cause)
            + leftOut;
        if (failure == TlsFailure.CERTIFICATE_REJECTED) {
          LOG.warn("{}", line); // the only one that is likely to be the gateway's own fault
        } else {
          LOG.info("{}", line);
        }
      });
    }
  }
}
