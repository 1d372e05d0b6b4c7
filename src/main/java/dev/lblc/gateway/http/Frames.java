package dev.lblc.gateway.http;

import java.util.function.IntUnaryOperator;

/**
 * Follows the frames of one direction of a WebSocket (RFC 6455 5.2) without looking at what they say:
 *
 * <pre>
 *   octet 0      octet 1        0, 2 or 8 octets    0 or 4 octets
 *   .... opcode  mask length    more of the length  mask           payload
 * </pre>
 *
 * <p>Confined to one event loop.
 */
final class Frames {
  private static final int OPCODE = 0x0f;
  private static final int CLOSE = 8;
  private static final int LENGTH = 0x7f;
  private static final int TWO_MORE = 126;
  private static final int EIGHT_MORE = 127;
  private static final int SHORTEST_HEAD = 2;
  private static final int MASK = 4;

  private int headRead;
  private int headLength = SHORTEST_HEAD;
  private int lengthEnd;
  private long length;
  private long payloadLeft;
  private boolean isCloseFrame;
  private boolean hasClosed;

  /** Returns whether a frame has ended, or none has begun. */
  boolean isAtBoundary() {
    return headRead == 0 && payloadLeft == 0;
  }

  /** Returns whether the whole head of a Close frame has come. */
  boolean hasClosed() {
    return hasClosed;
  }

  /** Follows the octets from one index to another; {@code octets} gives the one at an index. */
  void follow(IntUnaryOperator octets, int from, int to) {
    int at = from;
    while (at < to) {
      at = followFrame(octets, at, to);
    }
  }

  /** Follows octets to the end of a frame, or of the octets. Returns the index behind. */
  int followFrame(IntUnaryOperator octets, int from, int to) {
    int at = from;
    while (at < to) {
      if (payloadLeft > 0) {
        int step = (int) Math.min(payloadLeft, to - at);
        payloadLeft -= step;
        at += step;
      } else {
        head(octets.applyAsInt(at++) & 0xff);
      }
      if (isAtBoundary()) {
        return at;
      }
    }
    return at;
  }

  private void head(int octet) {
    if (headRead == 0) {
      isCloseFrame = (octet & OPCODE) == CLOSE;
    } else if (headRead == 1) {
      int first = octet & LENGTH;
      int more = first == TWO_MORE ? Short.BYTES : first == EIGHT_MORE ? Long.BYTES : 0;
      length = more == 0 ? first : 0;
      lengthEnd = SHORTEST_HEAD + more;
      headLength = lengthEnd + (octet > LENGTH ? MASK : 0);
    } else if (headRead < lengthEnd) {
      length = (length << Byte.SIZE) | octet;
    }
    headRead++;
    if (headRead == headLength) {
      headRead = 0;
      headLength = SHORTEST_HEAD;
      hasClosed |= isCloseFrame;
      payloadLeft = length < 0 ? Long.MAX_VALUE : length; // no peer may send that, and none can
    }
  }
}
