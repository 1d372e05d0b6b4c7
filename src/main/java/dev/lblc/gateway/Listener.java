package dev.lblc.gateway;

import dev.lblc.gateway.log.AccessLog;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A listener of a configuration, compiled and checked. It serves connections from {@link #open} to {@link #close}; its
 * settings for new connections can be replaced in between.
 *
 * <p>May be used from any thread, by one at a time.
 */
interface Listener {
  /** Returns the listener's name in the configuration. */
  String name();

  /** Returns the bound port, the first one if there are several. Call it only when the listener is open. */
  int port();

  /** Returns how many connections of clients are open. */
  int connections();

  /** Returns until when each certificate of the listener is valid, by the name of its file; empty: clear text. */
  Map<String, Instant> certificates();

  /** Returns its access log; null: it has none. */
  @Nullable
  AccessLog accessLog();

  /** Returns the ports that the listener takes, without those that the kernel has not chosen yet. */
  Set<Integer> ports();

  /** Returns whether {@link #update} to {@code wanted} is possible with the sockets that are open. */
  boolean hasSocketsFor(Listener wanted);

  /** Returns whether {@code wanted} has the same configuration. Call it only if {@link #hasSocketsFor} is true for it. */
  boolean isConfiguredAs(Listener wanted);

  /** Returns whether {@code wanted} has certificates, keys and authorities of the same octets. Call it only if {@link #hasSocketsFor} is true for it. */
  boolean hasTlsFilesOf(Listener wanted);

  /** Returns a listener with the present configuration of this one, not open. */
  Listener asConfigured();

  /** Binds all ports; if one cannot be bound, binds none and fails. A listener that was closed can be opened again. */
  Future<Void> open(List<Worker> workers);

  /**
   * Takes the settings of {@code wanted} for the next connections and requests. Those that have begun keep their settings.
   *
   * @return fails if the settings stay as they were
   */
  Future<Void> update(Listener wanted);

  /**
   * Stops accepting at once. Requests and connections in flight may go on for {@code drain}, then they are cut off. Both ends
   * of a WebSocket are told to go away at once.
   *
   * @return complete once the ports are free; never fails
   */
  Future<Void> close(Duration drain);

  /** Returns a future that completes once all that was in flight at {@link #close} has ended. */
  Future<Void> drained();
}
