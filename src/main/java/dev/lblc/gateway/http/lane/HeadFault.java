package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Failure;

/** Why bytes are no head of a message that can be read in one way only. */
public enum HeadFault {
  LINE_TOO_LONG(Failure.LINE_TOO_LONG),
  HEADERS_TOO_LARGE(Failure.HEADERS_TOO_LARGE),
  TOO_MANY_HEADERS(Failure.TOO_MANY_HEADERS),
  METHOD("bad method"),
  TARGET("bad target"),
  SCHEME("bad scheme"),
  PROTOCOL("not HTTP"),
  VERSION(Failure.UNSUPPORTED_VERSION),
  STATUS("bad status"),
  LINE_END("bad end of line"),
  NAME("bad header name"),
  VALUE("bad header value"),
  FOLDED("folded header"),
  FRAMING("ambiguous length of the body"),
  LATE(Failure.HEAD_TIMEOUT);

  private final Failure failure;
  private final String reason;

  HeadFault(Failure failure) {
    this.failure = failure;
    this.reason = failure.reason();
  }

  HeadFault(String reason) {
    this.failure = Failure.BAD_REQUEST;
    this.reason = reason;
  }

  /** Returns why a request with such a head fails; a server whose response it is has given a bad answer. */
  public Failure failure() {
    return failure;
  }

  /** Returns it in a user's words, for the answer and the access log. */
  public String reason() {
    return reason;
  }
}
