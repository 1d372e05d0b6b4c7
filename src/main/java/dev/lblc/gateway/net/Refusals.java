package dev.lblc.gateway.net;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many connections of clients were closed before they could say what they want, since the gateway's start, by listener and
 * reason; those on which no TLS came about are in {@link TlsFailures}. May be used from any thread.
 */
public final class Refusals {
  /** Why a connection was refused. */
  public enum Reason {
    /** The listener had as many as it may. */
    MAX_CONNECTIONS,
    /** It does not start with the PROXY header that is due. */
    BAD_PROXY_HEADER,
    /** It should have started with a PROXY header, and its peer may not send one. */
    PEER_NOT_TRUSTED;

    private final String label = name().toLowerCase(Locale.ROOT);
  }

  private static final Reason[] REASONS = Reason.values();

  private final Map<String, OfListener> listeners = new ConcurrentSkipListMap<>();

  /** Returns the refusals of a listener. They begin at zero, and stay when the listener goes. */
  public OfListener of(String listener) {
    return listeners.computeIfAbsent(listener, name -> new OfListener());
  }

  /** Returns a snapshot: the count of each pair of a listener's name and a reason, zeros among them. */
  public Map<List<String>, Long> counts() {
    Map<List<String>, Long> all = new LinkedHashMap<>();
    listeners.forEach((name, of) -> {
      for (Reason reason : REASONS) {
        all.put(List.of(name, reason.label), of.counts.get(index(reason)));
      }
    });
    return all;
  }

  @SuppressWarnings("EnumOrdinal") // a place in an array of this process, kept nowhere else
  private static int index(Reason reason) {
    return reason.ordinal();
  }

  /** The refusals of one listener. */
  public static final class OfListener {
    private final AtomicLongArray counts = new AtomicLongArray(REASONS.length);

    private OfListener() {}

    /** Counts a connection. */
    public void add(Reason reason) {
      counts.incrementAndGet(index(reason));
    }
  }
}
