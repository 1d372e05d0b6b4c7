package dev.lblc.config;

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
 * <p>Methods return the value as a Java type. If the value is of another type, they note a fault and return a fallback, so that
 * reading goes on and finds more faults: a configuration with faults is never used. If there is no value, they return the
 * fallback, and note a fault if the value is required. Used by one thread.
 */
final class Cursor {
  private final Reading reading;
  private final String path;
  private final @Nullable Json value;
  private final int place;
  private final boolean required;
  private final boolean secret;
  private boolean failed;

  /** The text of the variable that stands for a number or a flag; null: not read yet. */
  private @Nullable String standsFor;

  private Cursor(
      Reading reading,
      String path,
      @Nullable Json value,
      int place,
      boolean required,
      boolean secret) {
    this.reading = reading;
    this.path = path;
    this.value = value;
    this.place = place;
    this.required = required;
    this.secret = secret;
  }

  static Cursor root(Json value, Reading reading) {
    return new Cursor(reading, JsonPath.ROOT, value, value.place(), true, false);
  }

  /** Returns the place of a member of this object; {@code member} is null if there is none. */
  Cursor member(String key, @Nullable Json member, boolean needed) {
    int at = member == null ? place : member.place();
    return new Cursor(reading, JsonPath.member(path, key), member, at, needed, secret);
  }

  /** Returns this place, with messages that do not show the value. */
  Cursor secret() {
    return new Cursor(reading, path, value, place, required, true);
  }

  String path() {
    return path;
  }

  boolean isPresent() {
    return value != null;
  }

  /** Returns whether the value is a string. */
  boolean isText() {
    return value instanceof Json.Str;
  }

  /** Returns whether the value is an object. */
  boolean isObject() {
    return value instanceof Json.Obj;
  }

  /** Returns whether the value is a list. */
  boolean isList() {
    return value instanceof Json.Arr;
  }

  /** Returns whether the value names an environment variable, which may stand for a number or a flag. */
  boolean isVariable() {
    return value instanceof Json.Str string && Environment.hasVariable(string.text());
  }

  /** Returns whether a fault was noted through this cursor: then it returned a fallback. */
  boolean hasFailed() {
    return failed;
  }

  /** Returns whether there is a value, and no fault was noted through this cursor. */
  boolean isRead() {
    return value != null && !failed;
  }

  /** Notes a fault of this value. */
  void fail(String expected) {
    fail(shown(), expected);
  }

  /** Notes a fault of this member's key. It is sorted before the faults of the value. */
  void failKey(String found, String expected) {
    failed = true;
    reading.faults().add(place - 1, path, found, expected);
  }

  /** Notes a warning of this value. */
  void warn(String message) {
    reading.faults().warn(place, new ConfigWarning(path, message));
  }

  /** Notes what a check of the files that are named here finds. */
  void checkFiles(Function<FileChecks, List<FileChecks.Finding>> check) {
    for (FileChecks.Finding finding : check.apply(reading.files())) {
      if (finding instanceof FileChecks.Finding.Fault fault) {
        fail(fault.found(), fault.expected());
      } else if (finding instanceof FileChecks.Finding.Suspicion suspicion) {
        reading
            .faults()
            .warn(place, new ConfigWarning(path, suspicion.message(), suspicion.severity()));
      }
    }
  }

  /** Notes a fault here; {@code found} describes it. */
  void fail(String found, String expected) {
    failed = true;
    reading.faults().add(place, path, found, expected);
  }

  /**
   * Reads an object.
   *
   * @param keys all keys that the object may have
   */
  <T> T object(List<String> keys, Function<ObjectReader, T> reader) {
    Json.Obj object = as(Json.Obj.class, "an object");
    ObjectReader members = new ObjectReader(this, object, keys);
    T result = reader.apply(members);
    members.refuseOthers();
    return result;
  }

  /** Checks that the value, if there is one, is an object, with any content. */
  void anyObject() {
    as(Json.Obj.class, "an object");
  }

  /**
   * Reads an object whose keys the user chooses. Entries with a faulty key are left out; their faults are noted.
   *
   * @param least how many keys there have to be
   */
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
        } catch (SyntaxException e) {
          entry.fail("key " + Json.quoted(key), e.expected());
        }
      });
    }
    return entries;
  }

  /**
   * Reads a list.
   *
   * @param least how many elements there have to be
   * @param reader returns null for an element to leave out
   */
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
        T element = reader.apply(new Cursor(reading, at, json, json.place(), true, secret));
        if (element != null) {
          read.add(element);
        }
      }
    }
    return read;
  }

  /** Returns the string, with the environment filled in; null where there is none. */
  <T> @Nullable T text(Syntax<T> syntax) {
    Json.Str string = as(Json.Str.class, syntax.expected());
    if (string == null) {
      return null;
    }
    String filled;
    try {
      filled = reading.environment().fill(string.text());
    } catch (SyntaxException e) {
      fail(e.expected());
      return null;
    }
    try {
      return syntax.read(filled);
    } catch (SyntaxException e) {
      if (filled.equals(string.text())) {
        fail(e.expected());
      } else {
        // A value from the environment may be a secret, and the message may quote it.
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

  /** Returns the whole number, or the one that a variable stands for; {@code 1.0} and {@code 1e3} are whole. */
  int integer(int fallback, int least, int most) {
    return number(
        "a whole number, " + least + " to " + most,
        fallback,
        literal -> NumberSyntax.integer(literal, least, most));
  }

  /** Returns the number, or the one that a variable stands for. */
  double number(double fallback, double least, double most) {
    return number(
        "a number, " + least + " to " + most,
        fallback,
        literal -> NumberSyntax.number(literal, least, most));
  }

  /** Returns the flag, or the one that a variable stands for. */
  boolean flag(boolean fallback) {
    return flag(fallback, "true or false");
  }

  /** The same; {@code expected} is for a value that may be something else than a flag, too. */
  boolean flag(boolean fallback, String expected) {
    if (isVariable()) {
      return variable(
          expected,
          fallback,
          text -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? false : null);
    }
    Json.Bool flag = as(Json.Bool.class, expected);
    return flag == null ? fallback : flag.value();
  }

  /** Returns the number; {@code reader} returns null for one that is not as expected. */
  private <T> T number(String expected, T fallback, Function<String, @Nullable T> reader) {
    if (isVariable()) {
      return variable(expected, fallback, reader);
    }
    Json.Num number = as(Json.Num.class, expected);
    if (number == null) {
      return fallback;
    }
    T read = reader.apply(number.literal());
    if (read == null) {
      fail(expected);
      return fallback;
    }
    return read;
  }

  /**
   * Returns the number or flag that a variable stands for.
   *
   * @param reader returns null for a text that is not as expected
   */
  private <T> T variable(String expected, T fallback, Function<String, @Nullable T> reader) {
    String filled = text(NameSyntax.ANY);
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
    // The text of a number or a flag is shown: without it nobody could find the mistake.
    return standsFor == null
        ? value.shown()
        : value.shown() + ", which is " + Json.quoted(standsFor);
  }
}
