package dev.lblc.gateway.http.vertx;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a WebSocket: copies bytes from one socket to another, no faster than the second takes them. When the source
 * ends, the bytes it still held are passed on before the destination is closed.
 *
 * <p>It can tell the destination to go away: with a Close frame behind the frame that is passing, or at once if none is. What the
 * source sends behind that is dropped, as nothing may follow a Close frame.
 *
 * <p>Confined to the event loop of both sockets.
 */
final class Pump {
  private final NetSocket from;
  private final NetSocket to;
  private final IntConsumer bytes;
  private final Frames frames = new Frames();
  private boolean ended;
  private @Nullable Buffer closeFrame;
  private boolean isClosed;
  private Runnable atReply = () -> {};
  private Future<Void> written = Future.succeededFuture();

  /** Creates a pump between paused sockets; {@code bytes} gets the length of each piece. */
  Pump(NetSocket from, NetSocket to, IntConsumer bytes) {
    this.from = from;
    this.to = to;
    this.bytes = bytes;
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
   * Tells the destination to go away.
   *
   * @param frame a Close frame as the destination expects it
   * @param atReply runs when the source has sent a Close frame, now or later, maybe more than once
   */
  void sayGoodbye(Buffer frame, Runnable atReply) {
    this.atReply = atReply;
    if (frames.hasClosed()) {
      atReply.run(); // it was passed on: the two are about to end without us
    } else if (frames.isAtBoundary()) {
      close(frame);
    } else {
      closeFrame = frame;
    }
  }

  /** Returns whether the source has sent a Close frame. */
  boolean hasClosed() {
    return frames.hasClosed();
  }

  private void close(Buffer frame) {
    isClosed = true;
    written = to.write(frame);
  }

  private void pass(Buffer data) {
    bytes.accept(data.length());
    Buffer goodbye = closeFrame;
    if (isClosed) {
      frames.follow(data);
    } else if (goodbye == null) {
      frames.follow(data);
      write(data);
    } else {
      int end = frames.followFrame(data, 0);
      write(data.slice(0, end));
      if (frames.isAtBoundary()) {
        closeFrame = null;
        if (!frames.hasClosed()) {
          close(goodbye);
        }
        isClosed = true;
        frames.follow(data.slice(end, data.length()));
      }
    }
    if (frames.hasClosed()) {
      atReply.run();
    }
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
