package dev.lblc.gateway.http.vertx;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.function.IntConsumer;

/**
 * One direction of a tunnel: copies bytes from one socket to another, no faster than the second takes them. When the source
 * ends, the bytes it still held are passed on before the destination is closed.
 *
 * <p>Confined to the event loop of both sockets.
 */
final class Pump {
  private final NetSocket from;
  private final NetSocket to;
  private final IntConsumer bytes;
  private boolean ended;
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

  private void pass(Buffer data) {
    bytes.accept(data.length());
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
