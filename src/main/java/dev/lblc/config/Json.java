package dev.lblc.config;

import java.util.List;
import java.util.Map;

/** A JSON value and its place in the text. Faults are sorted by place. */
sealed interface Json {
  /** Returns the number of characters before this value. */
  int place();

  /** Returns the value as messages show it; the content of objects and lists is left out. */
  String shown();

  /** An object; its members are in file order. */
  record Obj(int place, Map<String, Json> members) implements Json {
    @Override
    public String shown() {
      return members.isEmpty() ? "{}" : "{...}";
    }
  }

  /** A list. */
  record Arr(int place, List<Json> elements) implements Json {
    @Override
    public String shown() {
      return elements.isEmpty() ? "[]" : "[...]";
    }
  }

  /** A string. */
  record Str(int place, String text) implements Json {
    @Override
    public String shown() {
      return quoted(text);
    }
  }

  /** A number as written, not converted yet. */
  record Num(int place, String literal) implements Json {
    @Override
    public String shown() {
      return shortened(literal);
    }
  }

  /** True or false. */
  record Bool(int place, boolean value) implements Json {
    @Override
    public String shown() {
      return String.valueOf(value);
    }
  }

  /** Null: not the same as a missing key. */
  record Nil(int place) implements Json {
    @Override
    public String shown() {
      return "null";
    }
  }

  /** Returns the text in double quotes, on one line, shortened if it is long. */
  static String quoted(String text) {
    return '"' + escaped(shortened(text), '"') + '"';
  }

  /** Returns the text with control characters, backslashes and {@code quote} escaped. */
  static String escaped(String text, char quote) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.chars().forEach(c -> {
      if (c == quote || c == '\\') {
        escaped.append('\\').append((char) c);
      } else if (Character.isISOControl(c) || Character.isSurrogate((char) c) || isLineEnd(c)) {
        escaped.append(String.format("\\u%04x", c));
      } else {
        escaped.append((char) c);
      }
    });
    return escaped.toString();
  }

  private static String shortened(String text) {
    int most = 100;
    return text.length() <= most ? text : text.substring(0, most) + "...";
  }

  private static boolean isLineEnd(int c) {
    return c == '\u2028' || c == '\u2029';
  }
}
