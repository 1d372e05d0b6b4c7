package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.lane.HeadBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way to a server, of which the {@link SentBody} is kept as long as the server may refuse it. Confined to
 * the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of a request
final class RequestOutput {
  private final ServerStreams connection;
  private final StreamOutput output;
  private @Nullable SentBody sent;
  private boolean hasBody;
  private boolean hasStream;

  /** Creates it; {@code drained} is run whenever the server takes more again. */
  RequestOutput(ServerStreams connection, Runnable drained) {
    this.connection = connection;
    this.output = new StreamOutput(connection, drained);
  }

  /**
   * Begins a request, whose head is sent.
   *
   * @param stream null: the connection has taken none
   */
  void begin(@Nullable Http2Stream stream, boolean isWithBody) {
    hasBody = isWithBody;
    if (stream != null) {
      hasStream = true;
      output.begin(stream);
    }
  }

  /** Writes a piece, and takes over its reference. */
  void write(ByteBuf piece, boolean mayBeRefused) {
    if (mayBeRefused) {
      keep(piece);
    }
    if (hasStream) {
      output.data(piece);
    } else {
      piece.release();
    }
  }

  private void keep(ByteBuf piece) {
    SentBody known = sent;
    if (known == null) {
      known = new SentBody(connection.sentBodies());
      sent = known;
    }
    known.add(piece);
  }

  /** Ends it, if there is one, with trailers or, if one of both is null, without. */
  void end(@Nullable HeadBuffer trailers, @Nullable HeaderPlan plan) {
    if (hasBody && hasStream && !output.isEnded()) {
      output.end(trailers == null || plan == null ? null : Fields.trailers(trailers, plan));
    }
  }

  /** Writes what waits; returns false if nothing can be written any more. */
  boolean flush() {
    if (!hasStream || output.isEnded()) {
      return false;
    }
    output.flush();
    return true;
  }

  boolean isWritable() {
    return output.isWritable();
  }

  /** Returns how many octets were written that the server has not taken yet. */
  long waiting() {
    return output.waiting();
  }

  /** Returns whether all of the request is with the server. */
  boolean isGone() {
    return !hasBody || (output.isEnded() && output.waiting() == 0);
  }

  // --- what is kept ---

  /** Returns whether all that was written is kept. */
  boolean isKept() {
    return sent == null || sent.isWhole();
  }

  /** Gives away what is kept, from the beginning of the body on. */
  Deque<ByteBuf> takeKept() {
    return sent == null ? new ArrayDeque<>(0) : sent.takePieces();
  }

  /** Keeps nothing any more: the server has looked at the request. */
  void dropKept() {
    if (sent != null) {
      sent.drop();
    }
  }

  /** Drops all that waits. */
  void drop() {
    dropKept();
    output.drop();
  }
}
