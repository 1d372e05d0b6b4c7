package dev.lblc.config;

/**
 * The size limits of the requests of an HTTP listener.
 *
 * @param line bytes of a request line, and of an HTTP/2 target
 * @param header bytes of all header fields of a request
 * @param headers header fields of a request
 * @param body bytes of a request's body; {@link #NONE}: any number
 * @param bodyRate bytes a second that a client has to send of a body, on average over ten seconds; 0: any number
 * @param streams requests at once on a connection of HTTP/2
 * @param resets requests that a client may give up on a connection of HTTP/2 within 30 seconds
 * @param inspect bytes of a body that are looked at, at most, before its request has a route and a server
 */
public record HttpLimits(
    int line,
    int header,
    int headers,
    long body,
    long bodyRate,
    int streams,
    int resets,
    int inspect) {
  /** Stands for a size without a limit. */
  public static final long NONE = Long.MAX_VALUE;

  /** The largest {@code inspect}. */
  static final int MOST_INSPECTED = 16 << 20;

  /** The limits of a listener that says nothing about them. */
  public static final HttpLimits DEFAULTS =
      new HttpLimits(8 << 10, 64 << 10, 100, NONE, 256, 100, 200, 64 << 10);
}
