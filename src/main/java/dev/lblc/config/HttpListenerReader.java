package dev.lblc.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

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
  private static final int LEAST_INSPECTED = 256;
  private static final long LARGEST_BODY = 1L << 40;
  private static final long HIGHEST_RATE = 1L << 30;

  private static final String DOES_NOTHING = "does nothing: ";
  private static final String CLEAR_TEXT = "the engine vertx speaks no HTTP/2 in clear text";

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

  /** Reads whether clients may speak HTTP/2; warns where they cannot in spite of it. */
  static boolean http2(Cursor http2, HttpEngine engine, boolean hasTls) {
    boolean read = http2.flag(true);
    if (read && http2.isPresent() && engine == HttpEngine.VERTX && !hasTls) {
      http2.warn(DOES_NOTHING + CLEAR_TEXT);
    }
    return read;
  }

  /** Reads the limits; warns of those that do nothing, as clients cannot speak HTTP/2 or the engine does not know them. */
  static HttpLimits limits(Cursor limits, HttpEngine engine, boolean isHttp2, boolean hasTls) {
    boolean isVertx = engine == HttpEngine.VERTX;
    String why =
        !isHttp2 ? "http2 of the listener is false" : isVertx && !hasTls ? CLEAR_TEXT : null;
    return limits.object(Keys.LISTENER_LIMITS, keys -> {
      warn(keys.optional("streams"), why);
      warn(
          keys.optional("resets"),
          why == null && isVertx ? "the engine vertx has a limit of its own" : why);
      return limits(keys);
    });
  }

  private static void warn(Cursor limit, @Nullable String why) {
    if (limit.isPresent() && why != null) {
      limit.warn(DOES_NOTHING + why);
    }
  }

  private static HttpLimits limits(ObjectReader keys) {
    HttpLimits defaults = HttpLimits.DEFAULTS;
    return new HttpLimits(
        (int) size(keys.optional("line"), defaults.line(), SHORTEST_LINE, LARGEST_HEAD),
        (int) size(keys.optional("header"), defaults.header(), SMALLEST_HEADER, LARGEST_HEAD),
        keys.optional("headers").integer(defaults.headers(), 1, MOST_HEADERS),
        body(keys.optional("body")),
        size(keys.optional("bodyRate"), defaults.bodyRate(), 0, HIGHEST_RATE),
        keys.optional("streams").integer(defaults.streams(), 1, MOST_STREAMS),
        keys.optional("resets").integer(defaults.resets(), 1, MOST_STREAMS),
        inspect(keys.optional("inspect")));
  }

  /** Reads the limit of a body, of a listener or a route. */
  static long body(Cursor body) {
    return size(body, HttpLimits.NONE, 1, LARGEST_BODY);
  }

  /** Reads how much of a body is looked at, of a listener or a route. */
  static int inspect(Cursor inspect) {
    return (int)
        size(inspect, HttpLimits.DEFAULTS.inspect(), LEAST_INSPECTED, HttpLimits.MOST_INSPECTED);
  }

  private static long size(Cursor size, long fallback, long least, long most) {
    return size.text(SizeSyntax.between(least, most), fallback);
  }
}
