package dev.lblc.cli;

/** Texts of clients on a terminal: what would move the cursor, or turn the line around, is written as its number. */
final class Printable {
  private static final int LONGEST = 60;

  private Printable() {}

  /** Returns the whole of a text, without control characters: clients choose destinations, and a terminal obeys escapes. */
  static String whole(String text) {
    return of(text, Integer.MAX_VALUE);
  }

  /** Returns a text for one column of a table: at most 60 characters, without control characters. */
  static String of(String text) {
    return of(text, LONGEST);
  }

  private static String of(String text, int longest) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length() && shown.length() < longest; ) {
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
      if (shown.length() >= longest && i < text.length()) {
        shown.setLength(longest - 1);
        shown.append('…');
        break;
      }
    }
    return shown.toString();
  }
}
