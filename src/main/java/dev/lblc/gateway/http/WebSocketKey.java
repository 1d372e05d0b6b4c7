package dev.lblc.gateway.http;

import dev.lblc.gateway.route.BadRequestException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/** The keys with which WebSockets begin over HTTP/1.1: RFC 6455 4. May be used from any thread. */
final class WebSocketKey {
  private static final String SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int LENGTH = 16;

  /** A cache must not have seen the key; that is all it is for. */
  private static final SecureRandom RANDOM = new SecureRandom();

  private WebSocketKey() {}

  /** Returns a key that was not used before. */
  static String fresh() {
    byte[] octets = new byte[LENGTH];
    RANDOM.nextBytes(octets);
    return Base64.getEncoder().encodeToString(octets);
  }

  /**
   * Returns the key of a request.
   *
   * @param lines values of its field, one for each line
   * @throws BadRequestException if there is not one that is valid
   */
  static String of(List<String> lines) {
    try {
      if (lines.size() == 1 && Base64.getDecoder().decode(lines.get(0)).length == LENGTH) {
        return lines.get(0);
      }
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("bad Sec-WebSocket-Key");
    }
    throw new BadRequestException("bad Sec-WebSocket-Key");
  }

  /** Returns what a server answers to a key. */
  static String answer(String key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1")
          .digest((key + SUFFIX).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
