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
  /** Returns the server that was chosen. */
  Server server();

  /** Returns why it was chosen. */
  Reason reason();

  /**
   * Reports that the server took the connection: its failed connects in a row start again from 0. An application that reports
   * neither this nor {@link #connectFailed}, {@link #answered} and {@link #timedOut} has no passive health checking, and nothing else changes. A report for a server
   * that was removed meanwhile, or replaced by one at another address, is ignored.
   */
  void connected();

  /** Reports that the server did not take the connection. Does not close the lease. */
  void connectFailed();

  /**
   * Reports the status of the server's answer: for {@code health.passive} with {@code 5xx}, one of 500 and above is a failure, but
   * for 501 and 505. For a server that ends its connection without an answer, or whose answer is none, report 502. Does not
   * close the lease.
   */
  void answered(int status);

  /**
   * Reports that the server took the request and did not answer in time: for {@code health.passive} with {@code timeout} a
   * failure. Does not close the lease.
   */
  void timedOut();

  /**
   * Reports that the server is the home of a destination, as its answer tells: it has made the session of that name. The next lease for
   * the destination is for this server, on all nodes of a cluster as soon as they have heard of it. Does nothing if the server was removed
   * meanwhile, or the service's strategy remembers nothing.
   *
   * @param destination the key of locality; one of more than 256 bytes is remembered by its SHA-256
   */
  void learned(String destination);

  /**
   * Reports that one side of a TCP connection will send no more: the connection counts as inactive from now on. A second call, or one after {@link #close}, does nothing.
   */
  void halfClosed();

  /** Stops counting the connection. Once only: a second call does nothing but add to a counter of such calls. */
  @Override
  void close();
}
