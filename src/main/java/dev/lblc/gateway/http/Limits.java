package dev.lblc.gateway.http;

/** What a message may measure, the same on both sides: what a listener lets in can be forwarded. */
public final class Limits {
  /** Of a request line or status line, and of an HTTP/2 target. */
  public static final int LINE_BYTES = 8192;

  /** Of all headers of a message. */
  public static final int HEADER_BYTES = 65_536;

  /** Of one piece of a body: as large as what a socket read returns, so that a body passes in few pieces. */
  public static final int CHUNK_BYTES = 65_536;

  private Limits() {}
}
