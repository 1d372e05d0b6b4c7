package dev.lblc.gateway.http;

import dev.lblc.gateway.count.ExchangeCounts;
import dev.lblc.gateway.count.Histogram;
import dev.lblc.gateway.count.ServiceCounts;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of all HTTP exchanges since the gateway's start, by listener, service and reason: each exchange once, when it ends.
 * Routes look their counters up when they are compiled. Counters of a listener or service that is no longer configured stay. May be
 * used from any thread; what counts is for the thread of the loop that it names.
 */
public final class HttpCounts {
  /** The name under which exchanges without a service count. */
  public static final String NO_SERVICE = "";

  static final String ANSWERED = "answered";

  /** The reason of an attempt for which the server had closed a connection that was kept; no failure of the exchange. */
  private static final String STALE = "stale_connection";

  private static final Failure[] FAILURES = Failure.values();

  /** What leads to another attempt. */
  private static final Set<Failure> RETRIED =
      EnumSet.range(Failure.CONNECT_FAILED, Failure.TLS_FAILED);

  static {
    RETRIED.add(Failure.CLOSED_EARLY);
  }

  private final int loops;
  private final Map<String, ServiceCounts> services = new ConcurrentSkipListMap<>();
  private final Map<List<String>, ExchangeCounts> exchanges = new ConcurrentSkipListMap<>(
      Comparator.comparing((List<String> of) -> of.get(0)).thenComparing(of -> of.get(1)));

  /** Creates it with all counters at zero, for so many event loops. */
  public HttpCounts(int loops) {
    this.loops = loops;
    ServiceCounts unused = service(NO_SERVICE);
  }

  /** Returns the counters of a listener with a service, or with {@link #NO_SERVICE}. */
  public ExchangeCounts of(String listener, String service) {
    return exchanges.computeIfAbsent(
        List.of(listener, service), both -> new ExchangeCounts(loops, service(service)));
  }

  private ServiceCounts service(String name) {
    return services.computeIfAbsent(name, service -> new ServiceCounts(loops, 1 + FAILURES.length));
  }

  /** Counts the end of an exchange; {@code failure} is null if it was answered to the last byte. */
  static void ended(ExchangeCounts counts, int loop, int status, @Nullable Failure failure) {
    counts.ended(loop, status, index(failure));
  }

  /** Counts the end of a connection that has brought no request, from any thread. */
  public static void refused(ExchangeCounts counts, Failure why) {
    counts.endedAnywhere(index(why));
  }

  /** Counts another attempt; {@code why} is null if the same server gets it, on another connection. */
  static void retried(ExchangeCounts counts, int loop, @Nullable Failure why) {
    counts.retried(loop, index(why));
  }

  /** Returns a snapshot: how many requests there were, by listener, service and class of the status, zeros among them. */
  public Map<List<String>, Long> requests() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    exchanges.forEach((of, counts) -> {
      for (int status = 1; status <= ExchangeCounts.CLASSES; status++) {
        all.put(List.of(of.get(0), of.get(1), status + "xx"), counts.ends(status));
      }
    });
    return all;
  }

  /** Returns a snapshot: how many exchanges have ended, by service and label of the reason, zeros among them. */
  public Map<List<String>, Long> ends() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    services.forEach((service, counts) -> {
      all.put(List.of(service, ANSWERED), counts.ends(index(null)));
      for (Failure failure : FAILURES) {
        all.put(List.of(service, failure.label()), counts.ends(index(failure)));
      }
    });
    return all;
  }

  /** Returns a snapshot: how many more attempts were made, by service and label of the reason, zeros among them. */
  public Map<List<String>, Long> retries() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    services.forEach((service, counts) -> {
      if (!service.equals(NO_SERVICE)) {
        all.put(List.of(service, STALE), counts.retries(index(null)));
        for (Failure failure : RETRIED) {
          all.put(List.of(service, failure.label()), counts.retries(index(failure)));
        }
      }
    });
    return all;
  }

  /** Returns a snapshot: how long exchanges took, by service. */
  public Map<List<String>, Histogram> durations() {
    return histograms(ServiceCounts::durations);
  }

  /** Returns a snapshot: how long servers took to the head of their answers, by service. */
  public Map<List<String>, Histogram> upstreamDurations() {
    Map<List<String>, Histogram> all = histograms(ServiceCounts::upstreamDurations);
    all.remove(List.of(NO_SERVICE));
    return all;
  }

  private Map<List<String>, Histogram> histograms(Function<ServiceCounts, Histogram> which) {
    Map<List<String>, Histogram> all = new LinkedHashMap<>();
    services.forEach((service, counts) -> all.put(List.of(service), which.apply(counts)));
    return all;
  }

  @SuppressWarnings("EnumOrdinal") // a place in an array of this process, kept nowhere else
  private static int index(@Nullable Failure failure) {
    return failure == null ? 0 : 1 + failure.ordinal();
  }
}
