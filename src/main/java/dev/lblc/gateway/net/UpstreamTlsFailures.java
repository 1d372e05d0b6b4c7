package dev.lblc.gateway.net;

import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import dev.lblc.tls.UpstreamTlsFailure;
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
 * The connections of requests to servers on which no TLS came about, since the gateway's start: counted by service and reason, and
 * logged, for each reason a few in each window. May be used from any thread.
 */
public final class UpstreamTlsFailures {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamTlsFailures.class);
  private static final int MOST_LINES = 5;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanoTime;
  private final Map<String, OfService> services = new ConcurrentHashMap<>();

  /**
   * Creates it with all counters at zero.
   *
   * @param nanoTime monotonic clock in nanoseconds
   */
  public UpstreamTlsFailures(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Returns what counts the failures of a service. They begin at zero, and stay when the service goes. */
  public UpstreamTls.Listener of(String service) {
    return services.computeIfAbsent(service, OfService::new);
  }

  /** Returns a snapshot: the count of each pair of a service's name and a reason, zeros among them. */
  public Map<List<String>, Long> counts() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    new TreeMap<>(services)
        .forEach((name, of) -> of.kinds.forEach((failure, kind) ->
            all.put(List.of(name, failure.label()), kind.count().sum())));
    return all;
  }

  /** The failures of one kind with the servers of one service. */
  private record Kind(LongAdder count, LogThrottle throttle) {}

  /** The failures of one service. */
  private final class OfService implements UpstreamTls.Listener {
    private final String service;
    private final Map<UpstreamTlsFailure, Kind> kinds = new EnumMap<>(UpstreamTlsFailure.class);

    OfService(String service) {
      this.service = service;
      for (UpstreamTlsFailure failure : UpstreamTlsFailure.values()) {
        kinds.put(failure, new Kind(new LongAdder(), new LogThrottle(MOST_LINES, WINDOW_NANOS)));
      }
    }

    @Override
    public void failed(String server, UpstreamTlsException failure) {
      Kind kind = kinds.get(failure.failure());
      if (kind == null) {
        throw new IllegalStateException("no counter for " + failure.failure());
      }
      kind.count().increment();
      long leftOut = kind.throttle().enter(nanoTime.getAsLong());
      if (leftOut >= 0) {
        LOG.warn(
            "service {}: server {} does not get this request: {}{}",
            service,
            server,
            failure.getMessage(),
            leftOut == 0 ? "" : " (" + leftOut + " lines like this one were left out before it)");
      }
    }
  }
}
