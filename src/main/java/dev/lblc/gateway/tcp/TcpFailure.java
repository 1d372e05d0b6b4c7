package dev.lblc.gateway.tcp;

import dev.lblc.tls.UpstreamTlsFailure;

/** Why a connection did not come to an orderly end: the reason in the access log. */
enum TcpFailure {
  /** The listener had as many as it may. */
  TOO_MANY("too many connections"),
  /** The client did not say who it is and what it wants in time. */
  HELLO_TIMEOUT("hello timed out"),
  /** It should have started with a PROXY protocol header, and its peer may not send one. */
  PEER_NOT_TRUSTED("peer not trusted"),
  /** It should have started with a PROXY protocol header, and did not. */
  BAD_PROXY_HEADER("bad proxy header"),
  /** The TLS handshake, or what came after it, cannot be understood, or ended without saying so. */
  TLS_FAILED("tls failed"),
  /** It should have started with TLS, and is HTTP in clear text. */
  CLEAR_TEXT("clear text on a TLS port"),
  /** No route fits, and the client would have named its server after a server's answer only. */
  SSL_REQUEST("no route for PostgreSQL's SSLRequest, which names no server"),
  /** No route fits. */
  NO_ROUTE("no route"),
  /** No server could be chosen. */
  NO_SERVER("no server available"),
  /** The server did not take the connection, nor did those tried after it. */
  CONNECT_FAILED("connect failed"),
  /** The name of the server has no address, as far as is known. */
  NAME_UNKNOWN("server name not resolved"),
  /** No connection within the time allowed. */
  CONNECT_TIMEOUT("connect timed out"),
  /** The certificate of the server is for other names. */
  TLS_WRONG_NAME("server certificate for another name"),
  /** The certificate of the server, or of one of its authorities, is not valid now. */
  TLS_EXPIRED("server certificate expired"),
  /** The certificate of the server is not of an authority that is trusted. */
  TLS_UNKNOWN_CA("server certificate of unknown authority"),
  /** The certificate of the server cannot be used for another reason. */
  TLS_BAD_CERTIFICATE("server certificate not acceptable"),
  /** The server does not speak the version of HTTP that its service says. */
  HTTP_VERSION("server speaks another HTTP version"),
  /** The server ended the handshake with an alert. */
  TLS_REFUSED("server refused TLS"),
  /** The server does not speak TLS. */
  TLS_NOT_SPOKEN("server does not speak TLS"),
  /** The handshake with the server was not complete within the time allowed. */
  TLS_TIMEOUT("TLS handshake with server timed out"),
  /** The handshake with the server failed for another reason. */
  TLS_NOT_MADE("TLS handshake with server failed"),
  /** The TLS of the server cannot be understood, or ended without saying so. */
  SERVER_TLS_FAILED("tls of the server failed"),
  /** No byte in either direction for the time allowed. */
  IDLE_TIMEOUT("idle for too long"),
  /** It was open for the time allowed. */
  LIFETIME("lifetime over"),
  /** The client left before a server was involved, or before it had all that the server sends. */
  CLIENT_GONE("client closed the connection"),
  /** The client broke the connection off. */
  CLIENT_RESET("client reset the connection"),
  /** The server broke the connection off. */
  SERVER_RESET("server reset the connection"),
  /** The gateway stops. */
  STOPPED("gateway stopped"),
  /** A fault of our own. */
  INTERNAL("internal error");

  private final String reason;

  TcpFailure(String reason) {
    this.reason = reason;
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
}
