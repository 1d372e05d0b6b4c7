package dev.lblc.gateway.net;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line of the access log, for the logger {@code dev.lblc.access}, while it is put together. Columns are separated by a space,
 * and only the last may have spaces in it. Nothing that a client sends can start a line or a column: such characters are
 * escaped. Used by one thread.
 */
public final class AccessLine {
  private static final Logger LOG = LoggerFactory.getLogger("dev.lblc.access");
  private static final int LONGEST_TEXT = 2048;

  private final StringBuilder line = new StringBuilder(160);

  /** Creates an empty line. */
  public AccessLine() {}

  /** Returns whether anything is written at all. */
  public static boolean isOn() {
    return LOG.isInfoEnabled();
  }

  /** Adds a column that may have come from outside; a dash if it is null or empty. */
  public AccessLine text(@Nullable String text) {
    column();
    if (text == null || text.isEmpty()) {
      line.append('-');
      return this;
    }
    int length = Math.min(text.length(), LONGEST_TEXT);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c > ' ' && c < 0x7f && c != '\\') {
        line.append(c);
      } else {
        line.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          line.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
      }
    }
    return this;
  }

  /** Adds a column with a number. */
  public AccessLine number(long number) {
    column();
    line.append(number);
    return this;
  }

  /** Adds a column with nanoseconds, written as milliseconds. */
  public AccessLine millis(long nanos) {
    column();
    long tenths = nanos / 100_000;
    line.append(tenths / 10).append('.').append(tenths % 10);
    return this;
  }

  /** Adds the last column, which is our own words and may have spaces in it, and writes the line. */
  public void end(@Nullable String last) {
    column();
    line.append(last == null ? "-" : last);
    LOG.info("{}", line);
  }

  private void column() {
    if (line.length() > 0) {
      line.append(' ');
    }
  }
}
