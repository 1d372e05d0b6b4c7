package dev.lblc.config;

import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The syntax of the statuses that a health check accepts: one element, or a list of them. */
final class StatusSyntax {
  private static final int LEAST = 200;
  private static final int MOST = 599;
  private static final String EXPECTED =
      "a status, 200 to 599, or a range of them such as 200-399, or a list of these";

  private static final Pattern RANGE = Pattern.compile("([2-5][0-9]{2})(?:-([2-5][0-9]{2}))?");

  private static final Syntax<StatusRange> TEXT = new Syntax<>(EXPECTED, StatusSyntax::range);

  /** What passes unless the file says otherwise. */
  static final List<StatusRange> DEFAULT = List.of(new StatusRange(200, 399));

  private StatusSyntax() {}

  /** Reads the statuses; returns the default if there are none, or they have a fault. */
  static List<StatusRange> read(Cursor status) {
    if (!status.isPresent()) {
      return DEFAULT;
    }
    List<StatusRange> read = status.isList()
        ? List.copyOf(status.list(1, StatusSyntax::element))
        : List.of(Objects.requireNonNullElse(element(status), DEFAULT.get(0)));
    return read.isEmpty() ? DEFAULT : read;
  }

  private static @Nullable StatusRange element(Cursor status) {
    if (status.isText()) {
      return status.text(TEXT);
    }
    int one = status.integer(LEAST, LEAST, MOST);
    return status.hasFailed() ? null : new StatusRange(one, one);
  }

  private static StatusRange range(String text) throws SyntaxException {
    Matcher matcher = RANGE.matcher(text);
    if (!matcher.matches()) {
      throw new SyntaxException(EXPECTED);
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    if (first > last) {
      throw new SyntaxException("the lower status first");
    }
    return new StatusRange(first, last);
  }
}
