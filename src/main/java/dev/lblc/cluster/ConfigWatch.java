package dev.lblc.cluster;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of this node's services with those of the other nodes, by digests of the parts of their configurations. Nodes with
 * different servers, strategies or limits undo each other's decisions, and nothing else would tell.
 *
 * <p>A difference is logged when it is seen twice in a row, so that a change that reaches all nodes within a moment is none. Guarded
 * by itself.
 */
final class ConfigWatch {
  private static final System.Logger LOG = System.getLogger(ConfigWatch.class.getName());
  private static final long EVERY_MILLIS = 1_000;

  private final Supplier<Map<String, Map<String, Integer>>> own;
  private final Supplier<Map<String, Map<String, Map<String, Integer>>>> others;
  private final Function<String, @Nullable String> name;
  private final Map<String, List<String>> seen = new HashMap<>();
  private final Map<String, List<String>> told = new HashMap<>();
  private long lastMillis;

  /**
   * Compares from now on.
   *
   * @param own digests by service and part; empty: not known yet
   * @param others the same of each other node, by its id; empty for one that does not tell
   * @param name finds what to call a node in the log; null: it is no member any more
   */
  ConfigWatch(
      Supplier<Map<String, Map<String, Integer>>> own,
      Supplier<Map<String, Map<String, Map<String, Integer>>>> others,
      Function<String, @Nullable String> name,
      long nowMillis) {
    this.own = own;
    this.others = others;
    this.name = name;
    this.lastMillis = nowMillis;
  }

  /** Compares once a second. Called at every tick. */
  synchronized void tick(long nowMillis) {
    if (nowMillis - lastMillis < EVERY_MILLIS) {
      return;
    }
    lastMillis = nowMillis;
    Map<String, List<String>> now = new HashMap<>();
    Map<String, Map<String, Integer>> here = own.get();
    others.get().forEach((node, there) -> now.put(node, differences(here, there)));
    now.forEach(this::look);
    seen.keySet().retainAll(now.keySet());
    told.keySet().retainAll(now.keySet());
  }

  /** Returns in which services a node differs from this one, and in what; empty: in none, or it does not tell. */
  List<String> differences(String node) {
    return differences(own.get(), others.get().getOrDefault(node, Map.of()));
  }

  static List<String> differences(
      Map<String, Map<String, Integer>> own, Map<String, Map<String, Integer>> other) {
    List<String> differences = new ArrayList<>();
    if (own.isEmpty() || other.isEmpty()) {
      return differences;
    }
    TreeSet<String> services = new TreeSet<>(own.keySet());
    services.addAll(other.keySet());
    for (String service : services) {
      Map<String, Integer> here = own.get(service);
      Map<String, Integer> there = other.get(service);
      if (here == null || there == null) {
        differences.add(service + ": only " + (there == null ? "here" : "there"));
      } else if (!here.equals(there)) {
        List<String> parts = new ArrayList<>();
        // A part that only one release tells of says nothing.
        new TreeMap<>(here).forEach((part, digest) -> {
          if (there.containsKey(part) && !digest.equals(there.get(part))) {
            parts.add(part);
          }
        });
        if (!parts.isEmpty()) {
          differences.add(service + ": " + String.join(", ", parts));
        }
      }
    }
    return differences;
  }

  private void look(String node, List<String> differences) {
    boolean isSeenTwice = differences.equals(seen.put(node, differences));
    if (!isSeenTwice || differences.equals(told.getOrDefault(node, List.of()))) {
      return;
    }
    told.put(node, differences);
    String who = name.apply(node);
    if (differences.isEmpty()) {
      LOG.log(Level.INFO, "node " + who + " has the same services as this one again");
    } else {
      LOG.log(
          Level.WARNING,
          "node " + who + " has other services than this one: " + String.join("; ", differences)
              + ". Give all nodes the same configuration of services: else they undo each other's decisions");
    }
  }
}
