package dev.lblc.cluster;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The parts of the cluster that do not work at the moment: one log line when a part stops, one when it works again. */
final class Degradation {
  private static final System.Logger LOG = System.getLogger(Degradation.class.getName());

  private final Set<String> parts = ConcurrentHashMap.newKeySet();

  /** Returns the name of another node's part in it. */
  static String node(@Nullable String id) {
    return "node " + id;
  }

  Set<String> parts() {
    return Set.copyOf(parts);
  }

  void failed(String part, String why) {
    if (parts.add(part)) {
      LOG.log(
          Level.WARNING,
          "the cluster's " + part + " does not work; this node goes on with what it has: " + why);
    }
  }

  /** Forgets a part that is no more. */
  void gone(String part) {
    parts.remove(part);
  }

  /** Notes that a part works; returns whether it did not before. */
  boolean worked(String part) {
    boolean worksAgain = parts.remove(part);
    if (worksAgain) {
      LOG.log(Level.INFO, "the cluster's " + part + " works again");
    }
    return worksAgain;
  }
}
