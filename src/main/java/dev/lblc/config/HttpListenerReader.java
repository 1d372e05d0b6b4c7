package dev.lblc.config;

import java.time.Duration;

/** The reader of the keys that only HTTP listeners have. */
final class HttpListenerReader {
  private static final Duration HEADER = Duration.ofSeconds(10);
  private static final Duration IDLE = Duration.ofSeconds(60);

  /** A line has to hold a target, and both together are kept in memory for each connection. */
  private static final int SHORTEST_LINE = 256;

  private static final int SMALLEST_HEADER = 1 << 10;
  private static final int LARGEST_HEAD = 1 << 20;
  private static final int MOST_HEADERS = 10_000;
  private static final int MOST_STREAMS = 100_000;
  private static final long LARGEST_BODY = 1L << 40;
  private static final long HIGHEST_RATE = 1L << 30;

  private HttpListenerReader() {}

  static HttpEngine engine(Cursor engine) {
    return engine.text(NameSyntax.constant(HttpEngine.class), HttpEngine.LANE);
  }

  /** Reads the time-outs of an HTTP listener among those of any listener. */
  static HttpListenerConfig.Timeouts timeouts(ObjectReader keys) {
    return new HttpListenerConfig.Timeouts(
        keys.optional("header").duration(HEADER, RouteReader.SHORTEST, RouteReader.LONGEST),
        keys.optional("idle").duration(IDLE, RouteReader.SHORTEST, RouteReader.LONGEST));
  }

  static HttpLimits limits(Cursor limits) {
    HttpLimits defaults = HttpLimits.DEFAULTS;
    return limits.object(
        Keys.LISTENER_LIMITS,
        keys -> new HttpLimits(
            (int) size(keys.optional("line"), defaults.line(), SHORTEST_LINE, LARGEST_HEAD),
            (int) size(keys.optional("header"), defaults.header(), SMALLEST_HEADER, LARGEST_HEAD),
            keys.optional("headers").integer(defaults.headers(), 1, MOST_HEADERS),
            body(keys.optional("body")),
            size(keys.optional("bodyRate"), defaults.bodyRate(), 0, HIGHEST_RATE),
            keys.optional("streams").integer(defaults.streams(), 1, MOST_STREAMS),
            keys.optional("resets").integer(defaults.resets(), 1, MOST_STREAMS)));
  }

  /** Reads the limit of a body, of a listener or a route. */
  static long body(Cursor body) {
    return size(body, HttpLimits.NONE, 1, LARGEST_BODY);
  }

  private static long size(Cursor size, long fallback, long least, long most) {
    return size.text(SizeSyntax.between(least, most), fallback);
  }
}
