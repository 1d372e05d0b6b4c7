package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.net.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Exception.StreamException;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of HTTP/2, to a client or to a server, whose frames a {@link FrameDispatcher} passes to their streams. Confined to its
 * event loop.
 *
 * <p>What is written is flushed once for all streams, at the end of the loop's turn: see {@link #flushSoon}.
 *
 * @param <S> what this side keeps for each stream
 */
// Nobody waits for a write but the end of a stream.
@SuppressWarnings("FutureReturnValueIgnored")
abstract class Streams<S extends Streams.Stream> extends Http2ConnectionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

  /** What waits for a connection that is slow: all streams share it, so it is more than for one request. */
  private static final WriteBufferWaterMark WAITING = new WriteBufferWaterMark(64 << 10, 128 << 10);

  /** What is kept for a stream. */
  interface Stream {
    /** Takes a further head: trailers, or the answer behind an interim one. */
    void head(Http2Headers headers, boolean isEnd);

    /** Takes a piece of the body, whose reference stays the caller's. Returns how many octets need no room any more. */
    int data(ByteBuf data, boolean isEnd);

    /** Notes that the peer has given the stream up. */
    void reset(long code);

    /** Sends what the other side of the exchange got from this stream. */
    void flushOther();

    /** Notes that the stream is over, whoever has ended it. */
    void closed();

    /** Notes that the peer has broken the rules on this stream, which is being reset. */
    void broken(Http2Error why);
  }

  private final Http2Connection.PropertyKey key;
  private final FrameBudget budget;
  private final LateFrames late;
  private final Runnable flush = this::flushNow;
  private ChannelHandlerContext context;
  private final List<S> toFlush = new ArrayList<>();
  private boolean isInRead;
  private boolean isFlushDue;
  private boolean isGone;

  @SuppressWarnings("NullAway.Init") // handlerAdded comes first
  Streams(Codec codec) {
    super(codec.decoder(), codec.encoder(), codec.settings(), true);
    this.budget = codec.budget();
    this.late = codec.late();
    this.key = connection().newKey();
    decoder().frameListener(new FrameDispatcher<>(this));
    connection().addListener(new Http2ConnectionAdapter() {
      @Override
      public void onStreamClosed(Http2Stream stream) {
        S kept = of(stream);
        if (kept != null) {
          kept.closed();
        }
      }

      @Override
      public void onStreamRemoved(Http2Stream stream) {
        stream.removeProperty(key);
        streamRemoved();
      }
    });
  }

  // --- for its kinds ---

  /** Takes the first head of a stream that the peer has opened. */
  abstract void opened(Http2Stream stream, Http2Headers headers, boolean isEnd)
      throws Http2Exception;

  /** Notes that a stream is no more. */
  abstract void streamRemoved();

  /** Notes that the peer opens, or takes, no more streams. */
  abstract void goAwayCame(int lastStream, long code);

  /** Notes the first settings of the peer, or other ones. */
  abstract void settingsCame(Http2Settings settings);

  /** Notes that a frame of a message has come. */
  abstract void messageCame();

  /** Notes that the connection has ended; all its streams are over. */
  abstract void ended();

  /** Notes that the peer, or the gateway, has broken the rules: the connection is being closed. */
  abstract void failed(Throwable cause);

  // --- for its streams ---

  ChannelHandlerContext context() {
    return context;
  }

  FrameBudget budget() {
    return budget;
  }

  @Nullable
  S of(Http2Stream stream) {
    return stream.getProperty(key);
  }

  void keep(Http2Stream stream, S kept) {
    stream.setProperty(key, kept);
  }

  boolean isGone() {
    return isGone;
  }

  /** Flushes when the loop has done what it is at: so frames of many streams leave together. */
  void flushSoon() {
    if (!isFlushDue) {
      isFlushDue = true;
      context.executor().execute(flush);
    }
  }

  private void flushNow() {
    isFlushDue = false;
    if (!isGone) {
      flush(context);
    }
  }

  /** Has the other side of a stream's exchange flushed, at the end of what is being read at the latest. */
  void flushOtherLater(S from) {
    if (isInRead) {
      toFlush.add(from);
    } else {
      from.flushOther();
    }
  }

  /** Gives the peer room for octets that were taken. */
  void consumed(Http2Stream stream, int octets) {
    try {
      if (decoder().flowController().consumeBytes(stream, octets)) {
        flushSoon();
      }
    } catch (Http2Exception e) {
      onError(context, true, e);
    }
  }

  /** Lets so much come on all streams before it is taken. It begins with 64 KiB, which would be 1.3 MB/s over 50 ms. */
  void widen(int window) throws Http2Exception {
    decoder()
        .flowController()
        .incrementWindowSize(
            connection().connectionStream(),
            window - decoder().flowController().initialWindowSize());
    flushSoon();
  }

  /** Gives a stream up. */
  void reset(int stream, Http2Error why) {
    late.expect(stream);
    resetStream(context, stream, why.code(), context.newPromise());
    flushSoon();
  }

  /** Tells the peer the last stream that is served. */
  ChannelFuture goAway(int lastStream, Http2Error why) {
    ChannelPromise told = context.newPromise();
    goAway(context, lastStream, why.code(), Unpooled.EMPTY_BUFFER, told);
    context.flush();
    return told;
  }

  /** Closes the connection when all that was written has left. */
  void closeBehindWrites() {
    context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> context.close());
  }

  // --- events of the channel ---

  @Override
  public void channelRead(ChannelHandlerContext at, Object message) throws Exception {
    isInRead = true;
    super.channelRead(at, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext at) throws Exception {
    isInRead = false;
    for (int i = 0; i < toFlush.size(); i++) {
      toFlush.get(i).flushOther();
    }
    toFlush.clear();
    discardSomeReadBytes();
    flush(at);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) throws Exception {
    context = added;
    added.channel().config().setWriteBufferWaterMark(WAITING);
    super.handlerAdded(added);
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) throws Exception {
    isGone = true;
    super.channelInactive(inactive);
    ended();
  }

  /** Closes the connection when the peer sends no more: what it has asked for, nobody takes. Other handlers need not know. */
  @Override
  public void userEventTriggered(ChannelHandlerContext at, Object event) throws Exception {
    if (event instanceof SslCloseCompletionEvent || event instanceof ChannelInputShutdownEvent) {
      at.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext at, Throwable cause) throws Exception {
    if (Sockets.isFailure(cause)) {
      LOG.debug("a connection of HTTP/2 failed", cause);
      at.close();
    } else {
      onError(at, false, cause);
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext at, boolean isOutbound, Throwable cause, @Nullable Http2Exception why) {
    if (why == null && !Sockets.isFailure(cause)) {
      LOG.error("a connection of HTTP/2 failed in the gateway: it is closed", cause);
    } else {
      LOG.debug("a connection of HTTP/2 is closed", cause);
    }
    failed(cause);
    super.onConnectionError(at, isOutbound, cause, why);
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext at, boolean isOutbound, Throwable cause, StreamException why) {
    Http2Stream stream = connection().stream(why.streamId());
    if (stream == null && why.error() == Http2Error.STREAM_CLOSED && late.take(why.streamId())) {
      return;
    }
    LOG.debug("a stream of HTTP/2 is reset", cause);
    S kept = stream == null ? null : of(stream);
    if (kept != null && stream.state() != Http2Stream.State.CLOSED) { // else a write came too late
      kept.broken(why.error());
    }
    super.onStreamError(at, isOutbound, cause, why);
    if (!isOutbound) {
      countReset();
    }
  }

  /** Counts a stream that is reset for an error of the peer's, which could have as many reset as it likes. */
  void countReset() {
    try {
      budget.reset();
    } catch (Http2Exception tooMany) {
      onConnectionError(context, false, tooMany, tooMany);
    }
  }
}
