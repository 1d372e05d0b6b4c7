package dev.lblc.gateway.http;

import dev.lblc.gateway.route.BodyStart;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of an exchange: the incoming request and the outgoing answer. Each engine implements it. Confined to the
 * exchange's event loop.
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

  /** Returns whether the client's connection or stream has ended. */
  boolean isClosed();

  /** Returns whether the client does not take what is written to it. */
  boolean isStalled();

  /** Returns the status of the answer. */
  int status();

  /** Returns how many bytes were received of the request's body, and by the tunnel. */
  long received();

  /** Returns how many bytes were written of the answer's body, and by the tunnel. */
  long sent();

  /** Returns how many bytes of the answer were written that the client has not taken yet. */
  long waiting();

  // --- the request ---

  /** Holds the body back until {@link #forward} or {@link #discardRest}: there is no server yet. */
  void holdBody();

  /**
   * Reads the body into this, as far as it has room, until it is settled; then calls {@link Exchange#looked}. What was read is sent on
   * first by {@link #forward}. May be called again with the same one, which has room for more then.
   */
  void look(BodyStart start);

  /** Ends what {@link #look} has begun: what has not come by now is not waited for. */
  void endLook();

  /**
   * Sends the request to a server: the head by the plan, the body as it comes, no faster than the server takes it.
   *
   * @param target to ask the server for
   */
  void forward(S server, String target, RequestPlan plan);

  /** Reads the rest of the request and drops it, so that the connection can be used again. */
  void discardRest();

  /** Ends the connection or stream of a client that still sends a request that was answered. */
  void refuseRest();

  // --- the answer ---

  /** Answers in place of a server. To be called before anything is written. */
  void answer(Answer answer);

  /**
   * Sends a server's response: the head by the plan, the body as it comes, no faster than the client takes it. Calls
   * {@link Exchange#responseEnded} at its end.
   *
   * @throws IllegalArgumentException if the head cannot be sent; nothing was written then
   */
  void relay(S server, ResponsePlan plan);

  /** Ends the relayed response: writes its last bytes, and its trailers by the plan; null: no trailers. */
  void finish(@Nullable HeaderPlan trailers);

  /** Answers that the protocol is switched, and joins the two connections until one of them ends. */
  void tunnel(S server, HeaderPlan plan);

  /** Ends the connection or stream so that the client sees that the answer is not complete. */
  void cut();
}
