package dev.lblc.config;

import java.time.Duration;

/**
 * How the process ends after a signal.
 *
 * @param grace how long connections are still accepted; zero or more
 * @param drain how long requests and connections in flight may then go on; zero or more
 */
public record ShutdownConfig(Duration grace, Duration drain) {
  /** Returns one with at least that grace. */
  public ShutdownConfig withGrace(Duration least) {
    return grace.compareTo(least) >= 0 ? this : new ShutdownConfig(least, drain);
  }

  /** Returns how long both take together, at most. */
  public Duration longest() {
    return grace.plus(drain);
  }
}
