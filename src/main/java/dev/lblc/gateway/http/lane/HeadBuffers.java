package dev.lblc.gateway.http.lane;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The head buffers of one event loop. A connection has one only while it reads a head, or serves the request that the head
 * began: idle connections cost none. Confined to the loop.
 */
public final class HeadBuffers {
  private static final int MOST_KEPT = 1024;

  private final boolean ofRequests;
  private final Deque<HeadBuffer> free = new ArrayDeque<>();

  /** Creates the buffers for the heads of requests, or of responses. */
  HeadBuffers(boolean ofRequests) {
    this.ofRequests = ofRequests;
  }

  /** Returns a buffer for a new head. */
  public HeadBuffer take(HeadLimits limits) {
    return take().begin(limits);
  }

  /** Returns a buffer for trailers. */
  HeadBuffer takeForTrailers(HeadLimits limits) {
    return take().beginTrailers(limits);
  }

  private HeadBuffer take() {
    HeadBuffer buffer = free.poll();
    return buffer != null
        ? buffer
        : new HeadBuffer(ofRequests ? HeadParser.ofRequests() : HeadParser.ofResponses());
  }

  /** Takes back a buffer that nobody looks at any more. */
  public void giveBack(HeadBuffer buffer) {
    if (free.size() < MOST_KEPT && buffer.isSmall()) {
      free.push(buffer);
    }
  }
}
