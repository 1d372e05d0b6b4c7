package dev.lblc.admin;

import dev.lblc.config.GatewayConfig;
import io.vertx.core.Future;
import java.util.List;

/** What the admin port may ask of the process that it belongs to. May be used from any thread. */
public interface Control {
  /** Returns the configuration that runs. */
  GatewayConfig config();

  /**
   * Reads the gateway's file and the certificates again, and applies them as a whole or not at all. Reloads run one after another.
   *
   * @return completes on any thread; fails with a {@link ReloadException} if nothing was changed
   */
  Future<Reloaded> reload();

  /**
   * Prepares this process for a successor that will take its listeners over: the tables are written to the state file, if there is
   * one. Nothing else changes, and nothing follows unless {@link #handOver} is called.
   *
   * @return the name of this offer, which replaces the one before; completes on any thread; fails with a {@link
   *     HandoverException} if this process cannot be taken over from
   */
  Future<String> offer();

  /**
   * Ends this process in order, now that a successor listens: the admin port is closed first, and no state file is written any more.
   *
   * @param offer that was accepted
   * @return false, and nothing has happened, if it is not the last offer
   */
  boolean handOver(String offer);

  /**
   * A reload that took effect.
   *
   * @param changed JSON paths of what is not as it was before; empty: nothing
   * @param digest of the configuration that runs now
   */
  record Reloaded(List<String> changed, String digest) {
    /** Copies the list. */
    public Reloaded {
      changed = List.copyOf(changed);
    }
  }
}
