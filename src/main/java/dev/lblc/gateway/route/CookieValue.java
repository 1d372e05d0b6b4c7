package dev.lblc.gateway.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds one cookie without parsing the others. */
final class CookieValue {
  private CookieValue() {}

  /** Returns the first value of that name in the Cookie headers, as it came; null: none. */
  static @Nullable String of(List<String> headers, String name) {
    for (String header : headers) {
      String value = in(header, name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private static @Nullable String in(String header, String name) {
    int start = 0;
    while (start < header.length()) {
      int end = header.indexOf(';', start);
      if (end < 0) {
        end = header.length();
      }
      while (start < end && header.charAt(start) == ' ') {
        start++;
      }
      int equals = start + name.length();
      if (equals < end && header.charAt(equals) == '=' && header.startsWith(name, start)) {
        return header.substring(equals + 1, end).trim();
      }
      start = end + 1;
    }
    return null;
  }
}
