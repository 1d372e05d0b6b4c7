package dev.lblc.gateway.http.h2;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.STREAM_CLOSED;
import static io.netty.handler.codec.http2.Http2Exception.connectionError;
import static io.netty.handler.codec.http2.Http2Exception.streamError;

import dev.lblc.gateway.net.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * The reader of frames that has a {@link FrameBudget} see each of them, also those that Netty ignores, and that refuses heads on
 * streams that are over. Confined to the connection's event loop.
 */
final class CountingReader implements Http2FrameReader {
  /** Answers to control frames that a peer has not read: more than that, and it does not read at all. */
  private static final long MOST_UNREAD = 1 << 20;

  private final Http2FrameReader reader;
  private final Http2Connection connection;
  private final FrameBudget budget;
  private final LateFrames late;
  private @Nullable Counting last;

  CountingReader(
      Http2FrameReader reader, Http2Connection connection, FrameBudget budget, LateFrames late) {
    this.late = late;
    this.reader = reader;
    this.connection = connection;
    this.budget = budget;
  }

  @Override
  public void readFrame(ChannelHandlerContext context, ByteBuf in, Http2FrameListener listener)
      throws Http2Exception {
    Counting counting = last;
    if (counting == null || counting.target() != listener) { // another one behind the preface
      counting = new Counting(listener);
      last = counting;
    }
    reader.readFrame(context, in, counting);
  }

  @Override
  public Configuration configuration() {
    return reader.configuration();
  }

  @Override
  public void close() {
    reader.close();
  }

  private void spend(ChannelHandlerContext context) throws Http2Exception {
    budget.spend();
    if (!context.channel().isWritable() && Sockets.waiting(context.channel()) > MOST_UNREAD) {
      throw connectionError(ENHANCE_YOUR_CALM, "the answers to control frames are not read");
    }
  }

  /** Refuses a head on a stream that the peer has ended, or that is over: Netty takes such faults for others. */
  private void checkHead(int streamId) throws Http2Exception {
    Http2Stream stream = connection.stream(streamId);
    if (stream != null) {
      if (stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE && stream.isHeadersReceived()) {
        throw streamError(streamId, STREAM_CLOSED, "a head behind the end of its stream");
      }
    } else if (connection.isServer()
        && connection.remote().mayHaveCreatedStream(streamId)
        && !connection.goAwaySent()
        && !late.isExpected(streamId)) {
      throw connectionError(STREAM_CLOSED, "a head on stream %d, which is closed", streamId);
    }
  }

  private final class Counting extends Http2FrameListenerDecorator {
    Counting(Http2FrameListener listener) {
      super(listener);
    }

    Http2FrameListener target() {
      return listener;
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean isEnd)
        throws Http2Exception {
      if (data.isReadable() || isEnd) {
        budget.earn(data.readableBytes());
      } else {
        spend(context);
      }
      return super.onDataRead(context, streamId, data, padding, isEnd);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean end)
        throws Http2Exception {
      checkHead(streamId);
      budget.earn(0);
      super.onHeadersRead(context, streamId, headers, padding, end);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context,
        int streamId,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean isExclusive,
        int padding,
        boolean isEnd)
        throws Http2Exception {
      checkHead(streamId);
      budget.earn(0);
      super.onHeadersRead(
          context, streamId, headers, dependency, weight, isExclusive, padding, isEnd);
    }

    @Override
    public void onPriorityRead(
        ChannelHandlerContext context,
        int streamId,
        int dependency,
        short weight,
        boolean exclusive)
        throws Http2Exception {
      spend(context);
      super.onPriorityRead(context, streamId, dependency, weight, exclusive);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int streamId, long code)
        throws Http2Exception {
      Http2Stream stream = connection.stream(streamId);
      if (stream == null) {
        spend(context);
      } else {
        budget.reset();
      }
      super.onRstStreamRead(context, streamId, code);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
        throws Http2Exception {
      spend(context);
      super.onSettingsRead(context, settings);
    }

    @Override
    public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
      spend(context);
      super.onPingRead(context, data);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
      spend(context);
      super.onPingAckRead(context, data);
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext context, int last, long code, ByteBuf data)
        throws Http2Exception {
      spend(context);
      super.onGoAwayRead(context, last, code, data);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment)
        throws Http2Exception {
      budget.update();
      super.onWindowUpdateRead(context, streamId, increment);
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext context, byte type, int streamId, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      spend(context);
      super.onUnknownFrame(context, type, streamId, flags, payload);
    }
  }
}
