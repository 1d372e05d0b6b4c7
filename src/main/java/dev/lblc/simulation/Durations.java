package dev.lblc.simulation;

import java.util.Arrays;

/**
 * What a server takes for what it has in its cache, and for the rest, as durations of requests tell: two groups, with the border that
 * leaves the least scatter of their logarithms within them.
 *
 * @param border in seconds: what takes longer was not there
 * @param hitSeconds mean of the shorter ones
 * @param missSeconds mean of the longer ones
 * @param hit which part are the shorter ones
 */
public record Durations(double border, double hitSeconds, double missSeconds, double hit) {
  private static final int ROUNDS = 50;
  private static final double LEAST = 1e-6;

  /** Estimates from some durations, in seconds, one at least; they are sorted. */
  public static Durations of(double[] seconds) {
    Arrays.sort(seconds);
    if (seconds[0] == seconds[seconds.length - 1]) { // nothing tells one kind from the other
      return new Durations(seconds[0], seconds[0], seconds[0], 1);
    }
    double low = Math.log(Math.max(LEAST, seconds[0]));
    double high = Math.log(Math.max(LEAST, seconds[seconds.length - 1]));
    int split = seconds.length;
    for (int round = 0; round < ROUNDS; round++) {
      double border = Math.exp((low + high) / 2);
      int next = 0;
      while (next < seconds.length && seconds[next] <= border) {
        next++;
      }
      if (next == split) {
        break;
      }
      split = next;
      low = meanLog(seconds, 0, split, low);
      high = meanLog(seconds, split, seconds.length, high);
    }
    double border = Math.exp((low + high) / 2);
    double hit = mean(seconds, 0, split, border);
    return new Durations(
        border, hit, mean(seconds, split, seconds.length, hit), (double) split / seconds.length);
  }

  /** Returns how long a request took in parts of the mean of its group. */
  public double size(double seconds) {
    double mean = seconds <= border ? hitSeconds : missSeconds;
    return Math.max(LEAST, seconds) / Math.max(LEAST, mean);
  }

  private static double mean(double[] seconds, int from, int to, double none) {
    return Arrays.stream(seconds, from, to).average().orElse(none);
  }

  private static double meanLog(double[] seconds, int from, int to, double none) {
    return Arrays.stream(seconds, from, to)
        .map(each -> Math.log(Math.max(LEAST, each)))
        .average()
        .orElse(none);
  }
}
