package dev.lblc.gateway.http;

import dev.lblc.gateway.route.Route;
import dev.lblc.scheduler.Server;
import org.jspecify.annotations.Nullable;

/**
 * The source of connections to servers, one for each event loop and engine. Confined to the event loop.
 *
 * @param <S> the server's side of the engine
 */
public interface Upstreams<S extends ServerSide> {
  /** Receives the outcome of an attempt to connect: exactly one of {@link #connected} and {@link #refused} is called, once. */
  interface Attempt<S extends ServerSide> {
    /**
     * Notes that the attempt waits for a connection that others have. An engine that has no such places does not call it.
     *
     * @param leave gives the place up: the attempt has no outcome then. Does nothing once the attempt waits no more
     */
    void waits(Runnable leave);

    /** Takes a connection, new or idle, on which nothing of the request was sent. */
    void connected(S server);

    /** Takes the reason why there is no connection to the server. */
    void refused(Failure why);
  }

  /** Returns whether the engine speaks what the servers of the route speak. */
  default boolean speaks(Route by) {
    return true;
  }

  /**
   * Takes an idle connection to a server, on which nothing of the request was sent. An engine that has its idle connections at
   * hand gives them here, which spares the attempt that {@link #connect} needs.
   *
   * @param by says which connections are kept
   * @return null: none is at hand
   */
  default @Nullable S takeIdle(Server to, Route by) {
    return null;
  }

  /**
   * Gets a connection to a server.
   *
   * @param by says how long a new connection may take, and which connections are kept
   * @param isFresh whether it must be a new one
   */
  void connect(Server to, Route by, boolean isFresh, Attempt<S> attempt);
}
