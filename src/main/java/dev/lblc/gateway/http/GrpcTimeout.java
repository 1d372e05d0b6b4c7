package dev.lblc.gateway.http;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The {@code grpc-timeout} of a call: up to eight digits and a unit. */
final class GrpcTimeout {
  private static final int MOST_DIGITS = 8;

  private GrpcTimeout() {}

  /** Returns it in nanoseconds; {@link Long#MAX_VALUE}: there is none, or it cannot be read. */
  static long nanos(@Nullable String text) {
    if (text == null || text.length() < 2 || text.length() > MOST_DIGITS + 1) {
      return Long.MAX_VALUE;
    }
    TimeUnit unit = unit(text.charAt(text.length() - 1));
    if (unit == null) {
      return Long.MAX_VALUE;
    }
    long count = 0;
    for (int i = 0; i < text.length() - 1; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return Long.MAX_VALUE;
      }
      count = count * 10 + digit;
    }
    return Math.max(1, unit.toNanos(count));
  }

  private static @Nullable TimeUnit unit(char letter) {
    return switch (letter) {
      case 'H' -> TimeUnit.HOURS;
      case 'M' -> TimeUnit.MINUTES;
      case 'S' -> TimeUnit.SECONDS;
      case 'm' -> TimeUnit.MILLISECONDS;
      case 'u' -> TimeUnit.MICROSECONDS;
      case 'n' -> TimeUnit.NANOSECONDS;
      default -> null;
    };
  }
}
