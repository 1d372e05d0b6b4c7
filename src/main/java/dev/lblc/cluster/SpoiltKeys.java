package dev.lblc.cluster;

import java.util.HashSet;
import java.util.Set;

/**
 * Keys of a map's entries that were dropped and still stand there, a thousand at most. Guarded by itself.
 *
 * <p>Entries without a record are apart from those of a time that cannot be: the first are removed only if they are no record then.
 */
final class SpoiltKeys {
  private static final int MOST = 1_000;

  private final Set<String> withoutRecord = new HashSet<>();
  private final Set<String> ofTheFuture = new HashSet<>();

  synchronized void add(String key, boolean isOfTheFuture) {
    Set<String> keys = isOfTheFuture ? ofTheFuture : withoutRecord;
    if (keys.size() < MOST) {
      keys.add(key);
    }
  }

  /** Returns some, and forgets them. */
  synchronized Set<String> take(boolean isOfTheFuture) {
    Set<String> keys = isOfTheFuture ? ofTheFuture : withoutRecord;
    Set<String> taken = Set.copyOf(keys);
    keys.clear();
    return taken;
  }
}
