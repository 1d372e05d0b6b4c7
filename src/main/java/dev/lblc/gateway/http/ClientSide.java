package dev.lblc.gateway.http;

import org.jspecify.annotations.Nullable;

/**
 * The client's side of an exchange: the request as it comes in and the answer as it goes out. Each engine has one. Confined to
 * the exchange's event loop.
 *
 * @param <S> the server's side of the same engine
 */
public interface ClientSide<S extends ServerSide> {
  /** Returns the head of the request. */
  RequestHead head();

  // --- what is known ---

  /** Returns whether the request was received to its end. */
  boolean isRequestComplete();

  /** Returns whether the head of an answer was written. */
  boolean isHeadWritten();

  /** Returns whether an answer was written to its end. */
  boolean isAnswered();

  /** Returns whether the connection or stream has ended: nobody is there any more. */
  boolean isClosed();

  /** Returns whether the client does not take what is written to it. */
  boolean isStalled();

  /** Returns the status of the answer. */
  int status();

  /** Returns how many bytes of the request's body were received. */
  long received();

  /** Returns how many bytes of the answer's body were written. */
  long sent();

  // --- the request ---

  /** Holds the body back until {@link #forward} or {@link #discardRest}: no server is there to take it. */
  void holdBody();

  /** Sends the request to a server: its head by the plan, its body as it comes and no faster than the server takes it. */
  void forward(S server, RequestPlan plan);

  /** Reads what is left of the request and throws it away, so that the connection can be used again. */
  void discardRest();

  /** Ends a request of which the client goes on to send what nobody wants. */
  void refuseRest();

  // --- the answer ---

  /** Answers in place of a server. Nothing may have been written. */
  void answer(Answer answer);

  /**
   * Sends a server's response: its head by the plan, its body as it comes and no faster than the client takes it. At its end
   * {@link Exchange#responseEnded} is called.
   *
   * @throws IllegalArgumentException if the head cannot be sent; nothing was written then
   */
  void relay(S server, ResponsePlan plan);

  /** Writes what ends the relayed response: its last bytes, and its trailers by their plan; null: none. */
  void finish(@Nullable HeaderPlan trailers);

  /** Answers that the protocol is switched, and joins the two connections until one of them ends. */
  void tunnel(S server, HeaderPlan plan);

  /** Ends the connection or stream such that the client cannot take what it has seen for the whole answer. */
  void cut();
}
