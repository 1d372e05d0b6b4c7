package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.time.Duration;

/**
 * The options of {@code lblc-adaptive}.
 *
 * @param overload a server is overloaded above so many times the mean load, 1 to 10
 * @param floor and not below so many active connections, 1 or more
 * @param breakOut how likely a request is to leave an overloaded home: this, multiplied by the part of the load that is too much; 0 to 1
 * @param hot a destination is hot with more than this part of one server's fair share of the requests, and gets a home for each such part;
 *     0.01 to 1
 * @param replicas the most homes of a destination; 1: no destination is hot
 * @param shrink after so long without a change a hot destination may lose a home
 * @param forget a destination that was unused for so long is placed anew, if its home has more than {@code floor} active connections: the
 *     servers' caches have forgotten it; zero: never
 */
@PublicApi
public record AdaptiveOptions(
    double overload,
    int floor,
    double breakOut,
    double hot,
    int replicas,
    Duration shrink,
    Duration forget) {

  /** The most homes that a destination may have. */
  public static final int MOST_REPLICAS = 64;

  /** What serves without being set. */
  public static final AdaptiveOptions DEFAULTS =
      new AdaptiveOptions(2, 4, 0.25, 0.25, 8, Duration.ofSeconds(5), Duration.ofSeconds(10));

  /** Reads them from a service's {@code options}. */
  public static AdaptiveOptions read(OptionReader reader) {
    Duration day = Duration.ofDays(1);
    return new AdaptiveOptions(
        reader.number("overload", DEFAULTS.overload, 1, 10),
        reader.integer("floor", DEFAULTS.floor, 1, ServerSpec.MAX_WEIGHT),
        reader.number("breakOut", DEFAULTS.breakOut, 0, 1),
        reader.number("hot", DEFAULTS.hot, 0.01, 1),
        reader.integer("replicas", DEFAULTS.replicas, 1, MOST_REPLICAS),
        reader.duration("shrink", DEFAULTS.shrink, Duration.ofMillis(1), day),
        reader.duration("forget", DEFAULTS.forget, Duration.ZERO, day));
  }
}
