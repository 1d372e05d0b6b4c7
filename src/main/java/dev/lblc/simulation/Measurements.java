package dev.lblc.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is seen of a run, by seconds and tenths of a second. */
public final class Measurements {
  private final List<Second> seconds = new ArrayList<>();

  private final int servers;
  private int entries;

  /** One second: of requests that came in it, and of the servers' loads. */
  static final class Second {
    long hits;
    long errors;
    long moves;
    long placed;
    long replicas;
    double imbalance;
    final float[] tenths = new float[10];
    final float[] loads;
    int tenthCount;
    float[] millis = {}; // most seconds of a long log are quiet ones
    int served;

    Second(int servers) {
      loads = new float[servers];
    }

    void served(boolean hit, double latencyMillis) {
      if (served == millis.length) {
        millis = Arrays.copyOf(millis, Math.max(64, 2 * served));
      }
      millis[served++] = (float) latencyMillis;
      hits += hit ? 1 : 0;
    }

    void tenth(double imbalanceThen) {
      if (tenthCount < tenths.length) {
        tenths[tenthCount++] = (float) imbalanceThen;
      }
    }
  }

  Measurements(int servers) {
    this.servers = servers;
  }

  Second at(double time) {
    int second = (int) time;
    while (seconds.size() <= second) {
      seconds.add(new Second(servers));
    }
    return seconds.get(second);
  }

  void entries(int count) {
    entries = count;
  }

  /** Returns how many destinations the table of the first node had at the end. */
  public int entries() {
    return entries;
  }

  /** Returns how many servers there are. */
  public int servers() {
    return servers;
  }

  /** Returns how many seconds there are. */
  public int seconds() {
    return seconds.size();
  }

  /** Returns the hit ratio of a second. */
  public double hit(int second) {
    Second of = seconds.get(second);
    return of.served == 0 ? 0 : (double) of.hits / of.served;
  }

  /** Returns how many requests a server had in a second, on average, by their number. */
  public double load(int second, int server) {
    return seconds.get(second).loads[server];
  }

  /** Returns what was seen from one second, inclusive, to another, exclusive. */
  public Figures figures(int from, int to) {
    List<Second> window =
        seconds.subList(Math.min(from, seconds.size()), Math.min(to, seconds.size()));
    float[] millis = new float[window.stream().mapToInt(second -> second.served).sum()];
    float[] tenths =
        new float[window.stream().mapToInt(second -> second.tenthCount).sum()];
    int served = 0;
    int tenthCount = 0;
    double sum = 0;
    for (Second second : window) {
      System.arraycopy(second.millis, 0, millis, served, second.served);
      System.arraycopy(second.tenths, 0, tenths, tenthCount, second.tenthCount);
      served += second.served;
      tenthCount += second.tenthCount;
    }
    for (float latency : millis) {
      sum += latency;
    }
    long errors = window.stream().mapToLong(second -> second.errors).sum();
    long hits = window.stream().mapToLong(second -> second.hits).sum();
    return new Figures(
        served + errors,
        served == 0 ? 0 : (double) hits / served,
        window.stream()
            .mapToDouble(second -> second.imbalance)
            .filter(imbalance -> imbalance > 0)
            .average()
            .orElse(0),
        Figures.percentile(tenths, tenthCount, 0.99),
        served == 0 ? 0 : sum / served,
        Figures.percentile(millis, served, 0.99),
        errors,
        window.stream().mapToLong(second -> second.moves).sum(),
        window.stream().mapToLong(second -> second.placed).sum(),
        window.stream().mapToLong(second -> second.replicas).sum());
  }
}
