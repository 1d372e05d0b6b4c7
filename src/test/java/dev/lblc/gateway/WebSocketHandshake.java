package dev.lblc.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/** What a server and a client of a WebSocket say to each other first: RFC 6455 4. */
final class WebSocketHandshake {
  private WebSocketHandshake() {}

  /** Returns what a server answers to a key. */
  static String answer(String key) {
    try {
      byte[] octets =
          (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder()
          .encodeToString(MessageDigest.getInstance("SHA-1").digest(octets));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a field of a head of HTTP/1.1; {@code name} is in lower case. */
  static String field(String head, String name) throws IOException {
    for (String line : head.split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).trim();
      }
    }
    throw new IOException("no " + name + " in " + head);
  }
}
