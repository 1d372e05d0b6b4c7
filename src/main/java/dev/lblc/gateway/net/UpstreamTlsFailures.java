package dev.lblc.gateway.net;

import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsFailure;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of requests to servers on which no TLS came about, since the gateway's start: counted by service and reason, and
 * logged. May be used from any thread.
 */
public final class UpstreamTlsFailures {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamTlsFailures.class);

  private final FailureCounts<UpstreamTlsFailure> counts;

  /**
   * Creates it with all counters at zero.
   *
   * @param nanoTime monotonic clock in nanoseconds
   */
  public UpstreamTlsFailures(LongSupplier nanoTime) {
    counts = new FailureCounts<>(UpstreamTlsFailure.class, UpstreamTlsFailure::label, nanoTime);
  }

  /** Returns what counts and logs the failures of a service. They begin at zero, and stay when the service goes. */
  public UpstreamTls.Listener of(String service) {
    FailureCounts<UpstreamTlsFailure>.Of counted = counts.of(service);
    return (server, failure) -> counted.add(
        failure.failure(),
        leftOut -> LOG.warn(
            "service {}: server {} does not get this request: {}{}",
            service,
            server,
            failure.getMessage(),
            leftOut));
  }

  /** Returns a snapshot: the count of each pair of a service's name and a reason, zeros among them. */
  public Map<List<String>, Long> counts() {
    return counts.counts();
  }
}
