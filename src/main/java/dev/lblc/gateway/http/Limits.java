package dev.lblc.gateway.http;

/** The limits that no configuration sets: the sizes of an answer, and a client's last request. */
public final class Limits {
  /** Of a status line. */
  public static final int LINE_BYTES = 8192;

  /** Of all headers. */
  public static final int HEADER_BYTES = 65_536;

  /** Of one piece of a body: the size of a socket read, so that a body passes in few pieces. */
  public static final int CHUNK_BYTES = 65_536;

  /** How much of a request of HTTP/2 may come before it has a server, and is held in memory until then: what the protocol begins with. */
  public static final int WAITING_BYTES = 65_535;

  /** How much those streams of a client of HTTP/2 that have a server may send before it is taken, whatever the others hold. */
  public static final int SERVED_BYTES = 4 << 20;

  /**
   * How long a connection without a request stays open when connections are to end, in milliseconds: the client may have sent its next
   * request before it learns of the end, and a request that was sent gets its answer.
   */
  public static final long LAST_REQUEST_MILLIS = 250;

  private Limits() {}

  /**
   * Returns how much may come on all streams of a client of HTTP/2 before it is taken, and is held in memory until then. Bodies that
   * wait for a server have room of their own: they would else take that of those that have a server, for whose ends they wait.
   *
   * @param streams that a client may have
   */
  public static int window(int streams) {
    return (int) Math.min(Integer.MAX_VALUE, SERVED_BYTES + (long) streams * WAITING_BYTES);
  }
}
