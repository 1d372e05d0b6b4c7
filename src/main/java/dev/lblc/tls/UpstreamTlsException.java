package dev.lblc.tls;

import java.io.IOException;
import java.util.List;

/** Says that no TLS came about on a connection to a server. Its cause is what Netty or the JDK says. */
public final class UpstreamTlsException extends IOException {
  private static final long serialVersionUID = 1L;

  private final UpstreamTlsFailure failure;

  /** Creates one for what went wrong within a handshake in which the server was offered no protocols. */
  public UpstreamTlsException(Throwable cause) {
    this(cause, List.of());
  }

  /** Creates one for what went wrong within a handshake; {@code offered} are the protocols among which the server could choose. */
  UpstreamTlsException(Throwable cause, List<String> offered) {
    this(UpstreamTlsFailure.of(cause), cause, offered);
  }

  /** Creates one of a known kind. */
  public UpstreamTlsException(UpstreamTlsFailure failure, Throwable cause) {
    this(failure, cause, List.of());
  }

  UpstreamTlsException(UpstreamTlsFailure failure, Throwable cause, List<String> offered) {
    super("no TLS: " + failure.describe(cause, offered), cause);
    this.failure = failure;
  }

  /** Returns the kind. */
  public UpstreamTlsFailure failure() {
    return failure;
  }
}
