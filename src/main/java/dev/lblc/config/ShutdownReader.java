package dev.lblc.config;

import java.time.Duration;

/** The reader of {@code shutdown}. */
final class ShutdownReader {
  private static final Duration GRACE = Duration.ZERO;

  /** As long as Kubernetes and most load balancers wait by default before they kill. */
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private static final Duration LONGEST_GRACE = Duration.ofHours(1);
  private static final Duration LONGEST_DRAIN = Duration.ofHours(24);

  private ShutdownReader() {}

  static ShutdownConfig read(Cursor shutdown) {
    ShutdownConfig read = shutdown.object(
        Keys.SHUTDOWN,
        keys -> new ShutdownConfig(
            keys.optional("grace").duration(GRACE, Duration.ZERO, LONGEST_GRACE),
            keys.optional("drain").duration(DRAIN, Duration.ZERO, LONGEST_DRAIN)));
    return shutdown.isPresent() ? read : new ShutdownConfig(GRACE, DRAIN);
  }
}
