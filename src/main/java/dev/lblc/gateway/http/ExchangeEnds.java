package dev.lblc.gateway.http;

import dev.lblc.gateway.route.EndCounts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many exchanges have ended since the gateway's start, by service and reason: each exchange once, as the access log tells it.
 * A route looks its counters up when it is compiled. Those of a service that is no longer configured stay. May be used from any
 * thread.
 */
public final class ExchangeEnds {
  /** The name under which exchanges without a service count. */
  public static final String NO_SERVICE = "";

  /** The label of an exchange that was answered to the last byte. */
  static final String ANSWERED = "answered";

  private static final Failure[] FAILURES = Failure.values();

  private final Map<String, EndCounts> services = new ConcurrentHashMap<>();

  /** Creates it with all counters at zero. */
  public ExchangeEnds() {
    of(NO_SERVICE);
  }

  /** Returns the counters of a service, or of exchanges that have none. */
  public EndCounts of(String service) {
    return services.computeIfAbsent(service, name -> new EndCounts(1 + FAILURES.length));
  }

  /** Counts the end of an exchange; {@code failure} is null if it was answered to the last byte. */
  public static void count(EndCounts counts, @Nullable Failure failure) {
    counts.count(index(failure));
  }

  /** Returns a snapshot: the count of each pair of a service's name and a reason's label, zeros among them. */
  public Map<List<String>, Long> counts() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    new TreeMap<>(services).forEach((service, counts) -> {
      all.put(List.of(service, ANSWERED), counts.sum(index(null)));
      for (Failure failure : FAILURES) {
        all.put(List.of(service, failure.label()), counts.sum(index(failure)));
      }
    });
    return all;
  }

  @SuppressWarnings("EnumOrdinal") // a place in an array of this process, kept nowhere else
  private static int index(@Nullable Failure failure) {
    return failure == null ? 0 : 1 + failure.ordinal();
  }
}
