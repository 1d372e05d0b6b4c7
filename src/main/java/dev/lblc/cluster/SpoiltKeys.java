package dev.lblc.cluster;

import java.util.HashSet;
import java.util.Set;

/** Keys of a map's entries that were dropped and still stand there, a thousand at most. Guarded by itself. */
final class SpoiltKeys {
  private static final int MOST = 1_000;

  private final Set<String> keys = new HashSet<>();

  synchronized void add(String key) {
    if (keys.size() < MOST) {
      keys.add(key);
    }
  }

  /** Returns all, and forgets them. */
  synchronized Set<String> take() {
    Set<String> taken = Set.copyOf(keys);
    keys.clear();
    return taken;
  }
}
