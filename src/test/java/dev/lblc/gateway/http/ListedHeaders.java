package dev.lblc.gateway.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Headers as lines of a message. */
record ListedHeaders(List<String> lines) implements HeaderView {
  /** Returns the name in a line. */
  static String name(String line) {
    return line.substring(0, line.indexOf(": "));
  }

  /** Returns the value in a line. */
  static String value(String line) {
    return line.substring(line.indexOf(": ") + 2);
  }

  @Override
  public @Nullable String header(CharSequence name) {
    return headers(name).stream().findFirst().orElse(null);
  }

  @Override
  public List<String> headers(CharSequence name) {
    return lines.stream()
        .filter(line -> name(line).equalsIgnoreCase(name.toString()))
        .map(ListedHeaders::value)
        .toList();
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return !headers(name).isEmpty();
  }
}
