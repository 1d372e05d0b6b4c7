package dev.lblc.gateway.http;

/** The version of HTTP that a client speaks. */
public enum Protocol {
  /** No chunks; the connection ends with the answer unless the client asks to keep it. */
  HTTP_1_0("HTTP/1.0"),
  /** One request at a time. */
  HTTP_1_1("HTTP/1.1"),
  /** Many streams on one connection. */
  HTTP_2("HTTP/2"),
  /** What came could not be read as a request. */
  UNKNOWN("-");

  private final String text;

  Protocol(String text) {
    this.text = text;
  }

  /** Returns the name in the access log. */
  public String text() {
    return text;
  }
}
