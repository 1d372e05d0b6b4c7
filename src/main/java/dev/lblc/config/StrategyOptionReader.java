package dev.lblc.config;

import dev.lblc.scheduler.OptionReader;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The reader of a strategy's own options in a service's {@code options}. The options of all strategies are read before. */
final class StrategyOptionReader implements OptionReader {
  private final ObjectReader options;
  private final Map<String, Cursor> asked = new LinkedHashMap<>();
  private final Map<String, Object> read = new LinkedHashMap<>();

  StrategyOptionReader(ObjectReader options) {
    this.options = options;
  }

  /** Returns what was read by key, defaults included. */
  Map<String, Object> read() {
    return Collections.unmodifiableMap(read);
  }

  @Override
  public int integer(String key, int fallback, int least, int most) {
    require(fallback >= least && fallback <= most, key, fallback, least + " to " + most);
    return took(key, ask(key).integer(fallback, least, most));
  }

  @Override
  public double number(String key, double fallback, double least, double most) {
    require(fallback >= least && fallback <= most, key, fallback, least + " to " + most);
    return took(key, ask(key).number(fallback, least, most));
  }

  @Override
  public Duration duration(String key, Duration fallback, Duration least, Duration most) {
    require(
        fallback.compareTo(least) >= 0 && fallback.compareTo(most) <= 0,
        key,
        fallback,
        least + " to " + most);
    return took(key, ask(key).duration(fallback, least, most));
  }

  @Override
  public boolean flag(String key, boolean fallback) {
    return took(key, ask(key).flag(fallback));
  }

  @Override
  public String text(String key, String fallback) {
    return took(key, ask(key).text(NameSyntax.ANY, fallback));
  }

  @Override
  public <E extends Enum<E>> E oneOf(String key, E fallback) {
    E constant = ask(key).text(NameSyntax.constant(fallback.getDeclaringClass()), fallback);
    read.put(key, constant.name().toLowerCase(Locale.ROOT));
    return constant;
  }

  @Override
  public void refuse(String key, String expected) {
    Cursor cursor = asked.get(key);
    if (cursor == null) {
      throw new IllegalArgumentException("option " + key + " (expected: one that was read before)");
    }
    if (!cursor.hasFailed()) {
      cursor.fail(expected);
    }
  }

  private Cursor ask(String key) {
    if (options.isKnown(key)) {
      throw new IllegalArgumentException("option " + key
          + " (expected: a key that was not read before, and that not all strategies share)");
    }
    Cursor cursor = options.optional(key);
    asked.put(key, cursor);
    return cursor;
  }

  private <T> T took(String key, T value) {
    read.put(key, value);
    return value;
  }

  private static void require(boolean holds, String key, Object fallback, String range) {
    if (!holds) {
      throw new IllegalArgumentException(
          "option " + key + ": fallback " + fallback + " (expected: " + range + ")");
    }
  }
}
