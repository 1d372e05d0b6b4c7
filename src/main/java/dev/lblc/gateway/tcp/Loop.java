package dev.lblc.gateway.tcp;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The event loop of a Vert.x context, as a place for Netty's channels.
 *
 * <p>Vert.x's own sockets close when the other side is done, and make an object, a context and a buffer of their own where this
 * path needs none: set-ups of connections would cost a quarter more, bulk transfers nearly half. So they stay out of it, and
 * only loops, transport and name resolution are Vert.x's. Confined to the loop but for {@link #prepare}.
 */
final class Loop {
  private static final int SMALLEST_READ = 1 << 10;
  private static final int FIRST_READ = 1 << 13;

  /** So that bulk transfers take few system calls. */
  private static final int LARGEST_READ = 1 << 19;

  private final VertxInternal vertx;
  private final EventLoop eventLoop;
  private final Transport transport;

  /** Of the current context. */
  Loop(Vertx vertx) {
    this.vertx = (VertxInternal) vertx;
    this.eventLoop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
    this.transport = this.vertx.transport();
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  ServerChannel newServerChannel() {
    return transport.serverChannelFactory(false).newChannel();
  }

  /** A socket that is neither registered nor connected. */
  Channel newChannel() {
    Channel channel = transport.channelFactory(false).newChannel();
    prepare(channel);
    return channel;
  }

  /** Sets what all sockets have in common: they read when told to, and may be closed on one side only. */
  static void prepare(Channel channel) {
    ChannelConfig config = channel.config();
    config.setAutoRead(false);
    config.setAllocator(PooledByteBufAllocator.DEFAULT);
    config.setRecvByteBufAllocator(
        new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ));
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    config.setOption(ChannelOption.TCP_NODELAY, true);
    config.setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0); // by the deadlines
  }

  /** The address of a host, of which only names are looked up. */
  Future<InetSocketAddress> resolve(String host, int port) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(host);
    if (octets == null) {
      return vertx
          .nameResolver()
          .nettyAddressResolverGroup()
          .getResolver(eventLoop)
          .resolve(InetSocketAddress.createUnresolved(host, port));
    }
    try {
      return eventLoop.newSucceededFuture(
          new InetSocketAddress(InetAddress.getByAddress(octets), port));
    } catch (UnknownHostException e) {
      return eventLoop.newFailedFuture(e);
    }
  }
}
