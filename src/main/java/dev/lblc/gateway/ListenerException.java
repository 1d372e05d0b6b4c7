package dev.lblc.gateway;

/** A listener that cannot be opened, most often because its port is taken. */
public final class ListenerException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  private final String listener;

  ListenerException(String listener, Throwable cause) {
    super("listener " + listener + ": " + cause.getMessage(), cause);
    this.listener = listener;
  }

  /** Returns the name of the listener. */
  public String listener() {
    return listener;
  }
}
