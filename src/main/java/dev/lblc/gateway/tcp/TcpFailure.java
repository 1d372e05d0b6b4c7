package dev.lblc.gateway.tcp;

import dev.lblc.plugin.NoServerException;
import dev.lblc.tls.UpstreamTlsFailure;

/**
 * Why a connection did not come to an orderly end: the reason in the access log, and its label in metrics. A label that was released
 * stays what it is: alerts of users depend on it. What HTTP knows as well has the same label there.
 */
enum TcpFailure {
  /** The listener had as many as it may. */
  TOO_MANY("too many connections", "max_connections"),
  /** The client did not say who it is and what it wants in time. */
  HELLO_TIMEOUT("hello timed out", "hello_timeout"),
  /** It should have started with a PROXY protocol header, and its peer may not send one. */
  PEER_NOT_TRUSTED("peer not trusted", "peer_not_trusted"),
  /** It should have started with a PROXY protocol header, and did not. */
  BAD_PROXY_HEADER("bad proxy header", "bad_proxy_header"),
  /** The TLS handshake, or what came after it, cannot be understood, or ended without saying so. */
  TLS_FAILED("tls failed", "client_tls_failed"),
  /** It should have started with TLS, and is HTTP in clear text. */
  CLEAR_TEXT("clear text on a TLS port", "clear_text"),
  /** No route fits, and the client would have named its server after a server's answer only. */
  SSL_REQUEST("no route for PostgreSQL's SSLRequest, which names no server", "ssl_request"),
  /** No route fits. */
  NO_ROUTE("no route", "no_route"),
  /** No server could be chosen. */
  NO_SERVER("no server available", "no_server"),
  /** All servers are full, and as many connections wait for one as may. */
  QUEUE_FULL("too many connections wait for a server", "queue_full"),
  /** No server, or not its home, had room within the time that connections may wait. */
  QUEUE_TIMEOUT("no server had room in time", "queue_timeout"),
  /** The server did not take the connection, nor did those tried after it. */
  CONNECT_FAILED("connect failed", "connect_failed"),
  /** The name of the server has no address, as far as is known. */
  NAME_UNKNOWN("server name not resolved", "name_unknown"),
  /** No connection within the time allowed. */
  CONNECT_TIMEOUT("connect timed out", "connect_timeout"),
  /** The certificate of the server is for other names. */
  TLS_WRONG_NAME("server certificate for another name", "tls_wrong_name"),
  /** The certificate of the server, or of one of its authorities, is not valid now. */
  TLS_EXPIRED("server certificate expired", "tls_expired"),
  /** The certificate of the server is not of an authority that is trusted. */
  TLS_UNKNOWN_CA("server certificate of unknown authority", "tls_unknown_ca"),
  /** The certificate of the server cannot be used for another reason. */
  TLS_BAD_CERTIFICATE("server certificate not acceptable", "tls_bad_certificate"),
  /** The server does not speak the version of HTTP that its service says. */
  HTTP_VERSION("server speaks another HTTP version", "server_http_version"),
  /** The server ended the handshake with an alert. */
  TLS_REFUSED("server refused TLS", "tls_refused"),
  /** The server does not speak TLS. */
  TLS_NOT_SPOKEN("server does not speak TLS", "tls_not_spoken"),
  /** The handshake with the server was not complete within the time allowed. */
  TLS_TIMEOUT("TLS handshake with server timed out", "tls_timeout"),
  /** The handshake with the server failed for another reason. */
  TLS_NOT_MADE("TLS handshake with server failed", "tls_failed"),
  /** The TLS of the server cannot be understood, or ended without saying so. */
  SERVER_TLS_FAILED("tls of the server failed", "server_tls_failed"),
  /** No byte in either direction for the time allowed. */
  IDLE_TIMEOUT("idle for too long", "idle_timeout"),
  /** It was open for the time allowed. */
  LIFETIME("lifetime over", "lifetime"),
  /** The client left before a server was involved, or before it had all that the server sends. */
  CLIENT_GONE("client closed the connection", "client_left"),
  /** The client broke the connection off. */
  CLIENT_RESET("client reset the connection", "client_reset"),
  /** The server broke the connection off. */
  SERVER_RESET("server reset the connection", "server_reset"),
  /** The gateway stops. */
  STOPPED("gateway stopped", "stopped"),
  /** A fault of our own. */
  INTERNAL("internal error", "internal_error");

  private final String reason;
  private final String label;

  TcpFailure(String reason, String label) {
    this.reason = reason;
    this.label = label;
  }

  /** Returns the failure of an attempt for which there was no server. */
  static TcpFailure of(NoServerException.Cause why) {
    return switch (why) {
      case NO_SERVER -> NO_SERVER;
      case QUEUE_FULL -> QUEUE_FULL;
      case QUEUE_TIMEOUT -> QUEUE_TIMEOUT;
    };
  }

  /** Returns the failure of a handshake with a server. */
  static TcpFailure of(UpstreamTlsFailure tls) {
    return switch (tls) {
      case WRONG_NAME -> TLS_WRONG_NAME;
      case EXPIRED -> TLS_EXPIRED;
      case UNKNOWN_CA -> TLS_UNKNOWN_CA;
      case BAD_CERTIFICATE -> TLS_BAD_CERTIFICATE;
      case NO_COMMON_ALPN -> HTTP_VERSION;
      case REFUSED -> TLS_REFUSED;
      case NOT_TLS -> TLS_NOT_SPOKEN;
      case TIMEOUT -> TLS_TIMEOUT;
      case CLOSED, BROKEN -> TLS_NOT_MADE;
    };
  }

  String reason() {
    return reason;
  }

  /** Returns the reason's name in metrics: lower case with underscores. */
  String label() {
    return label;
  }
}
