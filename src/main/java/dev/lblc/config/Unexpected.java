package dev.lblc.config;

/** Says that a text is not what was expected, which its message names. */
final class Unexpected extends Exception {
  private static final long serialVersionUID = 1;

  Unexpected(String expected) {
    super(expected, null, false, false);
  }

  String expected() {
    return String.valueOf(getMessage());
  }
}
