package dev.lblc.simulation;

import java.util.Arrays;

/**
 * What was seen of a stretch of time. Requests belong to the second in which they came.
 *
 * @param requests how many came and were served or refused
 * @param hit which part of those that were served was in the server's cache
 * @param imbalance load per slot of the most loaded server over the mean of all, in seconds on average
 * @param imbalance99 the same in tenths of a second, the 99th percentile
 * @param meanMillis mean time until a request was served, waiting included
 * @param p99Millis the 99th percentile of that
 * @param errors how many were refused
 * @param moves how often a destination got another home though it had one
 * @param placed how often one got a home that had none, or none that counted
 * @param replicas how often one got a further home
 */
public record Figures(
    long requests,
    double hit,
    double imbalance,
    double imbalance99,
    double meanMillis,
    double p99Millis,
    long errors,
    long moves,
    long placed,
    long replicas) {

  /** Returns moves by requests. */
  public double movesPerRequest() {
    return requests == 0 ? 0 : (double) moves / requests;
  }

  /** Returns a percentile of the first numbers of an array; sorts them. */
  static double percentile(float[] numbers, int count, double part) {
    if (count == 0) {
      return 0;
    }
    Arrays.sort(numbers, 0, count);
    return numbers[Math.min(count - 1, (int) (part * count))];
  }
}
