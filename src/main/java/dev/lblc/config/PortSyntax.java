package dev.lblc.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The syntax of ports in lists: numbers, and ranges in strings. */
final class PortSyntax {
  static final int MOST = 65_535;
  private static final String EXPECTED = "a range of ports such as 6000-6010";
  private static final Pattern RANGE = Pattern.compile("([1-9][0-9]{0,4})-([1-9][0-9]{0,4})");

  private static final Syntax<PortRange> RANGES = new Syntax<>(EXPECTED, PortSyntax::range);

  /** A variable's value may be a port as well. */
  private static final Syntax<PortRange> VARIABLES = new Syntax<>(
      "a port, or " + EXPECTED, text -> range(text.indexOf('-') < 0 ? text + "-" + text : text));

  private PortSyntax() {}

  /** Reads one element of a list; returns null if the element has a fault. */
  static @Nullable PortRange read(Cursor port) {
    if (port.isVariable()) {
      return port.text(VARIABLES);
    }
    if (port.isText()) {
      return port.text(RANGES);
    }
    int number = port.integer(1, 1, MOST);
    return port.hasFailed() ? null : new PortRange(number, number);
  }

  private static PortRange range(String text) throws SyntaxException {
    Matcher matcher = RANGE.matcher(text);
    if (matcher.matches()) {
      int first = Integer.parseInt(matcher.group(1));
      int last = Integer.parseInt(matcher.group(2));
      if (first <= last && last <= MOST) {
        return new PortRange(first, last);
      }
    }
    throw new SyntaxException(EXPECTED + ", the lower one first, up to " + MOST);
  }
}
