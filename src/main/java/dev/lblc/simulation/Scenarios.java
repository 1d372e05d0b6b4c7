package dev.lblc.simulation;

import dev.lblc.simulation.Incident.Kind;
import dev.lblc.simulation.SyntheticWorkload.Flash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The scenarios that strategies are compared by. */
public final class Scenarios {
  private static final Map<String, Scenario> ALL = new LinkedHashMap<>();
  private static final int EVENT = 50;
  private static final int DOWN = 20;
  private static final int FIRST_TO_STOP = 3;

  static {
    add("S1", "a quiet cluster: 57 % of what the servers can do", shape(11_000));
    add("S2", "a busy one: 78 %", shape(15_000));
    add("S3", "nearly too busy: 91 %", shape(17_500));
    add("S4", "as S2, with 16 gateways", shape(15_000).nodes(16));
    add("F1", "a flash: 15 % ask for one new destination", flash(11_000, 0.002, 0.15, 1));
    add("F2", "a flash that is too much for one server: 20 %", flash(9_000, 0.008, 0.20, 1));
    add("F3", "as F2, for ten new destinations", flash(9_000, 0.008, 0.20, 10));
    add("D1", "a server dies", shape(12_000).stop(1).lasting(50).event(EVENT));
    add("D2", "it comes back, cold", shape(12_000).stop(1).lasting(60).event(EVENT + DOWN));
    add("D3", "a quarter of the servers dies", shape(11_000).stop(4).lasting(50).event(EVENT));
    add("D4", "they come back, cold", shape(11_000).stop(4).lasting(60).event(EVENT + DOWN));
    add(
        "A1",
        "four servers are added to sixteen",
        shape(15_000).add(4).lasting(60).event(EVENT));
    add("H", "servers of three sizes", shape(15_000).unequal());
    add("C1", "what is asked for most drifts", shape(13_000).drift(20));
    add("C2", "it drifts ten times as fast", shape(13_000).drift(200));
    add("R", "gateways restart, one by one", shape(9_000).restart(4).lasting(50).event(EVENT));
    add("Z0.6", "as S2, with nearly equal destinations", shape(7_614).exponent(0.6));
    add("Z0.9", "as S2, at 75 %", shape(14_638));
    add("Z1.1", "as S2, with unequal destinations", shape(31_707).exponent(1.1));
    add("Z1.3", "as S2, with very unequal destinations", shape(64_857).exponent(1.3));
  }

  private Scenarios() {}

  /** Returns all of them, in the order of this file. */
  public static Collection<Scenario> all() {
    return List.copyOf(ALL.values());
  }

  /** Returns those that a name or the beginning of one stands for ({@code S2}, {@code S}); empty: none. */
  public static List<Scenario> named(String name) {
    Scenario exact = ALL.get(name);
    return exact != null
        ? List.of(exact)
        : ALL.values().stream().filter(one -> one.name().startsWith(name)).toList();
  }

  private static void add(String name, String about, Shape shape) {
    ALL.put(name, shape.made(name, about));
  }

  private static Shape shape(double rate) {
    return new Shape(rate);
  }

  private static Shape flash(double rate, double hitSeconds, double share, int keys) {
    Shape shape = shape(rate).event(EVENT);
    shape.hitSeconds = hitSeconds;
    shape.flash = new Flash(EVENT, DOWN, share, keys);
    return shape;
  }

  /** What differs between them. */
  private static final class Shape {
    private final double rate;
    private int nodes = 4;
    private int added;
    private boolean unequal;
    private double exponent = 0.9;
    private double hitSeconds = 0.002;
    private double drift;
    private int lasting = 40;
    private int event;
    private @Nullable Flash flash;
    private final List<Incident> incidents = new ArrayList<>();

    Shape(double rate) {
      this.rate = rate;
    }

    Shape nodes(int count) {
      nodes = count;
      return this;
    }

    Shape exponent(double of) {
      exponent = of;
      return this;
    }

    Shape drift(double perSecond) {
      drift = perSecond;
      return this;
    }

    Shape unequal() {
      unequal = true;
      return this;
    }

    Shape lasting(int seconds) {
      lasting = seconds;
      return this;
    }

    Shape event(int at) {
      event = at;
      return this;
    }

    Shape stop(int servers) {
      for (int i = FIRST_TO_STOP; i < FIRST_TO_STOP + servers; i++) {
        incidents.add(new Incident(EVENT, Kind.SERVER_STOPS, i));
        incidents.add(new Incident(EVENT + DOWN, Kind.SERVER_COMES, i));
      }
      return this;
    }

    Shape add(int servers) {
      added = servers;
      IntStream.range(16, 16 + servers)
          .forEach(i -> incidents.add(new Incident(EVENT, Kind.SERVER_COMES, i)));
      return this;
    }

    Shape restart(int count) {
      for (int i = 0; i < count; i++) {
        double at = EVENT + i * 1.5;
        incidents.add(new Incident(at, Kind.NODE_STOPS, i));
        incidents.add(new Incident(at + 1, Kind.NODE_COMES, i));
      }
      return this;
    }

    Scenario made(String name, String about) {
      return new Scenario(
          name,
          about,
          nodes,
          16,
          added,
          unequal,
          rate,
          exponent,
          hitSeconds,
          0.1,
          drift,
          Scenario.WARM + lasting,
          event,
          flash,
          incidents);
    }
  }
}
