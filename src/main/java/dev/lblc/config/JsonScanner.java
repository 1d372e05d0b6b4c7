package dev.lblc.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The scanner of a JSON text: reads blanks, strings, numbers and words from the beginning to the end. Knows nothing of objects
 * and lists. Used by one thread.
 */
final class JsonScanner {
  /** What {@link #peek} returns after the last character. */
  static final int END = -1;

  private static final int MOST_NUMBER = 1_000;
  private static final Pattern NUMBER =
      Pattern.compile("-?+(0|[1-9][0-9]*+)(\\.[0-9]++)?+([eE][+-]?+[0-9]++)?+");
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_$.+-]++");

  private final String text;
  private int at;

  JsonScanner(String text) {
    this.text = text;
  }

  /** Returns whether a text is a JSON number that is not too long to compute with. */
  static boolean isNumber(String text) {
    return text.length() <= MOST_NUMBER && NUMBER.matcher(text).matches();
  }

  int offset() {
    return at;
  }

  /** Returns the next character without taking it, or {@link #END}. */
  int peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  /** Takes the next character. */
  void skip() {
    at++;
  }

  boolean startsWith(String what) {
    return text.startsWith(what, at);
  }

  /** Takes blanks and line ends. */
  void skipBlanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** Takes a comment, which JSON does not have; returns false if none is next. */
  boolean skipComment() throws SyntaxFault {
    if (startsWith("/*")) {
      int end = text.indexOf("*/", at + 2);
      if (end < 0) {
        throw new SyntaxFault(at, "a comment without its end", "JSON, which has no comments");
      }
      at = end + 2;
      return true;
    }
    if (!startsWith("//") && !startsWith("#")) {
      return false;
    }
    while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
      at++;
    }
    return true;
  }

  /** Takes a string; the scanner is at its opening quote. */
  String string() throws SyntaxFault {
    int start = at++;
    StringBuilder string = new StringBuilder();
    for (int c = peek(); c != '"'; c = peek()) {
      if (c == END || c == '\n' || c == '\r') {
        throw new SyntaxFault(
            start, "a string without its closing quote", "\" in the line where the string begins");
      }
      if (c < ' ') {
        throw new SyntaxFault(
            at,
            (c == '\t' ? "a tab" : character(c)) + " in a string",
            c == '\t' ? "\\t" : String.format("\\u%04x", c));
      }
      at++;
      string.append(c == '\\' ? escape() : (char) c);
    }
    at++;
    return string.toString();
  }

  /** Takes a number, as written. */
  String number() throws SyntaxFault {
    int start = at;
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    Matcher word = WORD.matcher(text).region(at, text.length());
    at = word.lookingAt() ? word.end() : at;
    if (!number.lookingAt() || number.end() != at) {
      throw notANumber(start);
    }
    if (at - start > MOST_NUMBER) {
      throw new SyntaxFault(
          start, "a number of " + (at - start) + " characters", "at most " + MOST_NUMBER);
    }
    return number.group();
  }

  /** Takes the letters, digits and signs of a word or number; returns an empty text if there are none. */
  String word() {
    Matcher word = WORD.matcher(text).region(at, text.length());
    if (!word.lookingAt()) {
      return "";
    }
    at = word.end();
    return word.group();
  }

  /** Returns what a message calls a character. */
  static String character(int c) {
    return c > ' ' && c < 0x7f
        ? "the character " + (char) c
        : String.format("the character U+%04X", c);
  }

  /** Returns the line and the column, both from 1, of a place in the text. */
  String position(int offset) {
    int place = Math.min(offset, text.length());
    if (place == text.length()) { // the end is that of the last line, not of an empty one after it
      while (place > 0 && (text.charAt(place - 1) == '\n' || text.charAt(place - 1) == '\r')) {
        place--;
      }
    }
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < place; i++) {
      char c = text.charAt(i);
      if (c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'))) {
        line++;
        lineStart = i + 1;
      }
    }
    return "line " + line + ", column " + (place - lineStart + 1);
  }

  private char escape() throws SyntaxFault {
    int backslash = at - 1;
    int c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> (char) c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode(backslash);
      default ->
        throw new SyntaxFault(
            backslash,
            "a backslash that begins no escape",
            "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000; \\\\ stands for a backslash");
    };
  }

  private char unicode(int backslash) throws SyntaxFault {
    int code = 0;
    for (int end = at + 4; at < end; at++) {
      int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
      if (digit < 0) {
        throw new SyntaxFault(
            backslash, "\\u without four hexadecimal digits", "an escape such as \\u00e9");
      }
      code = code << 4 | digit;
    }
    return (char) code;
  }

  private SyntaxFault notANumber(int start) {
    String word = text.substring(start, at);
    if (word.matches("-?0[0-9]+")) {
      return new SyntaxFault(start, "a number with a leading zero", "a number without it");
    }
    return new SyntaxFault(
        start,
        "neither a number nor text in quotes",
        "a number such as 8080 or 1.5, or double quotes around anything else, as in \"5s\"");
  }
}
