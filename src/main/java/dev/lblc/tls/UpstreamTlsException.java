package dev.lblc.tls;

import java.io.IOException;

/** Says that no TLS came about on a connection to a server. Its cause is what Netty or the JDK says. */
public final class UpstreamTlsException extends IOException {
  private static final long serialVersionUID = 1L;

  private final UpstreamTlsFailure failure;

  /** Creates one for what went wrong within a handshake. */
  public UpstreamTlsException(Throwable cause) {
    this(UpstreamTlsFailure.of(cause), cause);
  }

  /** Creates one of a known kind. */
  public UpstreamTlsException(UpstreamTlsFailure failure, Throwable cause) {
    super("no TLS: " + failure.describe(cause), cause);
    this.failure = failure;
  }

  /** Returns the kind. */
  public UpstreamTlsFailure failure() {
    return failure;
  }
}
