package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.UnreadableLine;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The first line of a request of which only a part has come, or that cannot be read: as much of it as a log shows. Empty lines
 * before it do not count. Used by one thread.
 */
final class FirstLine {
  private String text = "";
  private boolean isTaken;
  private boolean hasEnd;

  /**
   * Takes the line from its octets between two indexes of a buffer. Does nothing if it was taken before: these are octets of the
   * next lines.
   */
  void take(ByteBuf bytes, int from, int to) {
    if (isTaken) {
      return;
    }
    int start = from;
    while (start < to && isLineEnd(bytes.getByte(start))) {
      start++;
    }
    int most = Math.min(to, start + UnreadableLine.LONGEST);
    int end = start;
    while (end < most && !isLineEnd(bytes.getByte(end))) {
      end++;
    }
    hasEnd = end < most;
    isTaken = hasEnd || end < to;
    text = bytes.toString(start, end - start, StandardCharsets.ISO_8859_1);
  }

  /** Returns whether it has a first character. */
  boolean isBegun() {
    return !text.isEmpty();
  }

  /** Returns the line as the parts of a request line, or as one target if it does not look like one. */
  UnreadableLine parts() {
    return UnreadableLine.of(text, hasEnd);
  }

  void clear() {
    text = "";
    isTaken = false;
  }

  private static boolean isLineEnd(byte octet) {
    return octet == '\r' || octet == '\n';
  }
}
