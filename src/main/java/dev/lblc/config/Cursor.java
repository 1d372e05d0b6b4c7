package dev.lblc.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place in a configuration, with or without a value.
 *
 * <p>Its methods take the value out as a Java type. Where it is not of that type they note a fault and return a
 * fallback, so that reading goes on and finds the rest: a configuration that was read with faults is thrown away. Where
 * there is no value they return the fallback, with a fault if the value is required. Used by one thread.
 */
final class Cursor {
  private final Faults faults;
  private final Environment environment;
  private final String path;
  private final @Nullable Json value;
  private final int place;
  private final boolean required;
  private final boolean secret;
  private boolean failed;

  /** What a variable stands for, where JSON has another type than text; null until that is asked for. */
  private @Nullable String standsFor;

  private Cursor(
      Faults faults,
      Environment environment,
      String path,
      @Nullable Json value,
      int place,
      boolean required,
      boolean secret) {
    this.faults = faults;
    this.environment = environment;
    this.path = path;
    this.value = value;
    this.place = place;
    this.required = required;
    this.secret = secret;
  }

  static Cursor root(Json value, Faults faults, Environment environment) {
    return new Cursor(faults, environment, JsonPath.ROOT, value, value.place(), true, false);
  }

  /** The place of a member of this object, {@code value} null if it has none. */
  Cursor member(String key, @Nullable Json member, boolean needed) {
    int at = member == null ? place : member.place();
    return new Cursor(faults, environment, JsonPath.member(path, key), member, at, needed, secret);
  }

  /** This place, with messages that do not show the value. */
  Cursor secret() {
    return new Cursor(faults, environment, path, value, place, required, true);
  }

  String path() {
    return path;
  }

  boolean isPresent() {
    return value != null;
  }

  /** Whether the value is a string, where it may be something else, too. */
  boolean isText() {
    return value instanceof Json.Str;
  }

  /** Whether the value is a string that names a variable of the environment, which may stand for a number or a flag. */
  boolean isVariable() {
    return value instanceof Json.Str string && Environment.hasVariable(string.text());
  }

  /** Whether a fault was noted through this cursor, so that what it gave is but a fallback. */
  boolean hasFailed() {
    return failed;
  }

  /** Notes a fault of this value. */
  void fail(String expected) {
    fail(shown(), expected);
  }

  /** Notes a fault of this member's key, which stands before the value and all that is in it. */
  void failKey(String found, String expected) {
    failed = true;
    faults.add(place - 1, path, found, expected);
  }

  /** Notes a fault here, which {@code found} describes. */
  void fail(String found, String expected) {
    failed = true;
    faults.add(place, path, found, expected);
  }

  /**
   * An object.
   *
   * @param keys all that it may have
   */
  <T> T object(List<String> keys, Function<Members, T> reader) {
    Json.Obj object = as(Json.Obj.class, "an object");
    Members members = new Members(this, object, keys);
    T result = reader.apply(members);
    members.refuseOthers();
    return result;
  }

  /** Checks that the value, if there is one, is an object, whatever is in it. */
  void anyObject() {
    as(Json.Obj.class, "an object");
  }

  /** An object with {@code least} keys or more, of the user's choice; entries with a faulty key are read, but left out. */
  <T> Map<String, T> map(int least, Syntax<String> keys, BiFunction<String, Cursor, T> reader) {
    Map<String, T> entries = new LinkedHashMap<>();
    Json.Obj object = as(Json.Obj.class, "an object");
    if (object != null) {
      if (object.members().size() < least) {
        fail("an object with " + least + " or more keys");
      }
      object.members().forEach((key, json) -> {
        Cursor entry = member(key, json, true);
        T read = reader.apply(key, entry);
        try {
          if (entries.putIfAbsent(keys.read(key), read) != null) {
            entry.fail(
                "key " + Json.quoted(key), "names that differ in more than upper and lower case");
          }
        } catch (Unexpected e) {
          entry.fail("key " + Json.quoted(key), e.expected());
        }
      });
    }
    return entries;
  }

  /** A list with {@code least} elements or more; those that the reader has no use for are left out. */
  <T> List<T> list(int least, Function<Cursor, @Nullable T> reader) {
    List<T> read = new ArrayList<>();
    Json.Arr list = as(Json.Arr.class, "a list");
    if (list != null) {
      if (list.elements().size() < least) {
        fail("a list of " + least + " or more");
      }
      int index = 0;
      for (Json json : list.elements()) {
        String at = JsonPath.element(path, index++);
        T element =
            reader.apply(new Cursor(faults, environment, at, json, json.place(), true, secret));
        if (element != null) {
          read.add(element);
        }
      }
    }
    return read;
  }

  /** The string, with the environment filled in; null where there is none. */
  <T> @Nullable T text(Syntax<T> syntax) {
    Json.Str string = as(Json.Str.class, syntax.expected());
    if (string == null) {
      return null;
    }
    String filled;
    try {
      filled = environment.fill(string.text());
    } catch (Unexpected e) {
      fail(e.expected());
      return null;
    }
    try {
      return syntax.read(filled);
    } catch (Unexpected e) {
      if (filled.equals(string.text())) {
        fail(e.expected());
      } else {
        // What came from the environment may be a secret; the message at hand may quote it.
        fail(shown() + " with the environment filled in", syntax.expected());
      }
      return null;
    }
  }

  <T> T text(Syntax<T> syntax, T fallback) {
    T read = text(syntax);
    return read == null ? fallback : read;
  }

  Duration duration(Duration fallback, Duration least, Duration most) {
    return text(DurationSyntax.between(least, most), fallback);
  }

  /** A whole number, or a variable that has one; {@code 1.0} and {@code 1e3} are whole. */
  int integer(int fallback, int least, int most) {
    String expected = "a whole number, " + least + " to " + most;
    if (isVariable()) {
      return variable(expected, fallback, text -> integer(text, least, most));
    }
    Json.Num number = as(Json.Num.class, expected);
    if (number == null) {
      return fallback;
    }
    Integer read = integer(number.literal(), least, most);
    if (read == null) {
      fail(expected);
      return fallback;
    }
    return read;
  }

  /** A number, or a variable that has one. */
  double number(double fallback, double least, double most) {
    String expected = "a number, " + least + " to " + most;
    if (isVariable()) {
      return variable(expected, fallback, text -> number(text, least, most));
    }
    Json.Num number = as(Json.Num.class, expected);
    if (number == null) {
      return fallback;
    }
    Double read = number(number.literal(), least, most);
    if (read == null) {
      fail(expected);
      return fallback;
    }
    return read;
  }

  /** True or false, or a variable that says so. */
  boolean flag(boolean fallback) {
    String expected = "true or false";
    if (isVariable()) {
      return variable(
          expected,
          fallback,
          text -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? false : null);
    }
    Json.Bool flag = as(Json.Bool.class, expected);
    return flag == null ? fallback : flag.value();
  }

  private static @Nullable Integer integer(String literal, int least, int most) {
    try {
      int read =
          JsonScanner.isNumber(literal) ? new BigDecimal(literal).intValueExact() : least - 1;
      return read >= least && read <= most ? read : null;
    } catch (ArithmeticException | NumberFormatException e) {
      return null; // fractional, or beyond an int or even a BigDecimal
    }
  }

  private static @Nullable Double number(String literal, double least, double most) {
    double read = JsonScanner.isNumber(literal) ? Double.parseDouble(literal) : Double.NaN;
    return read >= least && read <= most ? Double.valueOf(read) : null;
  }

  /**
   * What a variable stands for, where JSON has another type than text.
   *
   * @param reader returns null for a text that is not as expected
   */
  private <T> T variable(String expected, T fallback, Function<String, @Nullable T> reader) {
    String filled = text(Texts.ANY);
    if (filled == null) {
      return fallback;
    }
    standsFor = filled;
    T read = reader.apply(filled);
    if (read == null) {
      fail(expected);
      return fallback;
    }
    return read;
  }

  private <J extends Json> @Nullable J as(Class<J> type, String expected) {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    if (value != null || required) {
      fail(expected);
    }
    return null;
  }

  private String shown() {
    if (value == null) {
      return "missing";
    }
    if (secret) {
      return "***";
    }
    // What stands for a number or a flag is shown: nobody could find out what is wrong without it.
    return standsFor == null
        ? value.shown()
        : value.shown() + ", which is " + Json.quoted(standsFor);
  }
}
