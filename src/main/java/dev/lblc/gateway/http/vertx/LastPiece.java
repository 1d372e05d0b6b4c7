package dev.lblc.gateway.http.vertx;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The last piece of a body of known length, held back until the message ends.
 *
 * <p>The decoder reports the last piece and the end of the message together. Both are written at once, in a short message with
 * the head: one write to the socket instead of two or three.
 */
final class LastPiece {
  private static final long UNKNOWN = -1;

  private long left;
  private @Nullable Buffer held;

  /** Creates the last piece of a message with these headers. Without a length nothing is held; null: no headers. */
  LastPiece(@Nullable MultiMap headers) {
    String length = headers == null ? null : headers.get(HttpHeaders.CONTENT_LENGTH);
    left = length == null ? UNKNOWN : parsed(length);
  }

  /** Holds the piece if it completes the body; returns whether it does. */
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
      return UNKNOWN; // the codec accepted it, so it frames nothing
    }
  }
}
