package dev.lblc.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a duration of an option, from 1 ms to 999 s. */
final class ShortDuration implements ITypeConverter<Duration> {
  private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,2})(s|ms)");

  @Override
  public Duration convert(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          text + " (expected: a duration such as 50ms or 2s, from 1ms to 999s)");
    }
    long number = Long.parseLong(matcher.group(1));
    return matcher.group(2).equals("s") ? Duration.ofSeconds(number) : Duration.ofMillis(number);
  }
}
