package dev.lblc.boot;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the newest of two listening sockets that share a port (SO_REUSEPORT) get all new connections.
 *
 * <p>By itself the kernel spreads them over both. Those that wait in the queue of the older one when it closes are reset, and under load
 * there always are some. So each socket gives the group of the port a program that chooses the second one; while there is no
 * second one, the kernel takes what there is. The older process has then only to accept what it was given before, and can close.
 */
@Sharable
final class NewestSocket extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(NewestSocket.class);
  private static final NewestSocket HANDLER = new NewestSocket();

  /** SOL_SOCKET and SO_ATTACH_REUSEPORT_CBPF of the kernel, 4.5 and later. */
  private static final int SOCKET_LEVEL = 1;

  private static final int ATTACH_PROGRAM = 51;

  /** BPF_RET | BPF_K: the program's only instruction, which returns the index of a socket, in the order in which they came. */
  private static final short RETURN = 6;

  private static final int SECOND = 1;

  /** Octets of a {@code sock_fprog}: how many instructions, and, aligned, where they are; and of each of these. */
  private static final int PROGRAM = 2 * Long.BYTES;

  private static final int INSTRUCTION = Long.BYTES;

  private NewestSocket() {}

  /** Returns a factory of the same channels, which do so if they share their port. */
  static ChannelFactory<? extends ServerChannel> in(
      ChannelFactory<? extends ServerChannel> factory) {
    return () -> {
      ServerChannel channel = factory.newChannel();
      channel.pipeline().addLast(HANDLER);
      return channel;
    };
  }

  /** The socket listens. */
  @Override
  public void channelActive(ChannelHandlerContext context) {
    Channel channel = context.channel();
    if (channel instanceof UnixChannel unix
        && unix.fd() instanceof Socket socket
        && Boolean.TRUE.equals(channel.config().getOption(UnixChannelOption.SO_REUSEPORT))) {
      try {
        attach(socket);
      } catch (IOException e) {
        LOG.warn(
            "{}: a takeover of this port may reset connections that were not accepted yet: {}",
            channel.localAddress(),
            e.getMessage());
      }
    }
    context.pipeline().remove(this);
    context.fireChannelActive();
  }

  /** Passes a {@code sock_fprog}, which points at a {@code sock_filter}: here both are in one piece of memory. */
  private static void attach(Socket socket) throws IOException {
    ByteBuffer program =
        ByteBuffer.allocateDirect(PROGRAM + INSTRUCTION).order(ByteOrder.nativeOrder());
    program.putShort(0, (short) 1).putLong(Long.BYTES, Buffer.memoryAddress(program) + PROGRAM);
    program.putShort(PROGRAM, RETURN).putInt(PROGRAM + Integer.BYTES, SECOND);
    socket.setRawOpt(SOCKET_LEVEL, ATTACH_PROGRAM, program.limit(PROGRAM));
  }
}
