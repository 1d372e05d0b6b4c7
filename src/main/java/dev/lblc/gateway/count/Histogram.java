package dev.lblc.gateway.count;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * How many durations were counted, by their length. A snapshot: what is counted meanwhile may be in a part of it.
 *
 * @param bounds the upper ends of all buckets but the last, which has none, in seconds and upwards; a bound belongs to its bucket
 * @param counts of each bucket by itself, one more than there are bounds
 * @param sumSeconds all durations added up
 */
public record Histogram(List<Double> bounds, List<Long> counts, double sumSeconds) {
  /** Copies the lists. */
  public Histogram {
    bounds = List.copyOf(bounds);
    counts = List.copyOf(counts);
  }

  Histogram(double[] bounds, long[] counts, double sumSeconds) {
    this(
        DoubleStream.of(bounds).boxed().toList(),
        LongStream.of(counts).boxed().toList(),
        sumSeconds);
  }

  /** Returns how many durations there are. */
  public long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }
}
