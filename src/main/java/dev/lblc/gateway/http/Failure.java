package dev.lblc.gateway.http;

import dev.lblc.plugin.NoServerException;
import dev.lblc.tls.UpstreamTlsFailure;

/**
 * Why a request did not get a server's answer, or not all of it: the status the client sees, the reason in the access log, and
 * its label in metrics. A label that was released stays what it is: alerts of users depend on it.
 */
public enum Failure {
  // Before there is a route.
  /** The connection does not start with the PROXY header that is due; the client sees nothing. */
  BAD_PROXY_HEADER(400, "bad proxy header", "bad_proxy_header"),
  /** The client does not speak TLS where it is due. */
  CLEAR_TEXT(400, "clear text on a TLS port", "clear_text"),
  /** The head of the request was not complete within the time allowed. */
  HEAD_TIMEOUT(408, "request head timed out", "head_timeout"),
  /** The request line, or the target of HTTP/2, is longer than allowed. */
  LINE_TOO_LONG(414, "request line too long", "line_too_long"),
  /** The header fields take more bytes than allowed. */
  HEADERS_TOO_LARGE(431, "headers too large", "headers_too_large"),
  /** There are more header fields than allowed. */
  TOO_MANY_HEADERS(431, "too many headers", "too_many_headers"),
  /** The version is none that is spoken here. */
  UNSUPPORTED_VERSION(505, "unsupported HTTP version", "unsupported_version"),
  /** What came is no request, or could be read in several ways; the log says in which respect. */
  BAD_REQUEST(400, "bad request", "bad_request"),
  /** CONNECT; or something that the engine or the server does not speak, such as WebSocket with some servers of HTTP/2. */
  NOT_IMPLEMENTED(501, "not implemented", "not_implemented"),
  /** No route of the listener fits the request. */
  NO_ROUTE(404, "no route", "no_route"),

  // The server's side.
  /** No server could be chosen. */
  NO_SERVER(503, "no server available", "no_server"),
  /** All servers are full, and as many requests wait for one as may. */
  QUEUE_FULL(503, "too many requests wait for a server", "queue_full"),
  /** No server, or not its home, had room within the time that requests may wait. */
  QUEUE_TIMEOUT(503, "no server had room in time", "queue_timeout"),
  /** No server that was tried took the connection. */
  CONNECT_FAILED(502, "connect failed", "connect_failed"),
  /** The name of the server has no address, as far as is known. */
  NAME_UNKNOWN(502, "server name not resolved", "name_unknown"),
  /** No connection within the time allowed. */
  CONNECT_TIMEOUT(504, "connect timed out", "connect_timeout"),
  /** The certificate of the server is for other names. */
  TLS_WRONG_NAME(502, "server certificate for another name", "tls_wrong_name"),
  /** The certificate of the server, or of one of its authorities, is not valid now. */
  TLS_EXPIRED(502, "server certificate expired", "tls_expired"),
  /** The certificate of the server is not of an authority that is trusted. */
  TLS_UNKNOWN_CA(502, "server certificate of unknown authority", "tls_unknown_ca"),
  /** The certificate of the server cannot be used for another reason. */
  TLS_BAD_CERTIFICATE(502, "server certificate not acceptable", "tls_bad_certificate"),
  /** The server does not speak the version of HTTP that its service says. */
  HTTP_VERSION(502, "server speaks another HTTP version", "server_http_version"),
  /** The server ended the handshake with an alert. */
  TLS_REFUSED(502, "server refused TLS", "tls_refused"),
  /** The server does not speak TLS. */
  TLS_NOT_SPOKEN(502, "server does not speak TLS", "tls_not_spoken"),
  /** The handshake with the server was not complete within the time allowed. */
  TLS_TIMEOUT(504, "TLS handshake with server timed out", "tls_timeout"),
  /** The handshake with the server failed for another reason. */
  TLS_FAILED(502, "TLS handshake with server failed", "tls_failed"),
  /** Too many requests wait for a connection to this server. */
  POOL_EXHAUSTED(503, "too many waiting requests", "pool_exhausted"),
  /** The connection ended before the head of the response. */
  CLOSED_EARLY(502, "server closed the connection", "server_left"),
  /** The server sent something that is not a response to this request. */
  BAD_ANSWER(502, "invalid response", "bad_response"),
  /** The body of the server's response is not framed as HTTP wants it. */
  BROKEN_ANSWER(502, "invalid response body", "bad_response_body"),
  /** The server's connection ended within the response. */
  CUT_SHORT(502, "server closed the connection in mid-answer", "server_left_in_answer"),
  /** No response head within the time allowed. */
  RESPONSE_TIMEOUT(504, "response timed out", "response_timeout"),
  /** The server neither read nor wrote for the time allowed. */
  IDLE_TIMEOUT(504, "server idle for too long", "server_idle"),
  /** No byte passed the tunnel for the time allowed. */
  TUNNEL_IDLE(504, "tunnel idle for too long", "tunnel_idle"),
  /** The exchange as a whole was not over within the time allowed. */
  EXCHANGE_TIMEOUT(504, "exchange timed out", "exchange_timeout"),

  // The client's side.
  /** The client did not go on with its request for the time allowed. */
  REQUEST_TIMEOUT(408, "request timed out", "request_timeout"),
  /** The client sent the body of its request more slowly than allowed. */
  BODY_TOO_SLOW(408, "request body too slow", "body_too_slow"),
  /** The body of the request is not framed as HTTP wants it. */
  BAD_BODY(400, "invalid request body", "bad_request_body"),
  /** The body of the request is larger than allowed. */
  BODY_TOO_LARGE(413, "request body too large", "body_too_large"),
  /** The client did not take the response for the time allowed. */
  CLIENT_STALLED(499, "client did not read", "client_stalled"),
  /** The client left before its answer began; nobody sees the status. */
  CLIENT_GONE(499, "client closed the connection", "client_left"),
  /** The client left within its answer. */
  CLIENT_LEFT(499, "client closed the connection in mid-answer", "client_left_in_answer"),

  /** A fault of the gateway. */
  INTERNAL(500, "internal error", "internal_error");

  private final int status;
  private final String reason;
  private final String label;

  Failure(int status, String reason, String label) {
    this.status = status;
    this.reason = reason;
    this.label = label;
  }

  /** Returns the failure of an attempt for which there was no server. */
  static Failure of(NoServerException.Cause why) {
    return switch (why) {
      case NO_SERVER -> NO_SERVER;
      case QUEUE_FULL -> QUEUE_FULL;
      case QUEUE_TIMEOUT -> QUEUE_TIMEOUT;
    };
  }

  /** Returns the failure of a handshake with a server. */
  public static Failure of(UpstreamTlsFailure tls) {
    return switch (tls) {
      case WRONG_NAME -> TLS_WRONG_NAME;
      case EXPIRED -> TLS_EXPIRED;
      case UNKNOWN_CA -> TLS_UNKNOWN_CA;
      case BAD_CERTIFICATE -> TLS_BAD_CERTIFICATE;
      case NO_COMMON_ALPN -> HTTP_VERSION;
      case REFUSED -> TLS_REFUSED;
      case NOT_TLS -> TLS_NOT_SPOKEN;
      case TIMEOUT -> TLS_TIMEOUT;
      case CLOSED, BROKEN -> TLS_FAILED;
    };
  }

  /** Returns the status that the client sees, if it sees one. */
  public int status() {
    return status;
  }

  /** Returns the reason in a user's words, for the answer and the access log. */
  public String reason() {
    return reason;
  }

  /** Returns the reason's name in metrics: lower case with underscores. */
  String label() {
    return label;
  }
}
