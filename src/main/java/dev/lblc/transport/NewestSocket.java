package dev.lblc.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
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

  /**
   * SO_ATTACH_REUSEPORT_CBPF of the kernel, 4.5 and later; and the only instruction, {@code ret #1}: the second socket of the group, in
   * the order in which they came.
   */
  private static final SocketProgram SECOND = new SocketProgram(51, new int[] {0x06, 0, 0, 1});

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
        SECOND.attach(socket);
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
}
