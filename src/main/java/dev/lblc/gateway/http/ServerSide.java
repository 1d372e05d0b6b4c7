package dev.lblc.gateway.http;

/** The server's side of an exchange: a connection to a server, or a stream of one. Confined to the exchange's event loop. */
public interface ServerSide {
  /**
   * Returns whether another request was served on the connection before, so that the server may have closed it unheard.
   */
  boolean isReused();

  /** Returns whether the server has taken the connection for good. With TLS 1.3 only its first answer tells. */
  default boolean isProven() {
    return true;
  }

  /** Returns whether the server may be asked to leave HTTP for another protocol. */
  default boolean opensTunnels() {
    return true;
  }

  /** Returns whether nothing of the request was sent. */
  boolean isUntouched();

  /** Returns whether the server does not take what is written to it. */
  boolean isStalled();

  /** Returns how many bytes were written that the server has not taken yet. */
  long waiting();

  /** Gives the connection back for other requests. To be called if nothing was sent on it, or both messages are complete. */
  void giveBack();

  /** Closes the connection at once, complete messages or not. */
  void close();
}
