package dev.lblc.gateway.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the value of a cookie that an answer sets. */
final class SetCookie {
  private static final String MAX_AGE = "max-age=";

  private SetCookie() {}

  /** Returns the value that a client has afterwards, as it came: that of the last field of this name; null: none, or it is removed. */
  static @Nullable String value(List<String> fields, String name) {
    String value = null;
    for (String field : fields) {
      int equals = field.indexOf('=');
      int semicolon = field.indexOf(';');
      int end = semicolon < 0 ? field.length() : semicolon;
      if (equals >= 0 && equals < end && field.substring(0, equals).trim().equals(name)) {
        value = isRemoved(field, end) ? null : field.substring(equals + 1, end).trim();
      }
    }
    return value;
  }

  /** Returns whether the attributes, which begin there, say that the cookie has no time to live. */
  private static boolean isRemoved(String field, int from) {
    for (String attribute : field.substring(from).split(";", -1)) {
      String trimmed = attribute.trim();
      if (trimmed.regionMatches(true, 0, MAX_AGE, 0, MAX_AGE.length())) {
        String age = trimmed.substring(MAX_AGE.length()).trim();
        if (age.startsWith("-") || age.matches("0+")) {
          return true;
        }
      }
    }
    return false;
  }
}
