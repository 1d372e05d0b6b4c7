package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.RequestHead;

/** The head of a client's request in the lane. Confined to its event loop. */
public interface LaneHead extends RequestHead {
  /** Returns the header fields. */
  HeadBuffer buffer();
}
