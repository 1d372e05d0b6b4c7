package dev.lblc.admin;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The query of a request; what is wrong with it is a problem of status 400. */
final class QueryParameters {
  private static final int MOST = 64;

  private final Map<String, List<String>> values;

  private QueryParameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /** Reads the query of a target. A semicolon is part of a value: destinations may have one. */
  static QueryParameters of(String target) {
    return new QueryParameters(
        new QueryStringDecoder(target, StandardCharsets.UTF_8, true, MOST, true).parameters());
  }

  /** Returns a parameter's value; null if it is absent or empty. */
  @Nullable
  String text(String name) {
    List<String> found = values.getOrDefault(name, List.of());
    if (found.size() > 1) {
      throw bad(name + ": given " + found.size() + " times (expected: once)");
    }
    return found.isEmpty() || found.get(0).isEmpty() ? null : found.get(0);
  }

  /** Returns all values of a parameter, in order. */
  List<String> texts(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** Refuses every parameter but these: one that is misspelt must not be taken for none. */
  void requireOnly(Set<String> names) {
    for (String name : values.keySet()) {
      if (!names.contains(name)) {
        throw bad(name + ": unknown parameter (expected: "
            + (names.isEmpty() ? "none" : "one of " + String.join(", ", names)) + ")");
      }
    }
  }

  /** Returns whether a parameter is given, with a value or without. */
  boolean has(String name) {
    return values.containsKey(name);
  }

  /** Returns a whole number between 1 and a limit. */
  int number(String name, int fallback, int most) {
    String text = text(name);
    if (text == null) {
      return fallback;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number out of range is.
    }
    throw bad(name + ": " + text + " (expected: 1 to " + most + ")");
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(400, detail);
  }
}
