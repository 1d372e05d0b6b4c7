package dev.lblc.config;

import java.time.Duration;

/**
 * How long and how many connections to the servers of a service are kept for further requests.
 *
 * @param idle how long a connection is kept without a request
 * @param maxIdle connections without a request, to each server and on each event loop; more are closed
 * @param maxConnections connections to each server on each event loop; 0: any number
 * @param maxAge after which a connection serves no further request
 */
public record PoolConfig(Duration idle, int maxIdle, int maxConnections, Duration maxAge) {
  /** The pool of a service that says nothing about it. */
  public static final PoolConfig DEFAULTS =
      new PoolConfig(Duration.ofSeconds(15), 256, 0, Duration.ofHours(1));
}
