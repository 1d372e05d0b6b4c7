package dev.lblc.config;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names that must not come twice. */
final class Distinct {
  private final Map<String, String> paths = new HashMap<>();

  /** Notes a fault at {@code where} if the name was there before; null is no name. */
  void add(Cursor where, @Nullable String value) {
    String first = value == null ? null : paths.putIfAbsent(value, where.path());
    if (first != null) {
      where.fail("a name that " + first + " has not taken");
    }
  }
}
