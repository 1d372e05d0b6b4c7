package dev.lblc.gateway.http.lane;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The head buffers of one event loop. A connection has one only while it reads a head, or serves the request that the head
 * began: idle connections cost none. Confined to the loop.
 */
final class HeadBuffers {
  private static final int MOST_KEPT = 1024;

  private final boolean ofRequests;
  private final Deque<HeadBuffer> free = new ArrayDeque<>();

  /** Creates the buffers for the heads of requests, or of responses. */
  HeadBuffers(boolean ofRequests) {
    this.ofRequests = ofRequests;
  }

  /** Returns a buffer for a new head, or for trailers. */
  HeadBuffer take(HeadLimits limits, boolean isOfTrailers) {
    HeadBuffer buffer = free.poll();
    if (buffer == null) {
      buffer = new HeadBuffer(ofRequests ? HeadParser.ofRequests() : HeadParser.ofResponses());
    }
    return isOfTrailers ? buffer.beginTrailers(limits) : buffer.begin(limits);
  }

  /** Takes back a buffer that nobody looks at any more. */
  void giveBack(HeadBuffer buffer) {
    if (free.size() < MOST_KEPT && buffer.isSmall()) {
      free.push(buffer);
    }
  }
}
