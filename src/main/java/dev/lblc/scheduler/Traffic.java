package dev.lblc.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How often a service was asked for its destinations and its servers lately: a sketch of bounded size.
 *
 * <pre>
 * for one decision of every "one in":  at the end of a second, all counters decay, and "one in" follows the traffic
 *   if the destination has a counter:  counter += one in
 *   else if a counter is free:         it counts the destination from now on
 *   else:                              the smallest counter is the destination's now, and keeps its count as its overcount
 * </pre>
 *
 * The rule of the counters is Space-Saving (Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in
 * Data Streams, 2005). A counter is never below the true count, and above it by its overcount at most, which is at most a {@value
 * #COUNTERS}th of all. All counters decay by the same factor, which leaves that bound as it is.
 *
 * <p>Up to {@value #MOST_SAMPLES} decisions a second every one is counted. Of more, one of 2, 4, 8 ... is chosen at random and counts
 * for as many: a decision costs a random number, and a count of c is off by about the square root of c * (one in - 1).
 *
 * <p>May be used from any thread. A decision never waits: one that finds another one being counted is not counted.
 */
final class Traffic {
  /** Destinations that are counted at a time. */
  static final int COUNTERS = 128;

  /** Decisions of a second that are counted, before one of twice as many is. */
  static final int MOST_SAMPLES = 4_096;

  /** Time after which a decision counts for half. */
  static final int HALF_LIFE_SECONDS = 15;

  private static final double KEPT_PER_SECOND = Math.pow(0.5, 1.0 / HALF_LIFE_SECONDS);
  private static final long SECOND_MILLIS = 1_000;

  /** A counter below this is free again. */
  private static final double FORGOTTEN = 1.0 / 16;

  private static final int MOST_SHIFT = 20;

  private final Clock clock;
  private final Supplier<? extends RandomGenerator> random;
  private final ReentrantLock lock = new ReentrantLock();

  // All of these are guarded by the lock.
  private final @Nullable String[] destinations = new @Nullable String[COUNTERS];
  private final int[] hashes = new int[COUNTERS];
  private final double[] counts = new double[COUNTERS];
  private final double[] overcounts = new double[COUNTERS];
  private int used;
  private double total;
  private double seconds;
  private long second;
  private int samples;
  private int shift;

  /** How many random bits must be zero for a decision to be counted; changed under the lock. */
  private volatile int mask;

  /** With nothing counted yet. */
  Traffic(Clock clock, Supplier<? extends RandomGenerator> random) {
    this.clock = clock;
    this.random = random;
    this.second = Math.floorDiv(clock.millis(), SECOND_MILLIS);
  }

  /**
   * How often a destination was asked for.
   *
   * @param perSecond mean rate, of which what is {@link #HALF_LIFE_SECONDS} ago counts for half
   * @param errorPerSecond the true rate is most likely no farther away
   */
  record Rate(String destination, double perSecond, double errorPerSecond) {
    /** Returns what the rate most likely is at least. */
    double leastPerSecond() {
      return perSecond - errorPerSecond;
    }
  }

  /** Decisions that count for a server, which decay; guarded by the lock of the service's traffic. */
  static final class Share {
    private double count;
    private long second;

    private void decayTo(long now) {
      if (now > second) {
        count *= Math.pow(KEPT_PER_SECOND, (double) (now - second));
        second = now;
      }
    }
  }

  /**
   * Counts a decision, or passes over it.
   *
   * @param destination as the table has it; null: none
   * @param server that was chosen; null: none
   */
  void note(@Nullable String destination, @Nullable Server server) {
    int bits = mask;
    if (bits == 0 || (random.get().nextInt() & bits) == 0) {
      count(destination, server, bits + 1);
    }
  }

  /**
   * Returns the destinations that were asked for most, by what their rates are at least: one whose counter was taken over a moment ago
   * may be anything. Those that are not known to have been asked for are left out.
   */
  List<Rate> top(int limit) {
    lock.lock();
    try {
      double span = advance(clock.millis());
      List<Rate> rates = new ArrayList<>(used);
      for (int i = 0; i < used; i++) {
        double deviation = 2 * Math.sqrt(counts[i] * mask);
        rates.add(new Rate(
            Objects.requireNonNull(destinations[i]),
            counts[i] / span,
            (overcounts[i] + deviation) / span));
      }
      rates.removeIf(rate -> rate.leastPerSecond() <= 0);
      rates.sort(Comparator.comparingDouble(Rate::leastPerSecond).reversed());
      return List.copyOf(rates.subList(0, Math.min(limit, rates.size())));
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many decisions are made in a second, those without a destination among them; see {@link Rate}. */
  double perSecond() {
    lock.lock();
    try {
      double span = advance(clock.millis());
      return total / span;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many of these decisions chose each of some servers, in their order. */
  double[] perSecond(List<Server> servers) {
    lock.lock();
    try {
      double span = advance(clock.millis());
      double[] rates = new double[servers.size()];
      for (int i = 0; i < rates.length; i++) {
        Share share = servers.get(i).share();
        share.decayTo(second);
        rates[i] = share.count / span;
      }
      return rates;
    } finally {
      lock.unlock();
    }
  }

  private void count(@Nullable String destination, @Nullable Server server, int weight) {
    if (!lock.tryLock()) {
      return;
    }
    try {
      advance(clock.millis());
      total += weight;
      if (server != null) {
        Share share = server.share();
        share.decayTo(second);
        share.count += weight;
      }
      if (destination != null) {
        count(destination, weight);
      }
      if (++samples >= MOST_SAMPLES && shift < MOST_SHIFT) {
        samples /= 2;
        sampleOneIn(shift + 1);
      }
    } finally {
      lock.unlock();
    }
  }

  private void count(String destination, int weight) {
    int hash = destination.hashCode();
    for (int i = 0; i < used; i++) {
      if (hashes[i] == hash && destination.equals(destinations[i])) {
        counts[i] += weight;
        return;
      }
    }
    int at = used < COUNTERS ? used++ : smallest();
    destinations[at] = destination;
    hashes[at] = hash;
    overcounts[at] = counts[at];
    counts[at] += weight;
  }

  private int smallest() {
    int found = 0;
    for (int i = 1; i < COUNTERS; i++) {
      if (counts[i] < counts[found]) {
        found = i;
      }
    }
    return found;
  }

  /** Lets the counters decay by the seconds that have passed. Returns over how many seconds they count, by the same measure. */
  private double advance(long nowMillis) {
    long now = Math.floorDiv(nowMillis, SECOND_MILLIS);
    long passed = now - second;
    if (passed > 0) {
      double kept = Math.pow(KEPT_PER_SECOND, (double) passed);
      // The second that is over, and those without a decision after it: each by its age.
      seconds = seconds * kept + KEPT_PER_SECOND * (1 - kept) / (1 - KEPT_PER_SECOND);
      total *= kept;
      for (int i = used - 1; i >= 0; i--) {
        counts[i] *= kept;
        overcounts[i] *= kept;
        if (counts[i] < FORGOTTEN) {
          free(i);
        }
      }
      long perSecond = ((long) samples << shift) / passed;
      sampleOneIn(Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(perSecond / MOST_SAMPLES)));
      samples = 0;
      second = now;
    }
    return seconds == 0
        ? 1
        : seconds + (double) Math.floorMod(nowMillis, SECOND_MILLIS) / SECOND_MILLIS;
  }

  private void free(int i) {
    used--;
    destinations[i] = destinations[used];
    hashes[i] = hashes[used];
    counts[i] = counts[used];
    overcounts[i] = overcounts[used];
    Arrays.fill(counts, used, used + 1, 0);
    destinations[used] = null;
  }

  private void sampleOneIn(int twoToThe) {
    shift = Math.min(twoToThe, MOST_SHIFT);
    mask = (1 << shift) - 1;
  }
}
