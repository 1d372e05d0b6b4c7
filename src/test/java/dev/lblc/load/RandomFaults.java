package dev.lblc.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * One to three faults of three nodes that begin within seconds of each other, as steps in time. One seed, the same steps.
 *
 * <pre>
 * kill, restart      a process is gone for 0.5 to 9 s; in order, or not
 * pause              a process stands still for 1 to 20 s
 * one off, all off   2 | 1 and 1 | 1 | 1 for 0.5 to 15 s
 * half heard         one off; then one of the others still does not reach it for 1 to 10 s more
 * one way            what one sends does not reach another
 * loss               10 to 30 of 100 packets between all
 * flap               a link between two, or to one, is cut and mended all the time
 * reset              what one sends to another, or both to each other, is answered by a TCP reset
 * slow               what one sends has 100 to 2,000 kilobits a second
 * </pre>
 */
final class RandomFaults {
  private static final int NODES = 3;

  private final SplittableRandom random;
  private final Namespaces namespaces;
  private final List<GatewayNode> nodes;
  private final Consumer<GatewayNode> release;
  private final List<Step> steps = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private final Set<GatewayNode> ended = new HashSet<>();

  /** Indices of nodes. */
  private final Set<Integer> slow = new HashSet<>();

  private final Set<GatewayNode> gone = new HashSet<>();
  private final Map<GatewayNode, Long> awaySince = new HashMap<>();
  private final List<Absence> absences = new ArrayList<>();

  /** Something that is done at a time, in milliseconds since the first one. */
  private record Step(long atMillis, Action action) {}

  interface Action {
    void run() throws Exception;
  }

  /** A node was killed or paused from then to then: what it was asked had to fail, or to wait. */
  private record Absence(GatewayNode node, long fromNanos, long toNanos) {}

  /**
   * Of that seed.
   *
   * @param release ends requests of a node that would not end by themselves
   */
  RandomFaults(
      long seed, Namespaces namespaces, List<GatewayNode> nodes, Consumer<GatewayNode> release) {
    this.release = release;
    this.random = new SplittableRandom(seed);
    this.namespaces = namespaces;
    this.nodes = nodes;
    List<Integer> victims =
        new ArrayList<>(List.of(0, 1, 2)); // of what becomes of processes: one thing each
    take(victims); // one can always answer
    long begin = 0;
    for (int i = between(1, 3); i > 0; i--) {
      add(begin, victims);
      begin += random.nextInt(4_000);
    }
    steps.sort(Comparator.comparingLong(Step::atMillis));
  }

  /** Does it all, and something else between two steps, again and again; returns when all is undone. */
  void run(Action meanwhile) throws Exception {
    long start = System.nanoTime();
    try {
      for (Step step : steps) {
        while (System.nanoTime() - start < step.atMillis() * 1_000_000) {
          meanwhile.run();
        }
        step.action().run();
      }
    } finally {
      namespaces.heal();
    }
    for (GatewayNode node : ended) {
      node.process().awaitReady();
      back(node);
    }
  }

  /** Which nodes can be asked now. */
  List<GatewayNode> present() {
    return nodes.stream().filter(node -> !gone.contains(node)).toList();
  }

  /** Whether a node was killed or paused for a part of that time. */
  boolean wasAway(GatewayNode node, long fromNanos, long toNanos) {
    return absences.stream()
        .anyMatch(absence -> absence.node() == node
            && absence.fromNanos() - toNanos <= 0
            && fromNanos - absence.toNanos() <= 0);
  }

  @Override
  public String toString() {
    return String.join("; ", texts);
  }

  private void add(long begin, List<Integer> victims) {
    int one = random.nextInt(NODES);
    int other = (one + 1 + random.nextInt(2)) % NODES;
    int third = NODES - one - other;
    int kind = random.nextInt(13);
    if (kind < 3 && victims.isEmpty()) {
      kind += 3;
    }
    switch (kind) {
      case 0, 1 -> end(begin, take(victims), kind == 0);
      case 2 -> pause(begin, take(victims));
      case 3 -> between(begin, one + " off", between(500, 15_000), List.of(one, other, one, third));
      case 4 ->
        between(
            begin, "all off", between(500, 15_000), List.of(one, other, one, third, other, third));
      case 5 -> halfHeard(begin, one, other, third);
      case 6 -> oneWay(begin, one, other);
      case 7 -> loss(begin);
      case 8 -> flap(begin, one + " and " + other, List.of(one, other));
      case 9 -> flap(begin, one + " and all", List.of(one, other, one, third));
      case 10 -> reset(begin, one, other, false);
      case 11 -> reset(begin, one, other, true);
      default -> slow(begin, one);
    }
  }

  private void end(long begin, int victim, boolean abruptly) {
    GatewayNode node = nodes.get(victim);
    long millis = between(500, 9_000);
    ended.add(node);
    step(begin, () -> {
      gone.add(node);
      if (abruptly) {
        away(node);
        node.process().kill();
      } else {
        release.accept(node);
        node.process().terminate(); // whoever is connected is served
      }
    });
    step(begin + millis, () -> {
      node.process().exitCode(Duration.ofSeconds(60));
      node.launch();
    });
    say(begin, (abruptly ? "kill " : "restart ") + victim, millis);
  }

  private void pause(long begin, int victim) {
    GatewayNode node = nodes.get(victim);
    long millis = between(1_000, 20_000);
    step(begin, () -> {
      away(node);
      node.process().stop();
    });
    step(begin + millis, () -> {
      node.process().resume();
      back(node);
    });
    say(begin, "pause " + victim, millis);
  }

  private void between(long begin, String text, long millis, List<Integer> pairs) {
    step(begin, () -> cut(pairs));
    step(begin + millis, () -> mend(pairs));
    say(begin, text, millis);
  }

  private void halfHeard(long begin, int one, int other, int third) {
    long off = between(3_000, 15_000);
    long more = between(1_000, 10_000);
    step(begin, () -> cut(List.of(one, other, one, third)));
    step(begin + off, () -> {
      mend(List.of(one, third));
      namespaces.mendOneWay(one, other);
    });
    step(begin + off + more, () -> namespaces.mendOneWay(other, one));
    say(begin, one + " off, and then nothing from " + other + " to it for " + more + " ms", off);
  }

  private void oneWay(long begin, int from, int to) {
    long millis = between(500, 15_000);
    step(begin, () -> namespaces.cutOneWay(from, to));
    step(begin + millis, () -> namespaces.mendOneWay(from, to));
    say(begin, "nothing from " + from + " to " + to, millis);
  }

  private void reset(long begin, int one, int other, boolean isMutual) {
    long millis = between(500, 15_000);
    step(begin, () -> namespaces.reset(one, other));
    step(begin + millis, () -> namespaces.resetNoMore(one, other));
    if (isMutual) {
      step(begin, () -> namespaces.reset(other, one));
      step(begin + millis, () -> namespaces.resetNoMore(other, one));
    }
    say(begin, "reset from " + one + (isMutual ? " and to " : " to ") + other, millis);
  }

  private void slow(long begin, int one) {
    long millis = between(2_000, 15_000);
    int kilobits = between(100, 2_000);
    if (!slow.add(one)) { // drawn all the same: a seed has the same steps
      return; // the first of the two to end would end both
    }
    step(begin, () -> namespaces.slow(one, kilobits));
    step(begin + millis, () -> namespaces.slowNoMore(one));
    say(begin, one + " slow, " + kilobits + " kbit/s,", millis);
  }

  private void loss(long begin) {
    long millis = between(2_000, 15_000);
    int percent = between(10, 30);
    for (int i = 0; i < NODES * NODES; i++) {
      int from = i / NODES;
      int to = i % NODES;
      if (from != to) {
        step(begin, () -> namespaces.lose(from, to, percent));
        step(begin + millis, () -> namespaces.loseNoMore(from, to, percent));
      }
    }
    say(begin, "loss of " + percent + " %", millis);
  }

  private void flap(long begin, String text, List<Integer> pairs) {
    long millis = 0;
    for (int i = between(3, 12); i > 0; i--) {
      step(begin + millis, () -> cut(pairs));
      millis += between(100, 2_000);
      step(begin + millis, () -> mend(pairs));
      millis += between(100, 1_500);
    }
    say(begin, "flap of " + text, millis);
  }

  private void cut(List<Integer> pairs) throws Exception {
    for (int i = 0; i < pairs.size(); i += 2) {
      namespaces.cut(pairs.get(i), pairs.get(i + 1));
    }
  }

  private void mend(List<Integer> pairs) throws Exception {
    for (int i = 0; i < pairs.size(); i += 2) {
      namespaces.mendOneWay(pairs.get(i), pairs.get(i + 1));
      namespaces.mendOneWay(pairs.get(i + 1), pairs.get(i));
    }
  }

  private void away(GatewayNode node) {
    gone.add(node);
    awaySince.put(node, System.nanoTime());
  }

  private void back(GatewayNode node) {
    gone.remove(node);
    Long since = awaySince.remove(node);
    if (since != null) {
      absences.add(new Absence(node, since, System.nanoTime()));
    }
  }

  private void step(long atMillis, Action action) {
    steps.add(new Step(atMillis, action));
  }

  private void say(long begin, String text, long millis) {
    texts.add("%s for %d ms at %d".formatted(text, millis, begin));
  }

  private int take(List<Integer> victims) {
    return victims.remove(random.nextInt(victims.size()));
  }

  private int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }
}
