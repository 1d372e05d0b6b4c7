package dev.lblc.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The parser of JSON text to {@link Json}. Used by one thread.
 *
 * <p>Why a parser of our own: a person writes the text and reads the messages. Each message says what is wrong at the line that
 * has to be changed: a missing comma belongs to the line that lacks it, not to the next one. Reading goes on after a missing
 * comma, an extra one or a comment, so that all of them are listed. {@code JsonObject} of Vert.x also drops the first of two
 * equal keys without an error, rounds numbers, and does not keep the places of values.
 *
 * <p>Members named {@code $comment}, and members whose names begin with {@code //}, are comments: they are left out and may be
 * repeated.
 */
final class JsonText {
  /** Deeper than any configuration, and not deep enough to overflow the stack. */
  private static final int MOST_NESTED = 64;

  /** More faults than anybody corrects before the next try. */
  private static final int MOST_FAULTS = 100;

  private static final String QUOTES = "'`\u2018\u2019\u201a\u201c\u201d\u201e";

  private final JsonScanner scanner;
  private final Faults faults;
  private int noted;
  private int insideComments;

  private JsonText(String text, Faults faults) {
    this.scanner = new JsonScanner(text);
    this.faults = faults;
  }

  /** Returns the value of the text. Duplicate keys are added to the faults; if the text is not JSON, they are thrown. */
  static Json parse(String text, Faults faults) throws ConfigException {
    JsonText reading = new JsonText(text, faults);
    try {
      Json value = reading.whole();
      if (reading.noted == 0) {
        return value;
      }
    } catch (SyntaxFault e) {
      reading.add(e);
    }
    throw faults.exception();
  }

  private Json whole() throws SyntaxFault {
    skipBlanks();
    if (scanner.peek() == JsonScanner.END) {
      throw fault("nothing but blanks", "a JSON object, which begins with {");
    }
    Json value = value(JsonPath.ROOT, 0);
    skipBlanks();
    int next = scanner.peek();
    if (next == ':' && value instanceof Json.Str) {
      throw fault("a key outside of { and }", "{ and } around the whole text");
    }
    if (next != JsonScanner.END) {
      throw fault(
          next == '}' || next == ']'
              ? (char) next + " without its beginning"
              : "text after the end of the JSON value",
          "nothing more");
    }
    return value;
  }

  private Json value(String path, int depth) throws SyntaxFault {
    int here = scanner.offset();
    int next = scanner.peek();
    return switch (next) {
      case '{' -> new Json.Obj(here, object(path, deeper(depth)));
      case '[' -> new Json.Arr(here, list(path, deeper(depth)));
      case '"' -> new Json.Str(here, scanner.string());
      case '-', '+', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
        new Json.Num(here, scanner.number());
      default -> word(here);
    };
  }

  private Json word(int here) throws SyntaxFault {
    int next = scanner.peek();
    if (QUOTES.indexOf(next) >= 0) {
      throw fault("other quotes than double ones", "double quotes (\") around text");
    }
    if (scanner.startsWith("${")) {
      throw fault("a variable without quotes", "double quotes around it: \"${NAME}\"");
    }
    String word = scanner.word();
    return switch (word) {
      case "true", "false" -> new Json.Bool(here, word.equals("true"));
      case "null" -> new Json.Nil(here);
      case "" ->
        throw fault(
            next == JsonScanner.END ? "the end of the text" : JsonScanner.character(next),
            "a value: text in double quotes, a number, true, false, null, { or [");
      default -> {
        String lower = word.toLowerCase(Locale.ROOT);
        boolean known = lower.equals("true") || lower.equals("false") || lower.equals("null");
        throw new SyntaxFault(
            here,
            known ? "a capital letter in " + lower : "a word without quotes",
            known ? lower : "text in double quotes, a number, true, false or null");
      }
    };
  }

  private Map<String, Json> object(String path, int depth) throws SyntaxFault {
    int open = start("}");
    Map<String, Json> members = new LinkedHashMap<>();
    skipBlanks();
    if (scanner.peek() == '}') {
      scanner.skip();
      return members;
    }
    do {
      String key = key(open);
      boolean comment = key.equals("$comment") || key.startsWith("//");
      insideComments += comment ? 1 : 0;
      String at = JsonPath.member(path, key);
      Json member = value(at, depth);
      if (!comment && members.putIfAbsent(key, member) != null && insideComments == 0) {
        faults.add(member.place(), at, "duplicate key", "each key once");
      }
      insideComments -= comment ? 1 : 0;
    } while (another('}', open));
    return members;
  }

  private List<Json> list(String path, int depth) throws SyntaxFault {
    int open = start("]");
    List<Json> elements = new ArrayList<>();
    skipBlanks();
    if (scanner.peek() == ']') {
      scanner.skip();
      return elements;
    }
    do {
      refuseEnd(open, ']');
      elements.add(value(JsonPath.element(path, elements.size()), depth));
    } while (another(']', open));
    return elements;
  }

  /** Takes the bracket that begins an object or a list, and returns its place. */
  private int start(String close) throws SyntaxFault {
    int open = scanner.offset();
    scanner.skip();
    skipBlanks();
    if (scanner.peek() == ',') {
      note(fault("a comma with nothing before it", "a value, or " + close));
      skipCommas();
    }
    return open;
  }

  /** Takes a key and its colon. */
  private String key(int open) throws SyntaxFault {
    int next = scanner.peek();
    refuseEnd(open, '}');
    if (next != '"') {
      if (QUOTES.indexOf(next) >= 0) {
        throw fault("other quotes than double ones", "double quotes (\") around the key");
      }
      throw fault(
          Character.isLetterOrDigit(next) || next == '_' || next == '$' || next == '-'
              ? "a key without quotes"
              : JsonScanner.character(next),
          "a key in double quotes");
    }
    String key = scanner.string();
    int end = scanner.offset();
    skipBlanks();
    switch (scanner.peek()) {
      case ':' -> scanner.skip();
      case '=' -> throw fault("= after a key", "a colon");
      case ',', '}' -> throw new SyntaxFault(end, "a key without a value", "a colon and a value");
      default -> {
        refuseEnd(open, '}');
        throw new SyntaxFault(end, "no colon after a key", "a colon");
      }
    }
    int colon = scanner.offset();
    skipBlanks();
    if (scanner.peek() == ',' || scanner.peek() == '}') {
      throw new SyntaxFault(colon, "no value after the colon", "a value");
    }
    refuseEnd(open, '}');
    return key;
  }

  /** Takes the comma or bracket after a value in an object or a list; returns false after the last value. */
  private boolean another(char close, int open) throws SyntaxFault {
    int end = scanner.offset();
    skipBlanks();
    int next = scanner.peek();
    refuseEnd(open, close);
    if (next == close) {
      scanner.skip();
      return false;
    }
    if (next != ',') {
      noteMissingComma(next, end, close);
      return true;
    }
    int comma = scanner.offset();
    scanner.skip();
    skipBlanks();
    if (scanner.peek() == ',') {
      note(fault("a second comma", "one comma between two values"));
      skipCommas();
    }
    if (scanner.peek() == close) {
      note(new SyntaxFault(comma, "a comma before " + close, "no comma after the last value"));
      scanner.skip();
      return false;
    }
    return true;
  }

  /** Notes a missing comma if a value follows; throws if it is not clear what follows. */
  private void noteMissingComma(int next, int end, char close) throws SyntaxFault {
    boolean letter = Character.isLetterOrDigit(next);
    if (letter && scanner.offset() == end) {
      throw fault("text after a closing quote or bracket", "a comma; \\\" for a quote in text");
    }
    boolean value = next == '"' || (close == ']' && (letter || "{[-".indexOf(next) >= 0));
    SyntaxFault missing = value || letter || "{[-".indexOf(next) >= 0 || QUOTES.indexOf(next) >= 0
        ? new SyntaxFault(end, "no comma after this value", "a comma, or " + close)
        : fault(JsonScanner.character(next), "a comma, or " + close);
    if (!value) {
      throw missing;
    }
    note(missing);
  }

  private void refuseEnd(int open, char close) throws SyntaxFault {
    int next = scanner.peek();
    boolean otherClose = next == (close == '}' ? ']' : '}');
    if (next == JsonScanner.END || otherClose) {
      throw fault(
          otherClose ? String.valueOf((char) next) : "the end of the text",
          close + " for the " + (close == '}' ? '{' : '[') + " of " + scanner.position(open));
    }
  }

  private void skipCommas() throws SyntaxFault {
    while (scanner.peek() == ',') {
      scanner.skip();
      skipBlanks();
    }
  }

  private void skipBlanks() throws SyntaxFault {
    scanner.skipBlanks();
    int start = scanner.offset();
    while (scanner.skipComment()) {
      note(new SyntaxFault(
          start, "a comment", "JSON, which has none; a key \"//\" or \"$comment\" may hold one"));
      scanner.skipBlanks();
      start = scanner.offset();
    }
  }

  private int deeper(int depth) throws SyntaxFault {
    if (depth == MOST_NESTED) {
      throw fault("more than " + MOST_NESTED + " levels", "{ and [ nested less deeply");
    }
    return depth + 1;
  }

  private SyntaxFault fault(String found, String expected) {
    return new SyntaxFault(scanner.offset(), found, expected);
  }

  /** Adds a fault after which reading goes on. */
  private void note(SyntaxFault fault) throws SyntaxFault {
    if (noted == MOST_FAULTS - 1) {
      throw fault;
    }
    add(fault);
  }

  private void add(SyntaxFault fault) {
    noted++;
    faults.add(fault.offset(), scanner.position(fault.offset()), fault.found(), fault.expected());
  }
}
