package dev.lblc.gateway.count;

import java.util.Arrays;

/**
 * A histogram of durations, kept in some of the counters of a {@link LoopCounters}: one for each bucket, and one for the sum.
 *
 * <p>May be read from any thread; {@link #record} as {@link LoopCounters#add}.
 */
final class Durations {
  /*
   * Why these bounds: below 1 ms a request costs less than the network on its way, and nobody acts on the difference. 30 s and 60 s are
   * the time limits that servers and idle connections have by default: what runs into them stands apart from what is slow. In between
   * two or three bounds for each power of ten, so that an estimate of a quantile is at most two and a half times off.
   */
  private static final long[] BOUNDS_MICROS = {
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000
  };

  private static final double MICROS = 1_000_000;

  /** How many counters a histogram takes. */
  static final int SIZE = BOUNDS_MICROS.length + 2;

  private static final int SUM = SIZE - 1;

  private final LoopCounters counters;
  private final int first;

  /** A histogram in the {@link #SIZE} counters from {@code first} on. */
  Durations(LoopCounters counters, int first) {
    this.counters = counters;
    this.first = first;
  }

  /** Counts a duration. Microseconds: a sum of nanoseconds would overflow within days if thousands wait at once. */
  void record(int loop, long nanos) {
    long micros = (nanos + 500) / 1_000;
    int bucket = 0;
    while (bucket < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[bucket]) {
      bucket++;
    }
    counters.add(loop, first + bucket, 1);
    counters.add(loop, first + SUM, micros);
  }

  /** Returns what was counted so far. */
  Histogram histogram() {
    long[] counts = new long[BOUNDS_MICROS.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = counters.sum(first + i);
    }
    return new Histogram(
        Arrays.stream(BOUNDS_MICROS).mapToDouble(micros -> micros / MICROS).toArray(),
        counts,
        counters.sum(first + SUM) / MICROS);
  }
}
