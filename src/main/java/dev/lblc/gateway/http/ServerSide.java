package dev.lblc.gateway.http;

/** The server's side of an exchange: a connection to a server, or a part of one. Confined to the exchange's event loop. */
public interface ServerSide {
  /** Returns whether the server does not take what is written to it. */
  boolean isStalled();

  /** Lets others use the connection. Either nothing was sent on it, or both messages are complete. */
  void giveBack();

  /** Closes the connection, whatever is under way on it. */
  void close();
}
