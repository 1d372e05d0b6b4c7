package dev.lblc.gateway.http.vertx;

/** The check of a header's name where it stands in its line: Netty takes an empty one, and of two words the first. */
final class HeaderNameCheck {
  private HeaderNameCheck() {}

  /** Throws {@link IllegalArgumentException} unless the name has a character and a colon behind it. */
  static void check(byte[] line, int start, int length) {
    if (length == 0 || line[start + length] != ':') {
      throw new IllegalArgumentException("a header without a name, or with white space in it");
    }
  }
}
