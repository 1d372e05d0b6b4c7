package dev.lblc.gateway.http;

/** The limits that no configuration sets: the sizes of an answer, and a client's last request. */
public final class Limits {
  /** Of a status line. */
  public static final int LINE_BYTES = 8192;

  /** Of all headers. */
  public static final int HEADER_BYTES = 65_536;

  /** Of one piece of a body: the size of a socket read, so that a body passes in few pieces. */
  public static final int CHUNK_BYTES = 65_536;

  /**
   * How long a connection without a request stays open when connections are to end, in milliseconds: the client may have sent its next
   * request before it learns of the end, and a request that was sent gets its answer.
   */
  public static final long LAST_REQUEST_MILLIS = 250;

  private Limits() {}
}
