package dev.lblc.plugin;

import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;

/**
 * One connection to a server, counted as active from the choice until {@link #close}.
 *
 * <p>May be used from any thread. Not to be implemented by applications.
 */
public interface Lease extends AutoCloseable {
  /** The server that was chosen. */
  Server server();

  /** Why it was chosen. */
  Reason reason();

  /**
   * Tells that the server took the connection: its failed connects in a row start again from 0. An application that
   * tells neither this nor {@link #connectFailed} has no passive health checking, and nothing else changes.
   */
  void connected();

  /** Tells that the server did not take the connection. Does not close the lease. */
  void connectFailed();

  /** Stops counting the connection. Once only: a second call does nothing but add to a counter of such calls. */
  @Override
  void close();
}
