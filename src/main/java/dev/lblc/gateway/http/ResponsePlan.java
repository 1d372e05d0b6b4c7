package dev.lblc.gateway.http;

import org.jspecify.annotations.Nullable;

/**
 * The response that a client gets.
 *
 * @param status code
 * @param phrase the reason phrase; null: that of the status
 * @param headers the plan for the server's headers
 * @param body how it is framed
 */
public record ResponsePlan(int status, @Nullable String phrase, HeaderPlan headers, Body body) {
  /** How the body of a response is framed. */
  public enum Body {
    /** There is none, whatever the headers say. */
    NONE,
    /** By its Content-Length. */
    SIZED,
    /** Of unknown length: chunks, or the frames of HTTP/2. */
    CHUNKED,
    /** Of unknown length, to a client of HTTP/1.0: the body ends with the connection. */
    UNTIL_CLOSE
  }
}
