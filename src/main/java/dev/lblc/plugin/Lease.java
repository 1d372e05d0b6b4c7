package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;

/**
 * One connection to a server, counted as active from the choice until {@link #close}, or until {@link #halfClosed} and then
 * as inactive.
 *
 * <p>May be used from any thread. Not to be implemented by applications.
 */
@PublicApi
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

  /**
   * Tells that one side of a TCP connection has said that it will send no more: it counts as inactive from now on. A second
   * call, or one after {@link #close}, does nothing.
   */
  void halfClosed();

  /** Stops counting the connection. Once only: a second call does nothing but add to a counter of such calls. */
  @Override
  void close();
}
