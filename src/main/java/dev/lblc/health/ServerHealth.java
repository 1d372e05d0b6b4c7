package dev.lblc.health;

import org.jspecify.annotations.Nullable;

/**
 * The receiver of the outcomes of connects to one server.
 *
 * <p>May be used from any thread; no method waits.
 */
public final class ServerHealth {
  /** The receiver for a server that is not watched: it ignores every outcome. */
  public static final ServerHealth UNWATCHED = new ServerHealth(null);

  private final @Nullable PassiveEjection ejection;

  ServerHealth(@Nullable PassiveEjection ejection) {
    this.ejection = ejection;
  }

  /** Notes that the server accepted a connection. Costs one volatile read if no connect has failed before. */
  public void connected() {
    if (ejection != null) {
      ejection.connected();
    }
  }

  /** Notes that the server did not accept a connection. */
  public void connectFailed() {
    if (ejection != null) {
      ejection.connectFailed();
    }
  }
}
