package dev.lblc.gateway.tcp;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What is counted of all TCP sessions since the gateway's start: each session once, when it ends, and its bytes as they are passed on.
 * Routes look their counters up when they are compiled. Counters of a listener or service that is no longer configured stay. May be
 * used from any thread.
 */
public final class TcpCounts {
  /** The name under which sessions without a route count. */
  static final String NO_SERVICE = "";

  private static final String CLOSED = "closed";

  /** What leads to another attempt. */
  private static final Set<TcpFailure> RETRIED =
      EnumSet.range(TcpFailure.CONNECT_FAILED, TcpFailure.TLS_NOT_MADE);

  /** What ends a session; one that its listener has no room for is none. */
  private static final Set<TcpFailure> ENDS = EnumSet.complementOf(EnumSet.of(TcpFailure.TOO_MANY));

  private final int loops;
  private final Map<String, SessionCounts.OfService> services = new ConcurrentSkipListMap<>();
  private final Map<List<String>, SessionCounts> sessions = new ConcurrentSkipListMap<>(
      Comparator.comparing((List<String> of) -> of.get(0)).thenComparing(of -> of.get(1)));

  /** Creates it with all counters at zero, for so many event loops. */
  public TcpCounts(int loops) {
    this.loops = loops;
  }

  /** Returns the counters of a listener with a service, or with {@link #NO_SERVICE}. */
  SessionCounts of(String listener, String service) {
    return sessions.computeIfAbsent(
        List.of(listener, service),
        both -> new SessionCounts(
            loops, services.computeIfAbsent(service, name -> new SessionCounts.OfService(loops))));
  }

  /** Returns a snapshot: how many sessions have ended, by listener, service and label of the end, zeros among them. */
  public Map<List<String>, Long> ends() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    sessions.forEach((of, counts) -> {
      all.put(List.of(of.get(0), of.get(1), CLOSED), counts.ends(null));
      for (TcpFailure failure : ENDS) {
        all.put(List.of(of.get(0), of.get(1), failure.label()), counts.ends(failure));
      }
    });
    return all;
  }

  /** Returns a snapshot: how many bytes were passed on, by service and direction, zeros among them. */
  public Map<List<String>, Long> bytes() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    services.forEach((service, counts) -> {
      if (!service.equals(NO_SERVICE)) {
        all.put(List.of(service, "to_server"), counts.bytes(SessionCounts.TO_SERVER));
        all.put(List.of(service, "to_client"), counts.bytes(SessionCounts.TO_CLIENT));
      }
    });
    return all;
  }

  /** Returns a snapshot: how many more attempts were made, by service and label of the reason, zeros among them. */
  public Map<List<String>, Long> retries() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    services.forEach((service, counts) -> {
      if (!service.equals(NO_SERVICE)) {
        for (TcpFailure failure : RETRIED) {
          all.put(List.of(service, failure.label()), counts.retries(failure));
        }
      }
    });
    return all;
  }
}
