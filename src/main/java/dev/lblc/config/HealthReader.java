package dev.lblc.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The reader of a service's {@code health}. */
final class HealthReader {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final Duration EJECT = Duration.ofSeconds(10);

  /** Checks that run more often would load the servers. */
  private static final Duration SHORTEST = Duration.ofMillis(10);

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int MOST_IN_A_ROW = 1_000;

  private HealthReader() {}

  /**
   * Reads it; returns null if there is none.
   *
   * @param behindProxy whether servers expect a PROXY protocol header, which checks do not send
   */
  static @Nullable HealthConfig read(Cursor health, boolean behindProxy) {
    HealthConfig read = health.object(
        Keys.HEALTH,
        keys -> new HealthConfig(
            active(keys.optional("active"), behindProxy), passive(keys.optional("passive"))));
    return health.isPresent() ? read : null;
  }

  private static HealthConfig.@Nullable Active active(Cursor active, boolean behindProxy) {
    HealthConfig.Active read = active.object(Keys.ACTIVE, keys -> {
      Cursor target = keys.optional("path");
      String path = target.text(HttpSyntax.REQUEST_TARGET);
      if (path != null && behindProxy) {
        target.fail("no path in a service with proxyProtocol: checks send no such header");
      }
      Cursor period = keys.optional("interval");
      Duration interval = period.duration(INTERVAL, SHORTEST, LONGEST);
      // A short interval without a timeout means a short timeout.
      Duration timeoutDefault = interval.compareTo(TIMEOUT) < 0 ? interval : TIMEOUT;
      Cursor timeout = keys.optional("timeout");
      Duration wait = timeout.duration(timeoutDefault, SHORTEST, LONGEST);
      if (wait.compareTo(interval) > 0 && !period.hasFailed()) {
        timeout.fail("at most interval, which is " + DurationSyntax.shown(interval));
      }
      return new HealthConfig.Active(
          path,
          interval,
          wait,
          keys.optional("rise").integer(2, 1, MOST_IN_A_ROW),
          keys.optional("fall").integer(3, 1, MOST_IN_A_ROW));
    });
    return active.isPresent() ? read : null;
  }

  private static HealthConfig.@Nullable Passive passive(Cursor passive) {
    HealthConfig.Passive read = passive.object(
        Keys.PASSIVE,
        keys -> new HealthConfig.Passive(
            keys.optional("failures").integer(5, 1, MOST_IN_A_ROW),
            keys.optional("eject").duration(EJECT, SHORTEST, Duration.ofHours(24))));
    return passive.isPresent() ? read : null;
  }
}
