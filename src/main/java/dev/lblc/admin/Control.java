package dev.lblc.admin;

import dev.lblc.config.GatewayConfig;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
   * Returns which route the request of a URL would take, from a client on this machine. No request is sent.
   *
   * @param url of http or https
   * @param headers by name
   * @param body all of it; empty: none
   * @throws IllegalArgumentException if it is no such URL
   */
  Routed route(String url, String method, Map<String, List<String>> headers, byte[] body);

  /**
   * What becomes of a request.
   *
   * @param listener that it comes in on; null: that is not known
   * @param route index of its route in the file; null: it takes none
   * @param service that it goes to; null: none
   * @param destination its key of locality; null: none
   * @param text all that in words
   */
  record Routed(
      @Nullable String listener,
      @Nullable Integer route,
      @Nullable String service,
      @Nullable String destination,
      String text) {}

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
