package dev.lblc.cluster;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which parts of the cluster do not work at the moment: one log line when a part stops, one when it works again. */
final class Degradation {
  private static final Logger LOG = LoggerFactory.getLogger(Degradation.class);

  private final Set<String> parts = ConcurrentHashMap.newKeySet();

  /** The name of another node's part in it. */
  static String node(@Nullable String id) {
    return "node " + id;
  }

  Set<String> parts() {
    return Set.copyOf(parts);
  }

  void failed(String part, @Nullable Throwable cause) {
    if (parts.add(part)) {
      LOG.warn(
          "the cluster's {} does not work; this node goes on with what it has: {}",
          part,
          String.valueOf(cause));
    }
  }

  /** That part is no more, and so does not fail either. */
  void gone(String part) {
    parts.remove(part);
  }

  /** Whether it did not before. */
  boolean worked(String part) {
    boolean worksAgain = parts.remove(part);
    if (worksAgain) {
      LOG.info("the cluster's {} works again", part);
    }
    return worksAgain;
  }
}
