package dev.lblc.cli;

/** Texts of clients on a terminal: what would move the cursor, or turn the line around, is written as its number. */
final class Printable {
  private static final int LONGEST = 60;

  private Printable() {}

  /** Returns a text for one column of a table: at most 60 characters, without control characters. */
  static String of(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length() && shown.length() < LONGEST; ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      int type = Character.getType(c);
      if (Character.isISOControl(c)
          || type == Character.FORMAT
          || type == Character.SURROGATE
          || type == Character.LINE_SEPARATOR
          || type == Character.PARAGRAPH_SEPARATOR) {
        shown.append(String.format("\\u%04x", c));
      } else {
        shown.appendCodePoint(c);
      }
      if (shown.length() >= LONGEST && i < text.length()) {
        shown.setLength(LONGEST - 1);
        shown.append('…');
        break;
      }
    }
    return shown.toString();
  }
}
