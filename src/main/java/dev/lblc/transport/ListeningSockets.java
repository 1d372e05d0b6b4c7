package dev.lblc.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/** The listening sockets of the {@link AcceptingTransport}s of this process: a server of Vert.x does not tell its own. May be used from any thread. */
public final class ListeningSockets {
  private static final Deque<ServerChannel> OPEN = new ConcurrentLinkedDeque<>();

  private ListeningSockets() {}

  /** Returns a factory of the same channels, which are known from now on until they close. */
  @SuppressWarnings("FutureReturnValueIgnored") // addListener returns the future itself
  static ChannelFactory<? extends ServerChannel> noting(
      ChannelFactory<? extends ServerChannel> factory) {
    return () -> {
      ServerChannel channel = factory.newChannel();
      OPEN.addFirst(channel);
      channel.closeFuture().addListener(closed -> OPEN.remove(channel));
      return channel;
    };
  }

  /**
   * Returns the one that is bound to an address of a host, the newest if several are; null: none, or one of another transport. Blocks, if
   * the host is a name.
   *
   * @throws UnknownHostException if it is one that has no address
   */
  public static @Nullable Channel at(String host, int port) throws UnknownHostException {
    InetAddress[] addresses = InetAddress.getAllByName(host);
    for (Channel each : OPEN) {
      if (each.localAddress() instanceof InetSocketAddress bound
          && bound.getPort() == port
          && Arrays.stream(addresses).anyMatch(wanted -> isSame(bound.getAddress(), wanted))) {
        return each;
      }
    }
    return null;
  }

  /** Returns whether both are the same; all addresses are written in two ways, of which the kernel tells one. */
  private static boolean isSame(InetAddress bound, InetAddress wanted) {
    return bound.equals(wanted) || (bound.isAnyLocalAddress() && wanted.isAnyLocalAddress());
  }
}
