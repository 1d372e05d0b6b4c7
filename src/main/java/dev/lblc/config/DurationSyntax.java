package dev.lblc.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The syntax of durations: a whole number and {@code ms}, {@code s}, {@code m} or {@code h}. */
final class DurationSyntax {
  private static final Pattern DURATION = Pattern.compile("([0-9]+)(ms|s|m|h)");

  private DurationSyntax() {}

  /** Returns the syntax of durations from {@code least} to {@code most}. */
  static Syntax<Duration> between(Duration least, Duration most) {
    String expected =
        "a duration such as 250ms, 5s, 6m or 24h, from " + shown(least) + " to " + shown(most);
    return new Syntax<>(expected, text -> {
      Matcher matcher = DURATION.matcher(text);
      if (!matcher.matches()) {
        throw new SyntaxException(expected);
      }
      try {
        long number = Long.parseLong(matcher.group(1));
        Duration duration = Duration.ofMillis(Math.multiplyExact(number, millis(matcher.group(2))));
        if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
          return duration;
        }
      } catch (ArithmeticException | NumberFormatException e) {
        // Beyond a long, let alone the range.
      }
      throw new SyntaxException(expected);
    });
  }

  /** Returns the duration in the largest unit of which it is a whole number. */
  static String shown(Duration duration) {
    long millis = duration.toMillis();
    for (String unit : new String[] {"h", "m", "s"}) {
      if (millis >= millis(unit) && millis % millis(unit) == 0) {
        return millis / millis(unit) + unit;
      }
    }
    return millis + "ms";
  }

  private static long millis(String unit) {
    return switch (unit) {
      case "h" -> 3_600_000;
      case "m" -> 60_000;
      case "s" -> 1_000;
      default -> 1;
    };
  }
}
