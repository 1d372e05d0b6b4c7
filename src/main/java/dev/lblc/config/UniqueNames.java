package dev.lblc.config;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names read so far. Finds names that are used twice. */
final class UniqueNames {
  private final Map<String, String> paths = new HashMap<>();

  /** Adds a name, or notes a fault at {@code where} if the name was added before. Null is ignored. */
  void add(Cursor where, @Nullable String value) {
    String first = value == null ? null : paths.putIfAbsent(value, where.path());
    if (first != null) {
      where.fail("a name that " + first + " has not taken");
    }
  }
}
