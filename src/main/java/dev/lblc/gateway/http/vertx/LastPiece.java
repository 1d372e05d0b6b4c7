package dev.lblc.gateway.http.vertx;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The end of a body of known length, held back until the message ends as well.
 *
 * <p>What ends a message is decoded together with the last piece of its body. Written with the end, and in a short message
 * with the head, that piece costs one write to the socket instead of two or three.
 */
final class LastPiece {
  private static final long UNKNOWN = -1;

  private long left;
  private @Nullable Buffer held;

  /** Creates one for a message with these headers, or for one of unknown length, of which nothing is ever held. */
  LastPiece(@Nullable MultiMap headers) {
    String length = headers == null ? null : headers.get(HttpHeaders.CONTENT_LENGTH);
    left = length == null ? UNKNOWN : parsed(length);
  }

  /** Returns whether the piece completes the body, and is held. */
  boolean holds(Buffer piece) {
    if (left == UNKNOWN) {
      return false;
    }
    left -= piece.length();
    if (left != 0) {
      return false;
    }
    held = piece;
    return true;
  }

  /** Returns the piece that is held; null: none is. */
  @Nullable
  Buffer held() {
    return held;
  }

  private static long parsed(String length) {
    try {
      return Long.parseLong(length.trim());
    } catch (NumberFormatException e) {
      return UNKNOWN; // the codec has let it pass, so that it cannot be of importance
    }
  }
}
