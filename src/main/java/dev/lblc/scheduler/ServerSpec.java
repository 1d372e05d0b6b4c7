package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.Objects;

/**
 * What is configured for one server of a service.
 *
 * @param id name of the server, unique in its service
 * @param host name or address that connections go to
 * @param port TCP port, 1 to 65535
 * @param weight number of active connections above which the server counts as overloaded, and its share; 0 quiesces it
 * @param upper total connections at which it is saturated; 0: never
 * @param lower total connections below which it no longer is; 0: three quarters of {@code upper}
 * @param max most active connections that it gets at a time, from all nodes; 0: any number
 */
@PublicApi
public record ServerSpec(
    String id, String host, int port, int weight, int upper, int lower, int max) {
  /** Weight of a server whose configuration names none. */
  public static final int DEFAULT_WEIGHT = 100;

  /** Largest weight: products of a weight and an overhead stay within 63 bits. */
  public static final int MAX_WEIGHT = 1_000_000;

  /** Throws {@link IllegalArgumentException} for a value out of its range. */
  public ServerSpec {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(host, "host");
    require(!id.isEmpty(), "id", id, "not empty");
    require(!host.isEmpty(), "host", host, "not empty");
    require(port >= 1 && port <= 65_535, "port", port, "1 to 65535");
    require(weight >= 0 && weight <= MAX_WEIGHT, "weight", weight, "0 to " + MAX_WEIGHT);
    require(upper >= 0, "upper", upper, "0 or more");
    require(lower >= 0, "lower", lower, "0 or more");
    require(max >= 0, "max", max, "0 or more");
  }

  /** A server that gets any number of connections. */
  public ServerSpec(String id, String host, int port, int weight, int upper, int lower) {
    this(id, host, port, weight, upper, lower, 0);
  }

  /** Returns the same with another weight. */
  public ServerSpec withWeight(int other) {
    return new ServerSpec(id, host, port, other, upper, lower, max);
  }

  /** Returns the same with another limit of active connections. */
  public ServerSpec withMax(int other) {
    return new ServerSpec(id, host, port, weight, upper, lower, other);
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }
}
