package dev.lblc.gateway.http;

/** The size limits of a message. They are the same on both sides: what a listener accepts can be forwarded. */
public final class Limits {
  /** Of a request line or status line, and of an HTTP/2 target. */
  public static final int LINE_BYTES = 8192;

  /** Of all headers of a message. */
  public static final int HEADER_BYTES = 65_536;

  /** Of one piece of a body: the size of a socket read, so that a body passes in few pieces. */
  public static final int CHUNK_BYTES = 65_536;

  private Limits() {}
}
