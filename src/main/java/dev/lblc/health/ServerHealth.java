package dev.lblc.health;

import org.jspecify.annotations.Nullable;

/**
 * Where the outcome of connects to one server is told.
 *
 * <p>May be used from any thread; no method waits.
 */
public final class ServerHealth {
  /** Of a server that is not watched: makes nothing of what it is told. */
  static final ServerHealth UNWATCHED = new ServerHealth(null);

  private final @Nullable PassiveEjection ejection;

  ServerHealth(@Nullable PassiveEjection ejection) {
    this.ejection = ejection;
  }

  /** Tells that the server took a connection. Costs one volatile read when nothing has failed before. */
  public void connected() {
    if (ejection != null) {
      ejection.connected();
    }
  }

  /** Tells that the server did not take a connection. */
  public void connectFailed() {
    if (ejection != null) {
      ejection.connectFailed();
    }
  }
}
