package dev.lblc.gateway.http.h2;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams that this side of a connection has reset, of which the peer may not know yet: what it has sent meanwhile is no fault of
 * its own (RFC 9113 5.1). Netty forgets a stream when its reset is written. Confined to the connection's event loop.
 */
final class LateFrames {
  /** More than a connection has at once, by default. */
  private static final int MOST_STREAMS = 128;

  /** On one stream: its window in pieces of a KiB. */
  private static final int MOST_FRAMES = Codec.STREAM_WINDOW >> 10;

  private @Nullable Map<Integer, Integer> left;

  /** Notes that a stream is being reset. */
  void expect(int stream) {
    Map<Integer, Integer> known = left;
    if (known == null) {
      known = new LinkedHashMap<>();
      left = known;
    } else if (known.size() >= MOST_STREAMS) {
      known.remove(known.keySet().iterator().next());
    }
    known.put(stream, MOST_FRAMES);
  }

  /** Returns whether a frame on a stream that is no more comes late, and counts it. */
  boolean take(int stream) {
    Map<Integer, Integer> known = left;
    Integer more = known == null ? null : known.get(stream);
    if (known == null || more == null || more == 0) {
      return false;
    }
    known.put(stream, more - 1);
    return true;
  }

  /** Returns whether frames on a stream may come late. */
  boolean isExpected(int stream) {
    return left != null && left.containsKey(stream);
  }
}
