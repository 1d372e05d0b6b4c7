package dev.lblc.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
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

  /** Returns the one that is bound to an address, the newest if several share it; null: none, or one of another transport. */
  public static @Nullable Channel at(InetSocketAddress address) {
    for (Channel each : OPEN) {
      if (isSame(each.localAddress(), address)) {
        return each;
      }
    }
    return null;
  }

  /** Returns whether both are the same; all addresses are written in two ways, of which the kernel tells one. */
  private static boolean isSame(@Nullable SocketAddress bound, InetSocketAddress wanted) {
    return bound instanceof InetSocketAddress mine
        && mine.getPort() == wanted.getPort()
        && (mine.getAddress().equals(wanted.getAddress())
            || (mine.getAddress().isAnyLocalAddress() && wanted.getAddress().isAnyLocalAddress()));
  }
}
