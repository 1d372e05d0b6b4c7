package dev.lblc.boot;

import dev.lblc.admin.HandoverException;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The offer of this process to a successor, which listens beside it before this one ends. May be used from any thread.
 *
 * <pre>
 *   successor                             this process
 *   services, then asks for an offer      writes the state file, names the offer; goes on
 *   tables, listeners, accepts it         ends: admin port, listeners, what is in flight
 *   admin port, ready
 * </pre>
 */
final class Handover {
  private @Nullable String offer; // guarded by this
  private @Nullable Runnable end; // guarded by this
  private boolean isAccepted; // guarded by this

  /** Sets what ends this process; without it there is no offer. */
  synchronized void endBy(Runnable action) {
    end = action;
  }

  /**
   * Makes an offer, which replaces the one before. Blocks while the tables are written.
   *
   * @param config that runs
   * @param state null: there is none
   * @throws HandoverException if this process cannot be taken over from
   */
  String make(GatewayConfig config, @Nullable StateKeeper state) throws HandoverException {
    for (ListenerConfig listener : config.listeners()) {
      if (!listener.reusePort()) {
        throw new HandoverException(
            "listener " + listener.name()
                + " runs without reusePort, so that no other process can bind its ports: reload the file with it first");
      }
    }
    checkThatItEnds();
    if (state != null) {
      try {
        state.writeNow();
      } catch (IOException e) {
        throw new HandoverException("the state could not be written: " + e.getMessage());
      }
    }
    return name();
  }

  /** Returns whether it was accepted, which ends this process; false, and nothing has happened, if it is not the last one. */
  synchronized boolean accept(String name) {
    if (end == null || !name.equals(offer)) {
      return false;
    }
    offer = null;
    isAccepted = true;
    end.run();
    return true;
  }

  /** Returns whether this process ends for a successor. */
  synchronized boolean isAccepted() {
    return isAccepted;
  }

  private synchronized void checkThatItEnds() throws HandoverException {
    if (end == null || isAccepted) {
      throw new HandoverException(
          isAccepted ? "another process has taken over" : "the gateway is not started yet");
    }
  }

  private synchronized String name() {
    String name = UUID.randomUUID().toString();
    offer = name;
    return name;
  }
}
