package dev.lblc.gateway.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;

/**
 * The writer of frames that tells a {@link FrameBudget} what leaves of bodies: the flow control of both ends has let it go. Confined to
 * the connection's event loop.
 */
final class CountingWriter extends DefaultHttp2FrameWriter {
  private final FrameBudget budget;

  CountingWriter(FrameBudget budget) {
    super(new StaticFieldsEncoder());
    this.budget = budget;
  }

  @Override
  public ChannelFuture writeData(
      ChannelHandlerContext context,
      int streamId,
      ByteBuf data,
      int padding,
      boolean isEnd,
      ChannelPromise promise) {
    budget.left(data.readableBytes());
    return super.writeData(context, streamId, data, padding, isEnd, promise);
  }
}
