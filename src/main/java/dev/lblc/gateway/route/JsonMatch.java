package dev.lblc.gateway.route;

import dev.lblc.gateway.route.JsonFields.Node;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields that the body of a request must have to take a route. Immutable. */
final class JsonMatch {
  private static final String ANY = "*";

  private final BodyNeeds needs;
  private final Node[] fields;
  private final String[] values;

  private JsonMatch(Map<String, String> match, JsonFields all, int most) {
    needs = BodyNeeds.ofMatch(all, most);
    fields = match.keySet().stream().map(all::node).toArray(Node[]::new);
    values = match.values().toArray(String[]::new);
  }

  /**
   * Compiles a match; null: the body does not matter.
   *
   * @param match paths of fields, and the value each must have
   * @param most how many octets of the body may be looked at
   */
  static @Nullable JsonMatch compile(Map<String, String> match, JsonFields all, int most) {
    return match.isEmpty() ? null : new JsonMatch(match, all, most);
  }

  /** Returns what has to be known of a body. */
  BodyNeeds needs() {
    return needs;
  }

  boolean matches(BodyStart start) {
    for (int i = 0; i < fields.length; i++) {
      String value = start.json(fields[i]);
      if (value == null || !(values[i].equals(ANY) || values[i].equals(value))) {
        return false;
      }
    }
    return true;
  }
}
