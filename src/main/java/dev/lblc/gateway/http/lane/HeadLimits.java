package dev.lblc.gateway.http.lane;

import dev.lblc.config.HttpLimits;

/**
 * The limits of a head.
 *
 * @param line octets of the first line
 * @param headers octets of all headers
 * @param count number of headers
 */
public record HeadLimits(int line, int headers, int count) {
  /** Returns the limits that a listener sets to requests. */
  public static HeadLimits of(HttpLimits limits) {
    return new HeadLimits(limits.line(), limits.header(), limits.headers());
  }
}
