package dev.lblc.gateway.http;

/** The size limits of an answer. Those of a request are the listener's. */
public final class Limits {
  /** Of a status line. */
  public static final int LINE_BYTES = 8192;

  /** Of all headers. */
  public static final int HEADER_BYTES = 65_536;

  /** Of one piece of a body: the size of a socket read, so that a body passes in few pieces. */
  public static final int CHUNK_BYTES = 65_536;

  private Limits() {}
}
