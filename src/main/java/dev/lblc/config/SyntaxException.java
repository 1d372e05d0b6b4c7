package dev.lblc.config;

/** A text that does not have the expected syntax; the message says what was expected. */
final class SyntaxException extends Exception {
  private static final long serialVersionUID = 1;

  SyntaxException(String expected) {
    super(expected, null, false, false);
  }

  String expected() {
    return String.valueOf(getMessage());
  }
}
