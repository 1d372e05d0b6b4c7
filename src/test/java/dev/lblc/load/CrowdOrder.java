package dev.lblc.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/**
 * What a {@link Crowd} tells a {@link CrowdServerMain}: a byte for the order, four for the length of what follows. All that
 * a server sends on a connection is one sequence of bytes, each told by its position.
 */
// What is not waited for tells by an event of its channel.
// Both ends are of the same build: a place among the orders says which.
@SuppressWarnings({"FutureReturnValueIgnored", "EnumOrdinal"})
enum CrowdOrder {
  /** Send back what follows. */
  ECHO,
  /** Send so many bytes: position of the first (eight bytes), count (four). */
  SEND,
  /** Read nothing for a while: milliseconds (four bytes). */
  STALL,
  /** Send no more, after a while: milliseconds (four bytes). */
  END,
  /** Once the client has ended: send no more, when some connection's {@link #NEXT} comes; nothing follows. */
  THEN_END,
  /** Break off, after a while: milliseconds (four bytes). */
  RESET,
  /** Once the client has ended: break off, when some connection's {@link #NEXT} comes; nothing follows. */
  THEN_RESET,
  /** Do what the connection was told that has waited longest since its client ended; nothing follows. */
  NEXT;

  private static final int LONGEST = 1 << 20;

  /** Finds the orders in what arrives. */
  static ChannelHandler decoder() {
    return new LengthFieldBasedFrameDecoder(LONGEST, 1, 4);
  }

  /** Which one a frame is; reads on to what follows. */
  static CrowdOrder of(ByteBuf frame) {
    CrowdOrder order = values()[frame.readByte()];
    frame.skipBytes(4);
    return order;
  }

  ByteBuf frame() {
    return frame(Unpooled.EMPTY_BUFFER);
  }

  ByteBuf frame(int milliseconds) {
    return frame(Unpooled.buffer(4).writeInt(milliseconds));
  }

  ByteBuf frame(ByteBuf details) {
    return Unpooled.wrappedBuffer(
        Unpooled.buffer(5).writeByte(ordinal()).writeInt(details.readableBytes()), details);
  }

  /** So many bytes of the sequence. */
  static ByteBuf bytes(long position, int count) {
    ByteBuf bytes = Unpooled.buffer(count);
    for (int i = 0; i < count; i++) {
      bytes.writeByte(at(position + i));
    }
    return bytes;
  }

  /** The byte of the sequence there; not of a period that buffers have. */
  static byte at(long position) {
    return (byte) (position % 251);
  }

  /** Says that there is no more to come, after all that was written. */
  static void endOutput(Channel channel) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
      if (written.isSuccess()) {
        ((DuplexChannel) channel).shutdownOutput();
      }
    });
  }

  static void reset(Channel channel) {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.close();
  }
}
