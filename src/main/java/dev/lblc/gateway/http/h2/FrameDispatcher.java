package dev.lblc.gateway.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Passes the frames that come on a connection to the streams that they belong to. What belongs to none is nobody's, as Netty has done
 * with it what HTTP/2 asks for. Confined to the connection's event loop.
 */
final class FrameDispatcher<S extends Streams.Stream> implements Http2FrameListener {
  private final Streams<S> streams;

  FrameDispatcher(Streams<S> streams) {
    this.streams = streams;
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext at, int streamId, ByteBuf data, int padding, boolean isEnd) {
    streams.messageCame();
    Http2Stream stream = streams.connection().stream(streamId);
    S kept = stream == null ? null : streams.of(stream);
    return padding + (kept == null ? data.readableBytes() : kept.data(data, isEnd));
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext at, int streamId, Http2Headers headers, int padding, boolean isEnd)
      throws Http2Exception {
    streams.messageCame();
    Http2Stream stream = streams.connection().stream(streamId);
    S kept = streams.of(stream);
    if (kept != null) {
      kept.head(headers, isEnd);
    } else {
      streams.opened(stream, headers, isEnd);
    }
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext at,
      int streamId,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean isExclusive,
      int padding,
      boolean isEnd)
      throws Http2Exception {
    onHeadersRead(at, streamId, headers, padding, isEnd);
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext at, int streamId, long code) {
    Http2Stream stream = streams.connection().stream(streamId);
    S kept = stream == null ? null : streams.of(stream);
    if (kept != null) {
      kept.reset(code);
    }
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext at, Http2Settings settings) {
    streams.settingsCame(settings);
  }

  @Override
  public void onGoAwayRead(ChannelHandlerContext at, int last, long code, ByteBuf data) {
    streams.goAwayCame(last, code);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext at, int streamId, int dependency, short weight, boolean exclusive) {}

  @Override
  public void onSettingsAckRead(ChannelHandlerContext at) {}

  @Override
  public void onPingRead(ChannelHandlerContext at, long data) {}

  @Override
  public void onPingAckRead(ChannelHandlerContext at, long data) {}

  @Override
  public void onPushPromiseRead(
      ChannelHandlerContext at, int streamId, int promised, Http2Headers headers, int padding) {}

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext at, int streamId, int increment) {}

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext at, byte type, int streamId, Http2Flags flags, ByteBuf payload) {}
}
