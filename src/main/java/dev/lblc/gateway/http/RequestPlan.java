package dev.lblc.gateway.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The request that a server gets, but for its target.
 *
 * @param headers the plan for the client's headers
 * @param body how it is framed
 * @param upgrade the protocol that the server is asked to switch to; null: none
 */
public record RequestPlan(
    HeaderPlan headers, Body body, @Nullable String upgrade) {
  /** Returns this plan with headers of one request, as {@link HeaderPlan#with} takes them. */
  RequestPlan with(List<CharSequence> own) {
    return new RequestPlan(headers.with(own), body, upgrade);
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

  /** Returns whether it asks the server to leave HTTP. */
  public boolean isUpgrade() {
    return upgrade != null;
  }
}
