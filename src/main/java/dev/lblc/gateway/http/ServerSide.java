package dev.lblc.gateway.http;

/** The server's side of an exchange: a connection to a server, or a stream of one. Confined to the exchange's event loop. */
public interface ServerSide {
  /** Returns whether the server does not take what is written to it. */
  boolean isStalled();

  /** Gives the connection back for other requests. To be called if nothing was sent on it, or both messages are complete. */
  void giveBack();

  /** Closes the connection at once, complete messages or not. */
  void close();
}
