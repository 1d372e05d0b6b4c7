package dev.lblc.gateway;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A listener of a configuration, compiled and checked. Serves connections from {@link #open} to {@link #close}; what it does
 * with new ones can be replaced meanwhile.
 *
 * <p>May be used from any thread, by one at a time.
 */
interface Listener {
  /** Returns its name in the configuration. */
  String name();

  /** Returns the port it is bound to, the first one if there are several. To be asked once it is open. */
  int port();

  /** Returns the ports it takes, without those that the kernel has still to choose. */
  Set<Integer> ports();

  /** Returns whether it can do what {@code wanted} does without opening a socket: then {@link #update} is enough. */
  boolean hasSocketsFor(Listener wanted);

  /** Returns whether {@code wanted} was configured in the same way. Of the same listener, by {@link #hasSocketsFor}. */
  boolean isConfiguredAs(Listener wanted);

  /** Returns a listener that is not open and was configured as this one is. */
  Listener asConfigured();

  /** Binds its ports, or none of them: then the future fails. A listener that was closed can be opened again. */
  Future<Void> open(List<Worker> workers);

  /**
   * Does what {@code wanted} does, from the next connection or request on. Those that have begun end as they began.
   *
   * @return fails if it goes on as before
   */
  Future<Void> update(Listener wanted);

  /**
   * Stops accepting, at once. What is in flight may go on for {@code drain} and is cut off then; tunnels of HTTP, which have no
   * end to wait for, are closed at once.
   *
   * @return complete once its ports are free; never fails
   */
  Future<Void> close(Duration drain);

  /** Returns what completes once everything has ended that was in flight when it was closed. */
  Future<Void> drained();
}
