package dev.lblc.gateway.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Headers as lines of a message. */
interface ListedHeaders extends HeaderView {
  /** Returns these. */
  static ListedHeaders of(List<String> lines) {
    return () -> lines;
  }

  /** Returns the lines, each as {@code name: value}. */
  List<String> lines();

  /** Returns the name in a line. */
  static String name(String line) {
    return line.substring(0, line.indexOf(": "));
  }

  /** Returns the value in a line. */
  static String value(String line) {
    return line.substring(line.indexOf(": ") + 2);
  }

  @Override
  default @Nullable String header(CharSequence name) {
    return headers(name).stream().findFirst().orElse(null);
  }

  @Override
  default List<String> headers(CharSequence name) {
    return lines().stream()
        .filter(line -> name(line).equalsIgnoreCase(name.toString()))
        .map(ListedHeaders::value)
        .toList();
  }

  @Override
  default boolean hasHeader(CharSequence name) {
    return !headers(name).isEmpty();
  }
}
