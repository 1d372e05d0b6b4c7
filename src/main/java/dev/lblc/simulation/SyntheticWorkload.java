package dev.lblc.simulation;

import org.jspecify.annotations.Nullable;

/**
 * Requests at random times for destinations whose frequencies follow Zipf's law, without an end.
 *
 * <pre>
 * gap before request i   -ln(1 - u(i, 0)) / rate
 * rank                   the first whose cumulated frequency is u(i, 1) or more; frequency of rank r: (r + 1)^-exponent
 * node                   u(i, 2) * nodes, rounded down
 * size                   exp(sigma z - sigma^2 / 2) with z = sqrt(-2 ln(1 - u(i, 3))) cos(2 pi u(i, 4))
 * flash                  with u(i, 5) below its share: one of its own destinations; the rest comes as often as before
 * drift                  every 1/drift seconds one of the 1,000 most frequent destinations changes places with any one
 * </pre>
 */
public final class SyntheticWorkload implements Workload {
  private static final double SIGMA = 0.5;
  private static final int DRIFTING = 1_000;

  private final Numbers numbers;
  private final int nodes;
  private final double rate;
  private final double driftPerSecond;
  private final @Nullable Flash flash;
  private final double[] cumulated;
  private final int[] keyOfRank;
  private final String[] destinations;
  private long next;
  private long drifts;
  private double driftTime;
  private double time;
  private int key;
  private int node;
  private double size;

  /**
   * Something that all of a sudden many ask for.
   *
   * @param at from when, in seconds
   * @param seconds for how long
   * @param share of all requests
   * @param keys how many destinations, none of which was asked for before
   */
  public record Flash(double at, double seconds, double share, int keys) {
    boolean isAt(double time) {
      return time >= at && time < at + seconds;
    }
  }

  /**
   * A workload.
   *
   * @param rate requests per second, those of a flash not among them
   * @param driftPerSecond how many destinations change places; 0: none
   */
  SyntheticWorkload(
      long seed,
      int nodes,
      int keys,
      double exponent,
      double rate,
      double driftPerSecond,
      @Nullable Flash flash) {
    this.numbers = new Numbers(seed);
    this.nodes = nodes;
    this.rate = rate;
    this.driftPerSecond = driftPerSecond;
    this.flash = flash;
    cumulated = new double[keys];
    keyOfRank = new int[keys];
    double sum = 0;
    for (int rank = 0; rank < keys; rank++) {
      sum += Math.pow(rank + 1.0, -exponent);
      cumulated[rank] = sum;
      keyOfRank[rank] = rank;
    }
    for (int rank = 0; rank < keys; rank++) {
      cumulated[rank] /= sum;
    }
    destinations = new String[keys + (flash == null ? 0 : flash.keys())];
    for (int i = 0; i < destinations.length; i++) {
      destinations[i] = "k" + i;
    }
    driftTime = 1 / driftPerSecond;
  }

  @Override
  public boolean advance() {
    long i = next++;
    double present = flash != null && flash.isAt(time) ? rate / (1 - flash.share()) : rate;
    time += -Math.log(1 - numbers.of(i, Numbers.GAP)) / present;
    while (driftTime < time) {
      drift();
    }
    double u = numbers.of(i, Numbers.KEY);
    key = flash != null && flash.isAt(time) && numbers.of(i, Numbers.FLASH) < flash.share()
        ? keyOfRank.length + (int) (u * flash.keys())
        : keyOfRank[rank(u)];
    node = (int) (numbers.of(i, Numbers.NODE) * nodes);
    double z = Math.sqrt(-2 * Math.log(1 - numbers.of(i, Numbers.RADIUS)))
        * Math.cos(2 * Math.PI * numbers.of(i, Numbers.ANGLE));
    size = Math.exp(SIGMA * z - 0.5 * SIGMA * SIGMA);
    return true;
  }

  @Override
  public double time() {
    return time;
  }

  @Override
  public int key() {
    return key;
  }

  @Override
  public int node() {
    return node;
  }

  @Override
  public double size() {
    return size;
  }

  @Override
  public int keys() {
    return destinations.length;
  }

  @Override
  public String destination(int number) {
    return destinations[number];
  }

  private int rank(double u) {
    int low = 0;
    int high = cumulated.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cumulated[middle] < u) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void drift() {
    int ranks = Math.min(DRIFTING, keyOfRank.length);
    int one = (int) (numbers.of(drifts, Numbers.DRIFT_TOP) * ranks);
    int other = (int) (numbers.of(drifts, Numbers.DRIFT_OTHER) * keyOfRank.length);
    int kept = keyOfRank[one];
    keyOfRank[one] = keyOfRank[other];
    keyOfRank[other] = kept;
    drifts++;
    driftTime += 1 / driftPerSecond;
  }
}
