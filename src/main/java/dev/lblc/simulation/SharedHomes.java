package dev.lblc.simulation;

import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The table that nodes share, with the delay of a network: what a node decides holds there at once, reaches the shared table after
 * half of the delay, is taken if the node knew the version that is there, and then reaches all nodes after the other half.
 *
 * <p>Last uses reach the others at once, when a node's use is later by a quarter of the time after which they matter than what is
 * known.
 */
final class SharedHomes {
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final double halfDelay;
  private final SchedulerOptions options;
  private final Map<String, Placement> homes = new HashMap<>();
  private final ArrayDeque<Sent> written = new ArrayDeque<>();
  private final ArrayDeque<Sent> told = new ArrayDeque<>();
  private final long[] uses;
  private long conflicts;

  private record Sent(double at, Placement placement) {}

  /** An empty table. */
  SharedHomes(double delay, SchedulerOptions options, int keys) {
    this.halfDelay = delay / 2;
    this.options = options;
    this.uses = new long[keys];
    Arrays.fill(uses, NEVER);
  }

  /** Has all nodes know what has reached them by now. */
  void settle(double now, Node[] nodes) {
    for (Sent sent = written.peek(); sent != null && sent.at <= now; sent = written.peek()) {
      written.remove();
      Placement wanted = sent.placement;
      Placement there = homes.get(wanted.destination());
      if (wanted.version() != (there == null ? 0 : there.version())) {
        conflicts++;
        continue;
      }
      Placement taken = new Placement(
          wanted.destination(), wanted.homes(), wanted.version() + 1, wanted.lastUseMillis());
      homes.put(taken.destination(), taken);
      told.add(new Sent(sent.at + halfDelay, taken));
    }
    for (Sent sent = told.peek(); sent != null && sent.at <= now; sent = told.peek()) {
      told.remove();
      for (Node node : nodes) {
        node.shared().adopt(sent.placement, options);
      }
    }
  }

  /** Has a node know when its next destination was last used anywhere, and notes that it uses it now. */
  void use(int key, String destination, long nowMillis, Node node) {
    if (uses[key] != NEVER) {
      node.shared().noteUse(destination, uses[key]);
    }
    if (nowMillis - uses[key] > node.shareUsesAfterMillis) {
      uses[key] = nowMillis;
    }
  }

  /** Sends what a node has decided about a destination. */
  void decided(double now, String destination, TableReplica replica) {
    Placement placement = replica.placement(destination);
    if (placement != null) {
      written.add(new Sent(now + halfDelay, placement));
    }
  }

  /** Gives a node that comes all that is there. */
  void fill(TableReplica replica) {
    homes.values().forEach(placement -> replica.adopt(placement, options));
  }

  /** Returns how many decisions came later than another node's. */
  long conflicts() {
    return conflicts;
  }
}
