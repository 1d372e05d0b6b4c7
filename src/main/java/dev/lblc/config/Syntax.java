package dev.lblc.config;

import java.util.regex.Pattern;

/**
 * The syntax of a string: which strings are valid, and which value each stands for.
 *
 * @param expected describes a valid string in messages
 * @param reading returns the value of a string
 */
record Syntax<T>(String expected, Reading<T> reading) {
  /** Returns the syntax of strings that match a whole regular expression and stand for themselves. */
  static Syntax<String> matching(String expected, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return new Syntax<>(expected, text -> {
      if (!pattern.matcher(text).matches()) {
        throw new SyntaxException(expected);
      }
      return text;
    });
  }

  /** Returns a syntax that turns the value of this one into another value. */
  <U> Syntax<U> then(String otherExpected, Step<T, U> step) {
    return new Syntax<>(otherExpected, text -> step.apply(read(text)));
  }

  /** Returns the value of a text. */
  T read(String text) throws SyntaxException {
    return reading.read(text);
  }

  /** Returns the value of a text. */
  interface Reading<T> {
    /** Returns the value of a text. */
    T read(String text) throws SyntaxException;
  }

  /** Turns one value into the next. */
  interface Step<T, U> {
    U apply(T value) throws SyntaxException;
  }
}
