package dev.lblc.gateway.http.lane;

/**
 * Where the body of a message ends, by RFC 9112 6.3. What two recipients could read in two ways is a fault: two lengths, a length beside a transfer coding, any coding but {@code chunked} alone, a coding in HTTP/1.0.
 */
final class Framing {
  /** The body is chunked. */
  static final long CHUNKED = -1;

  /** The body ends with the connection. */
  static final long UNTIL_CLOSE = -2;

  /** The head cannot be read in one way only. */
  static final long FAULTY = -3;

  private static final byte[] LENGTH = lower("content-length");
  private static final byte[] CODING = lower("transfer-encoding");
  private static final byte[] CHUNKED_CODING = lower("chunked");
  private static final long NONE = -4;
  private static final int MAX_DIGITS = 18;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final int FIRST_FINAL = 200;
  private static final int CASE = 0x20;

  private Framing() {}

  /** Returns the length of a request's body, {@link #CHUNKED} or {@link #FAULTY}. */
  static long ofRequest(HeadBuffer head) {
    long framing = of(head.parser(), head.octets());
    return framing == NONE ? 0 : framing;
  }

  /**
   * Returns the length of a response's body, {@link #CHUNKED}, {@link #UNTIL_CLOSE} or {@link #FAULTY}. The headers of a response
   * that has no body are checked all the same.
   *
   * @param isOfHead whether it answers a HEAD request
   */
  static long ofResponse(HeadBuffer buffer, boolean isOfHead) {
    HeadParser head = buffer.parser();
    long framing = of(head, buffer.octets());
    if (framing == FAULTY) {
      return FAULTY;
    }
    if (isOfHead
        || head.status() < FIRST_FINAL
        || head.status() == NO_CONTENT
        || head.status() == NOT_MODIFIED) {
      return 0;
    }
    return framing == NONE ? UNTIL_CLOSE : framing;
  }

  private static long of(HeadParser head, byte[] bytes) {
    long framing = NONE;
    for (int i = 0; i < head.count(); i++) {
      int nameLength = head.nameEnd(i) - head.nameStart(i);
      if (nameLength == LENGTH.length && is(bytes, head.nameStart(i), LENGTH)) {
        long length = length(bytes, head.valueStart(i), head.valueEnd(i));
        if (length == FAULTY || framing != NONE) {
          return FAULTY;
        }
        framing = length;
      } else if (nameLength == CODING.length && is(bytes, head.nameStart(i), CODING)) {
        boolean isChunked = head.valueEnd(i) - head.valueStart(i) == CHUNKED_CODING.length
            && is(bytes, head.valueStart(i), CHUNKED_CODING);
        if (!isChunked || framing != NONE || head.minorVersion() == 0) {
          return FAULTY;
        }
        framing = CHUNKED;
      }
    }
    return framing;
  }

  private static long length(byte[] bytes, int from, int to) {
    if (from == to || to - from > MAX_DIGITS) {
      return FAULTY;
    }
    long length = 0;
    for (int i = from; i < to; i++) {
      if (!Octets.isDigit(bytes[i])) {
        return FAULTY;
      }
      length = length * 10 + bytes[i] - '0';
    }
    return length;
  }

  private static boolean is(byte[] bytes, int from, byte[] lower) {
    for (int i = 0; i < lower.length; i++) {
      byte octet = bytes[from + i];
      int folded = octet >= 'A' && octet <= 'Z' ? octet | CASE : octet;
      if (folded != lower[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] lower(String text) {
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) text.charAt(i);
    }
    return bytes;
  }
}
