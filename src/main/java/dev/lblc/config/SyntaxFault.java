package dev.lblc.config;

/** A place at which a text is not JSON. */
final class SyntaxFault extends Exception {
  private static final long serialVersionUID = 1;

  private final int offset;
  private final String found;

  /**
   * Describes a fault. Neither text may quote the file: the quoted text could be a secret without its quotes.
   *
   * @param offset of the mistake, in characters from the beginning of the text
   */
  SyntaxFault(int offset, String found, String expected) {
    super(expected, null, false, false);
    this.offset = offset;
    this.found = found;
  }

  int offset() {
    return offset;
  }

  String found() {
    return found;
  }

  String expected() {
    return String.valueOf(getMessage());
  }
}
