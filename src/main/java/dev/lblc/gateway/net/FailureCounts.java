package dev.lblc.gateway.net;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The failures of some listeners or services by their kind, counted and logged: each kind has a few lines in each window, since whoever
 * reaches a port, or a server that is down, can make as many as he likes. May be used from any thread.
 *
 * @param <K> the kinds
 */
final class FailureCounts<K extends Enum<K>> {
  private static final int MOST_LINES = 5;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Class<K> kinds;
  private final Function<K, String> label;
  private final LongSupplier nanoTime;
  private final Map<String, Of> all = new ConcurrentHashMap<>();

  /**
   * Creates it with all counters at zero.
   *
   * @param label of a kind in metrics
   * @param nanoTime monotonic clock in nanoseconds
   */
  FailureCounts(Class<K> kinds, Function<K, String> label, LongSupplier nanoTime) {
    this.kinds = kinds;
    this.label = label;
    this.nanoTime = nanoTime;
  }

  /** Returns the failures of one listener or service. They begin at zero, and stay when that goes. */
  Of of(String name) {
    return all.computeIfAbsent(name, unused -> new Of());
  }

  /** Returns a snapshot: the count of each pair of a name and a label, zeros among them. */
  Map<List<String>, Long> counts() {
    Map<List<String>, Long> counts = new LinkedHashMap<>();
    new TreeMap<>(all)
        .forEach((name, of) -> of.counters.forEach((kind, counter) ->
            counts.put(List.of(name, label.apply(kind)), counter.count().sum())));
    return counts;
  }

  /** The failures of one kind. */
  private record Counter(LongAdder count, LogThrottle throttle) {}

  /** The failures of one listener or service. */
  final class Of {
    private final Map<K, Counter> counters = new EnumMap<>(kinds);

    private Of() {
      for (K kind : kinds.getEnumConstants()) {
        counters.put(kind, new Counter(new LongAdder(), new LogThrottle(MOST_LINES, WINDOW_NANOS)));
      }
    }

    /**
     * Counts a failure, and has it logged if its kind has lines left.
     *
     * @param log takes the end of the line: how many lines were left out before it; empty if none were
     */
    void add(K kind, Consumer<String> log) {
      Counter counter = counters.get(kind);
      if (counter == null) {
        throw new IllegalStateException("no counter for " + kind);
      }
      counter.count().increment();
      long leftOut = counter.throttle().enter(nanoTime.getAsLong());
      if (leftOut >= 0) {
        log.accept(
            leftOut == 0 ? "" : " (" + leftOut + " lines like this one were left out before it)");
      }
    }
  }
}
