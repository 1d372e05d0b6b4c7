package dev.lblc.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How failing servers of a service are found.
 *
 * @param active checks by the gateway; null: none
 * @param passive ejection after failed connects; null: none
 */
public record HealthConfig(
    @Nullable Active active, @Nullable Passive passive) {
  /**
   * Active checks.
   *
   * @param path requested by GET, 200 to 399 passes; null: a TCP connect is enough
   * @param interval between the starts of two checks of a server
   * @param timeout of one check, at most {@code interval}
   * @param rise passed checks in a row that make a server available again
   * @param fall failed checks in a row that make it unavailable
   */
  public record Active(
      @Nullable String path, Duration interval, Duration timeout, int rise, int fall) {}

  /**
   * Passive ejection.
   *
   * @param failures failed connects in a row that eject a server
   * @param eject how long the server stays ejected
   */
  public record Passive(int failures, Duration eject) {}
}
