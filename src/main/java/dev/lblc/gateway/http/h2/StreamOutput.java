package dev.lblc.gateway.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is written on one stream: a head, a body, perhaps trailers. The head and the last piece of the body wait until more comes or
 * the stream is flushed, so that the frame that is the last one says so. Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a frame but the last
final class StreamOutput {
  /**
   * How much may wait to be taken before no more should be written. Each stream has its own measure: Netty's would call none of a
   * connection writable as long as one peer's stream has more waiting than the connection's window.
   */
  private static final int MOST_WAITING = 128 << 10;

  private final Streams<?> connection;
  private final Runnable drained;
  private @Nullable Http2Stream stream;
  private @Nullable Http2Headers head;
  private @Nullable ByteBuf piece;
  private long written;
  private long taken;
  private boolean isEnded;
  private boolean isFull;

  /** Creates it; {@code drained} is run whenever more may be written again. */
  StreamOutput(Streams<?> connection, Runnable drained) {
    this.connection = connection;
    this.drained = drained;
  }

  /** Begins with another stream. */
  void begin(Http2Stream next) {
    stream = next;
    written = 0;
    taken = 0;
    isEnded = false;
    isFull = false;
  }

  /** Takes a head that may wait. */
  void head(Http2Headers headers) {
    head = headers;
  }

  /** Returns whether a head still waits, so that the peer has seen nothing of it. */
  boolean isHeadWaiting() {
    return head != null;
  }

  /** Writes a head that goes before the one that counts. */
  void interim(Http2Headers headers) {
    ChannelHandlerContext to = connection.context();
    encoder().writeHeaders(to, id(), headers, 0, false, to.newPromise());
    connection.flushSoon();
  }

  /** Takes a piece of the body, and its reference. */
  void data(ByteBuf data) {
    if (isEnded || connection.isGone()) {
      data.release();
      return;
    }
    writeWaiting();
    piece = data;
  }

  /** Writes what waits. */
  void flush() {
    writeWaiting();
    connection.flushSoon();
  }

  private void writeWaiting() {
    writeHead(false);
    ByteBuf data = piece;
    if (data != null) {
      piece = null;
      write(data, false);
    }
  }

  private @Nullable ChannelFuture writeHead(boolean isEnd) {
    Http2Headers waiting = head;
    if (waiting == null) {
      return null;
    }
    head = null;
    ChannelHandlerContext to = connection.context();
    return encoder().writeHeaders(to, id(), waiting, 0, isEnd, to.newPromise());
  }

  private ChannelFuture write(ByteBuf data, boolean isEnd) {
    int length = data.readableBytes();
    connection.budget().earn(length);
    written += length;
    Http2Stream of = stream;
    ChannelPromise promise = connection.context().newPromise();
    promise.addListener(done -> {
      if (stream == of) {
        taken(length);
      }
    });
    return encoder().writeData(connection.context(), id(), data, 0, isEnd, promise);
  }

  private void taken(int length) {
    taken += length;
    if (isFull && hasRoom()) {
      isFull = false;
      drained.run();
    }
  }

  /** Ends the stream's body, with trailers or, if they are null, without. The future is that of the last frame. */
  ChannelFuture end(@Nullable Http2Headers trailers) {
    isEnded = true;
    ByteBuf last = piece;
    piece = null;
    ChannelHandlerContext to = connection.context();
    ChannelFuture ended;
    if (trailers != null) {
      writeHead(false);
      if (last != null) {
        write(last, false);
      }
      ended = encoder().writeHeaders(to, id(), trailers, 0, true, to.newPromise());
    } else if (last != null) {
      writeHead(false);
      ended = write(last, true);
    } else {
      ChannelFuture withHead = writeHead(true);
      ended = withHead != null ? withHead : write(Unpooled.EMPTY_BUFFER, true);
    }
    connection.flushSoon();
    return ended;
  }

  boolean isEnded() {
    return isEnded;
  }

  /** Returns whether more of the body may be written. */
  boolean isWritable() {
    boolean isWritable = isEnded || connection.isGone() || hasRoom();
    isFull = !isWritable;
    return isWritable;
  }

  /** A peer that takes nothing now gets one piece to take next: what waits is told of when it leaves. */
  private boolean hasRoom() {
    if (waiting() == 0) {
      return true;
    }
    Http2Stream to = stream;
    Http2RemoteFlowController windows = connection.connection().remote().flowController();
    return to != null
        && waiting() < MOST_WAITING
        && windows.windowSize(to) > 0
        && windows.windowSize(connection.connection().connectionStream()) > 0
        && connection.context().channel().isWritable();
  }

  /** Returns how many octets of the body were written. */
  long written() {
    return written;
  }

  /** Returns how many octets were written that the peer, or the kernel, has not taken yet. */
  long waiting() {
    return written - taken;
  }

  /** Drops what waits: nothing more will be written. */
  void drop() {
    isEnded = true;
    head = null;
    if (piece != null) {
      piece.release();
      piece = null;
    }
  }

  private Http2ConnectionEncoder encoder() {
    return connection.encoder();
  }

  private int id() {
    Http2Stream known = stream;
    if (known == null) {
      throw new IllegalStateException("no stream");
    }
    return known.id();
  }
}
