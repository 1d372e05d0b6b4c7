package dev.lblc.gateway.route;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Finds one parameter of a query without parsing the others. */
final class QueryParameter {
  private QueryParameter() {}

  /** Returns the first value of that name, decoded; null: no query or no such parameter. */
  static @Nullable String of(@Nullable String query, String name) {
    if (query == null) {
      return null;
    }
    int start = 0;
    while (start < query.length()) {
      int end = query.indexOf('&', start);
      if (end < 0) {
        end = query.length();
      }
      int equals = query.indexOf('=', start);
      int nameEnd = equals >= 0 && equals < end ? equals : end;
      if (isName(query, start, nameEnd, name)) {
        return decode(query, Math.min(nameEnd + 1, end), end);
      }
      start = end + 1;
    }
    return null;
  }

  private static boolean isName(String query, int start, int end, String name) {
    return (end - start == name.length() && query.startsWith(name, start))
        || (end - start > name.length() && decode(query, start, end).equals(name));
  }

  /** Decodes escapes and plus signs; a broken escape stays as it is. */
  private static String decode(String query, int start, int end) {
    boolean plain = true;
    for (int i = start; i < end && plain; i++) {
      plain = query.charAt(i) != '%' && query.charAt(i) != '+';
    }
    if (plain) {
      return query.substring(start, end);
    }
    ByteArrayOutputStream octets = new ByteArrayOutputStream(end - start);
    for (int i = start; i < end; i++) {
      char c = query.charAt(i);
      if (c == '%'
          && i + 2 < end
          && HexFormat.isHexDigit(query.charAt(i + 1))
          && HexFormat.isHexDigit(query.charAt(i + 2))) {
        octets.write(HexFormat.fromHexDigits(query, i + 1, i + 3));
        i += 2;
      } else {
        octets.write(c == '+' ? ' ' : c);
      }
    }
    return octets.toString(StandardCharsets.UTF_8);
  }
}
