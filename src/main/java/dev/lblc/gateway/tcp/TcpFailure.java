package dev.lblc.gateway.tcp;

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

  String reason() {
    return reason;
  }
}
