package dev.lblc.gateway.http;

import java.util.List;

/**
 * The request that a server gets, but for its target.
 *
 * @param headers the plan for the client's headers
 * @param body how it is framed
 * @param isUpgrade whether it asks the server to leave HTTP
 */
public record RequestPlan(HeaderPlan headers, Body body, boolean isUpgrade) {
  /** Returns this plan with headers of one request, as {@link HeaderPlan#with} takes them. */
  RequestPlan with(List<CharSequence> own) {
    return new RequestPlan(headers.with(own), body, isUpgrade);
  }

  /** How the body of a request is framed. */
  public enum Body {
    /** There is none. */
    NONE,
    /** By its Content-Length. */
    SIZED,
    /** Of unknown length. */
    CHUNKED
  }
}
