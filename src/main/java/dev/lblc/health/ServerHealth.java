package dev.lblc.health;

import org.jspecify.annotations.Nullable;

/**
 * Where the outcome of connects to one server is told.
 *
 * <p>May be used from any thread; no method waits.
 */
public final class ServerHealth {
  private final Availability availability;
  private final @Nullable PassiveEjection ejection;

  ServerHealth(Availability availability, @Nullable PassiveEjection ejection) {
    this.availability = availability;
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

  Availability availability() {
    return availability;
  }
}
