package dev.lblc.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The syntax of sizes: a whole number and {@code B}, {@code KiB}, {@code MiB} or {@code GiB}. */
final class SizeSyntax {
  private static final Pattern SIZE = Pattern.compile("([0-9]+)(B|KiB|MiB|GiB)");
  private static final int LONGEST_NUMBER = 18; // digits that fit in a long

  private SizeSyntax() {}

  /** Returns the syntax of sizes from {@code least} to {@code most} bytes. */
  static Syntax<Long> between(long least, long most) {
    String expected =
        "a size such as 256B, 8KiB, 16MiB or 1GiB, from " + shown(least) + " to " + shown(most);
    return new Syntax<>(expected, text -> {
      Matcher matcher = SIZE.matcher(text);
      if (!matcher.matches() || matcher.group(1).length() > LONGEST_NUMBER) {
        throw new SyntaxException(expected);
      }
      long number = Long.parseLong(matcher.group(1));
      long unit = bytes(matcher.group(2));
      // Compared before the product is made, which may not fit.
      if (number > most / unit || number * unit < least) {
        throw new SyntaxException(expected);
      }
      return number * unit;
    });
  }

  /** Returns the size in the largest unit of which it is a whole number. */
  static String shown(long bytes) {
    for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
      if (bytes >= bytes(unit) && bytes % bytes(unit) == 0) {
        return bytes / bytes(unit) + unit;
      }
    }
    return bytes + "B";
  }

  private static long bytes(String unit) {
    return switch (unit) {
      case "GiB" -> 1L << 30;
      case "MiB" -> 1L << 20;
      case "KiB" -> 1L << 10;
      default -> 1;
    };
  }
}
