package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.FrameFlow;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a tunnel: copies bytes from one socket to another, no faster than the second takes them. When the source ends, the
 * bytes it still held are passed on before the destination is closed. It can tell the destination of a WebSocket to go away.
 *
 * <p>Confined to the event loop of both sockets.
 */
final class Pump {
  private final NetSocket from;
  private final NetSocket to;
  private final IntConsumer bytes;
  private final @Nullable FrameFlow frames;
  private final Buffer goodbye;
  private boolean ended;
  private Runnable atReply = () -> {};
  private Future<Void> written = Future.succeededFuture();

  /**
   * Creates a pump between paused sockets.
   *
   * @param bytes gets the length of each piece
   * @param goodbye a Close frame as the destination expects it; null: it is no WebSocket
   */
  Pump(NetSocket from, NetSocket to, IntConsumer bytes, @Nullable Buffer goodbye) {
    this.from = from;
    this.to = to;
    this.bytes = bytes;
    this.frames = goodbye == null ? null : new FrameFlow();
    this.goodbye = goodbye == null ? Buffer.buffer() : goodbye;
  }

  /** Starts pumping; {@code first} was read from the source before. {@code atEnd} runs once, when the source has ended. */
  void start(Buffer first, Runnable atEnd) {
    from.handler(this::pass);
    from.endHandler(v -> end(atEnd));
    // An orderly close may also arrive as a failure.
    from.exceptionHandler(failure -> end(atEnd));
    from.closeHandler(v -> end(atEnd));
    if (first.length() > 0) {
      pass(first);
    }
    if (!to.writeQueueFull()) {
      from.resume();
    }
  }

  /**
   * Tells the destination of a WebSocket to go away.
   *
   * @param atReply runs when the source has sent a Close frame, now or later, maybe more than once
   */
  void sayGoodbye(Runnable atReply) {
    FrameFlow flow = frames;
    if (flow != null) {
      this.atReply = atReply;
      flow.sayGoodbye();
      goOn(flow);
    }
  }

  /** Returns whether the source has sent a Close frame. */
  boolean hasClosed() {
    return frames != null && frames.hasClosed();
  }

  private void goOn(FrameFlow flow) {
    if (flow.isGoodbyeDue()) {
      written = to.write(goodbye);
    }
    if (flow.hasClosed()) {
      atReply.run();
    }
  }

  private void pass(Buffer data) {
    bytes.accept(data.length());
    FrameFlow flow = frames;
    if (flow == null) {
      write(data);
      return;
    }
    int end = flow.pass(data::getByte, 0, data.length());
    if (end > 0) {
      write(end == data.length() ? data : data.slice(0, end));
    }
    goOn(flow);
  }

  private void write(Buffer data) {
    written = to.write(data);
    if (!ended && to.writeQueueFull()) {
      from.pause();
      to.drainHandler(v -> from.resume());
    }
  }

  private void end(Runnable atEnd) {
    if (ended) {
      return;
    }
    ended = true;
    // Passes on what waited for the other side to drain: no more than the buffers hold.
    from.resume();
    written.onComplete(last -> atEnd.run());
  }
}
