package dev.lblc.gateway.http;

import dev.lblc.scheduler.Server;

/**
 * The ways to the servers: one for each event loop and engine. Confined to the event loop.
 *
 * @param <S> the server's side that it makes
 */
public interface Upstreams<S extends ServerSide> {
  /** Hears how an attempt to get a connection ends; exactly one of its methods is called, once. */
  interface Attempt<S extends ServerSide> {
    /** The server has taken the connection, or one that it took before is free. Nothing of the request was sent. */
    void connected(S server);

    /** There is no connection to the server. */
    void refused(Failure why);
  }

  /**
   * Gets a connection to a server.
   *
   * @param limitMillis how long a new connection may take
   */
  void connect(Server to, long limitMillis, Attempt<S> attempt);
}
