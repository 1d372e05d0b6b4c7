package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.ServerSide;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A server's side in the lane, whatever version of HTTP the server speaks: what a client's side needs of it. Confined to its event
 * loop.
 */
public interface LaneServer extends ServerSide {
  /** Returns whether the server has ended the connection, though nobody has read so yet. */
  boolean isStale();

  // --- the request ---

  /** Sends the head of a client's request by the plan; written, not flushed. */
  void send(LaneClient from, String target, RequestPlan plan);

  /** Returns whether it takes a body without the chunks of its client. */
  boolean wantsDataOnly();

  /** Writes a piece of the request's body; takes over the reference. */
  void write(ByteBuf piece);

  /** Ends a request that has a body, or this side of a tunnel; both are null if there are no trailers. */
  void endBody(@Nullable HeadBuffer trailers, @Nullable HeaderPlan plan);

  /** Notes that the server has left HTTP: both bodies go on until their side ends, as they come. */
  void becameTunnel();

  /** Sends what was written of the request, soon at the latest. */
  void flush();

  /** Returns whether more of the request may be written. */
  boolean isWritable();

  // --- the answer ---

  /** Returns the head of the answer that has just come. */
  LaneAnswer answer();

  /** Returns whether the answer comes in chunks. */
  boolean isChunked();

  /** Returns the trailers of the answer that has just ended; null: there are none. */
  @Nullable
  HeadBuffer trailers();

  /** Reads the answer on, or holds the server back. */
  void setReading(boolean isWanted);
}
