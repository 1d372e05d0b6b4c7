package dev.lblc.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;

/**
 * Looks at the first octets that a server sends, and says so if they are of the other version of HTTP: what the codec behind it says of
 * them is about frames and lines. Confined to its event loop.
 */
final class AnswerVersion extends ChannelInboundHandlerAdapter {
  private static final ByteBuf HTTP_1 = Unpooled.unreleasableBuffer(
      Unpooled.copiedBuffer("HTTP/1.", StandardCharsets.US_ASCII).asReadOnly());

  /** The head of a frame has three octets of length, the type, the flags and the stream, which is 0 for SETTINGS, the first one. */
  private static final int FRAME_HEAD = 9;

  private static final int TYPE_AND_FLAGS = 3;
  private static final int SETTINGS = 0x0400;
  private static final int STREAM = 5;

  private final boolean isHttp2;
  private final boolean isGrpc;
  private boolean isOther;

  /**
   * Creates one for a connection.
   *
   * @param isHttp2 whether HTTP/2 is expected
   * @param isGrpc whether that is so for the sake of gRPC
   */
  AnswerVersion(boolean isHttp2, boolean isGrpc) {
    this.isHttp2 = isHttp2;
    this.isGrpc = isGrpc;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (isOther) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof ByteBuf octets && isOther(octets)) {
      isOther = true;
      octets.release();
      context.fireExceptionCaught(new ProtocolException(
          isHttp2
              ? "the server speaks HTTP/1.1, and "
                  + (isGrpc ? "gRPC needs HTTP/2" : "\"http\" of the service is \"2\"")
              : "the server speaks HTTP/2, and \"http\" of the service is \"1.1\""));
      return;
    }
    context.pipeline().remove(this);
    context.fireChannelRead(message);
  }

  private boolean isOther(ByteBuf octets) {
    int start = octets.readerIndex();
    if (isHttp2) {
      return octets.readableBytes() >= HTTP_1.readableBytes()
          && ByteBufUtil.equals(octets, start, HTTP_1, 0, HTTP_1.readableBytes());
    }
    return octets.readableBytes() >= FRAME_HEAD
        && octets.getUnsignedShort(start + TYPE_AND_FLAGS) == SETTINGS
        && octets.getInt(start + STREAM) == 0;
  }
}
