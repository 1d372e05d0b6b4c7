package dev.lblc.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time of the simulation's clock, in seconds: of a request, or of a log of days. */
final class SimulatedTime implements ITypeConverter<Double> {
  private static final Pattern TIME = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,6})?)(ms|s|m|h)");

  @Override
  public Double convert(String text) {
    Matcher time = TIME.matcher(text);
    double seconds = time.matches() ? Double.parseDouble(time.group(1)) * unit(time.group(2)) : 0;
    if (seconds <= 0) {
      throw new TypeConversionException(
          text + " (expected: a time above 0 such as 0.5ms, 30s, 5m or 1h)");
    }
    return seconds;
  }

  private static double unit(String name) {
    return switch (name) {
      case "ms" -> 0.001;
      case "s" -> 1;
      case "m" -> 60;
      default -> 3_600;
    };
  }
}
