package dev.lblc.gateway;

import dev.lblc.transport.SocketError;

/** A listener that cannot be opened, most often because its port is taken. */
public final class ListenerException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  private final String listener;

  ListenerException(String listener, Throwable cause) {
    super(
        "listener " + listener + ": " + SocketError.words(String.valueOf(cause.getMessage())),
        cause);
    this.listener = listener;
  }

  /** Returns the name of the listener. */
  public String listener() {
    return listener;
  }
}
