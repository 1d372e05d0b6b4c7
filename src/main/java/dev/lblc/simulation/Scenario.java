package dev.lblc.simulation;

import dev.lblc.simulation.SyntheticWorkload.Flash;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A closed model of known requests, with its incidents: {@link Scenarios} has those that strategies are compared by.
 *
 * @param name in commands
 * @param about one line
 * @param nodes how many gateways
 * @param servers how many at the start
 * @param added how many come later
 * @param unequal whether slots and caches of servers are as 1 to 2 to 4
 * @param rate requests per second
 * @param exponent of Zipf's law
 * @param hitSeconds what a server takes on average for what it has in its cache
 * @param reportSeconds how often a node tells its counts
 * @param drift how many destinations per second change places in frequency
 * @param seconds how long it runs
 * @param event when something happens, in whole seconds; 0: nothing does
 */
public record Scenario(
    String name,
    String about,
    int nodes,
    int servers,
    int added,
    boolean unequal,
    double rate,
    double exponent,
    double hitSeconds,
    double reportSeconds,
    double drift,
    int seconds,
    int event,
    @Nullable Flash flash,
    List<Incident> incidents) {

  /** Before this, in seconds, nothing is measured: caches fill. */
  public static final int WARM = 40;

  /** How long the first and the last stretch of an event are, in seconds. */
  public static final int STRETCH = 10;

  static final int SLOTS = 16;
  private static final int KEYS = 100_000;
  private static final double CACHED = 0.2;
  private static final double MISS_SECONDS = 0.040;
  private static final double SPREAD_SECONDS = 0.001;

  /** A list that nobody else changes. */
  public Scenario {
    incidents = List.copyOf(incidents);
  }

  /** Returns this with so many gateways. */
  public Scenario withNodes(int other) {
    return new Scenario(
        name,
        about,
        other,
        servers,
        added,
        unequal,
        rate,
        exponent,
        hitSeconds,
        reportSeconds,
        drift,
        seconds,
        event,
        flash,
        incidents);
  }

  /** Returns this with reports at another interval, in seconds. */
  public Scenario withReports(double other) {
    return new Scenario(
        name,
        about,
        nodes,
        servers,
        added,
        unequal,
        rate,
        exponent,
        hitSeconds,
        other,
        drift,
        seconds,
        event,
        flash,
        incidents);
  }

  /** Returns the requests of a seed. */
  public Workload workload(long seed) {
    return new SyntheticWorkload(seed, nodes, KEYS, exponent, rate, drift, flash);
  }

  /**
   * Returns its servers and nodes.
   *
   * @param weightPerSlot the servers' weight, by their slots
   */
  public Model model(double weightPerSlot) {
    int all = servers + added;
    int[] slots = IntStream.range(0, all).map(this::slots).toArray();
    double total = IntStream.range(0, servers).mapToDouble(i -> slots[i]).sum();
    List<Model.Upstream> upstreams = new ArrayList<>();
    for (int i = 0; i < all; i++) {
      upstreams.add(new Model.Upstream(
          "s" + i, slots[i], (int) Math.round(CACHED * KEYS * slots[i] / total), Math.max(1, (int)
              Math.round(weightPerSlot * slots[i]))));
    }
    return new Model(nodes, upstreams, hitSeconds, MISS_SECONDS, reportSeconds, SPREAD_SECONDS);
  }

  /** Returns one server that has all the slots and all the cache of those that are there at the start: what no strategy surpasses. */
  public Model pooled() {
    int slots = IntStream.range(0, servers).map(this::slots).sum();
    Model.Upstream all = new Model.Upstream("all", slots, (int) Math.round(CACHED * KEYS), slots);
    return new Model(nodes, List.of(all), hitSeconds, MISS_SECONDS, reportSeconds, SPREAD_SECONDS);
  }

  private int slots(int server) {
    return unequal ? (SLOTS / 2) << (server % 3) : SLOTS;
  }
}
