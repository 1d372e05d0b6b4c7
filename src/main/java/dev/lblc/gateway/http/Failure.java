package dev.lblc.gateway.http;

/** Why a request did not get a server's answer: the status the client sees, and the reason in the access log. */
public enum Failure {
  /** No server could be chosen. */
  NO_SERVER(503, "no server available"),
  /** No server that was tried took the connection. */
  CONNECT_FAILED(502, "connect failed"),
  /** No connection within the time allowed. */
  CONNECT_TIMEOUT(504, "connect timed out"),
  /** Too many requests wait for a connection to this server. */
  POOL_EXHAUSTED(503, "too many waiting requests"),
  /** The connection ended before the head of the response. */
  CLOSED_EARLY(502, "server closed the connection"),
  /** The server sent something that is not a response to this request. */
  BAD_ANSWER(502, "invalid response"),
  /** The body of the server's response is not framed as HTTP wants it. */
  BROKEN_ANSWER(502, "invalid response body"),
  /** The server's connection ended within the response. */
  CUT_SHORT(502, "server closed the connection in mid-answer"),
  /** No response head within the time allowed. */
  RESPONSE_TIMEOUT(504, "response timed out"),
  /** The server neither read nor wrote for the time allowed. */
  IDLE_TIMEOUT(504, "server idle for too long"),
  /** No byte passed the tunnel for the time allowed. */
  TUNNEL_IDLE(504, "tunnel idle for too long"),
  /** The exchange as a whole was not over within the time allowed. */
  EXCHANGE_TIMEOUT(504, "exchange timed out"),
  /** The client did not go on with its request for the time allowed. */
  REQUEST_TIMEOUT(408, "request timed out"),
  /** The client sent the body of its request more slowly than allowed. */
  BODY_TOO_SLOW(408, "request body too slow"),
  /** The body of the request is not framed as HTTP wants it. */
  BAD_BODY(400, "invalid request body"),
  /** The body of the request is larger than allowed. */
  BODY_TOO_LARGE(413, "request body too large"),
  /** The client did not take the response for the time allowed. */
  CLIENT_STALLED(499, "client did not read"),
  /** The client left before its answer began; nobody sees the status. */
  CLIENT_GONE(499, "client closed the connection"),
  /** The client left within its answer. */
  CLIENT_LEFT(499, "client closed the connection in mid-answer"),
  /** A fault of the gateway. */
  INTERNAL(500, "internal error");

  private final int status;
  private final String reason;

  Failure(int status, String reason) {
    this.status = status;
    this.reason = reason;
  }

  int status() {
    return status;
  }

  String reason() {
    return reason;
  }
}
