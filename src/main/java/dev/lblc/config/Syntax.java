package dev.lblc.config;

import java.util.regex.Pattern;

/**
 * What a string has to look like, and what it then means.
 *
 * @param expected names such a string in messages
 * @param reading takes the meaning out of it
 */
record Syntax<T>(String expected, Reading<T> reading) {
  /** Strings that match as a whole and stand for themselves. */
  static Syntax<String> matching(String expected, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return new Syntax<>(expected, text -> {
      if (!pattern.matcher(text).matches()) {
        throw new Unexpected(expected);
      }
      return text;
    });
  }

  /** Strings of this syntax with another meaning. */
  <U> Syntax<U> then(String otherExpected, Step<T, U> step) {
    return new Syntax<>(otherExpected, text -> step.apply(read(text)));
  }

  T read(String text) throws Unexpected {
    return reading.read(text);
  }

  /** Takes the meaning out of a text. */
  interface Reading<T> {
    T read(String text) throws Unexpected;
  }

  /** Goes from one meaning to the next. */
  interface Step<T, U> {
    U apply(T value) throws Unexpected;
  }
}
