package dev.lblc.gateway.http.lane;

/** Why bytes are no head of a message that can be read in one way only. */
enum HeadFault {
  LINE_TOO_LONG(414, "request line too long"),
  HEADERS_TOO_LARGE(431, "headers too large"),
  TOO_MANY_HEADERS(431, "too many headers"),
  METHOD(400, "bad method"),
  TARGET(400, "bad target"),
  PROTOCOL(400, "not HTTP"),
  VERSION(505, "unsupported HTTP version"),
  STATUS(400, "bad status"),
  LINE_END(400, "bad end of line"),
  NAME(400, "bad header name"),
  VALUE(400, "bad header value"),
  FOLDED(400, "folded header"),
  FRAMING(400, "ambiguous length of the body"),
  LATE(408, "request head timed out");

  private final int status;
  private final String reason;

  HeadFault(int status, String reason) {
    this.status = status;
    this.reason = reason;
  }

  /** Returns what a client is answered whose request it is; a server whose response it is has given a bad answer. */
  int status() {
    return status;
  }

  /** Returns it in a user's words, for the answer and the access log. */
  String reason() {
    return reason;
  }
}
