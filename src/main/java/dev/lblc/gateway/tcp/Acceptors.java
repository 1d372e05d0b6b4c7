package dev.lblc.gateway.tcp;

import dev.lblc.config.TcpListenerConfig;
import dev.lblc.gateway.net.ListenQueue;
import dev.lblc.gateway.net.Loop;
import dev.lblc.gateway.net.PortRelease;
import dev.lblc.transport.SocketError;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening sockets of a listener, all on one event loop. May be used from any thread. */
// The futures of Netty's that are not waited for tell what closeFuture or the pipeline tell, too.
@SuppressWarnings("FutureReturnValueIgnored")
final class Acceptors {
  /** By the kernel's numbers, for whichever native transport there is. */
  private static final IntegerUnixChannelOption IP_TRANSPARENT =
      new IntegerUnixChannelOption("IP_TRANSPARENT", 0, 19);

  private static final Logger LOG = LoggerFactory.getLogger(Acceptors.class);

  /** How long nothing is accepted after that failed: nearly always for want of file descriptors. */
  private static final long PAUSE_MILLIS = 500;

  private final Vertx vertx;
  private final TcpServer server;
  private final TcpListenerConfig config;
  private final Loop loop;

  Acceptors(Vertx vertx, TcpServer server, TcpListenerConfig config, Loop loop) {
    this.vertx = vertx;
    this.server = server;
    this.config = config;
    this.loop = loop;
  }

  /** Binds all ports, or none. */
  Future<List<Channel>> bindAll() {
    List<Future<Channel>> binding = config.ports().stream().map(this::bind).toList();
    return Future.join(binding)
        .<List<Channel>>map(all -> all.list())
        .recover(cause -> closeAll(
                vertx,
                binding.stream().filter(Future::succeeded).map(Future::result).toList())
            .compose(closed -> Future.failedFuture(cause)));
  }

  /** Closes listening sockets. Returns what completes once their ports are free. */
  static Future<Void> closeAll(Vertx vertx, List<Channel> channels) {
    return Future.join(channels.stream().map(channel -> close(vertx, channel)).toList())
        .mapEmpty();
  }

  private static Future<Void> close(Vertx vertx, Channel channel) {
    InetSocketAddress address = (InetSocketAddress) channel.localAddress();
    Promise<Void> closed = Promise.promise();
    boolean isShared =
        Boolean.TRUE.equals(channel.config().getOption(UnixChannelOption.SO_REUSEPORT));
    ListenQueue.emptied(vertx, channel)
        .onComplete(emptied -> channel.close().addListener(done -> closed.complete()));
    return isShared
        ? closed.future()
        : closed.future().compose(done -> PortRelease.of(vertx, address));
  }

  private Future<Channel> bind(int port) {
    Promise<Channel> promise = Promise.promise();
    String host = config.host();
    loop.resolve(host, port).addListener(found -> {
      if (found.isSuccess()) {
        bind((InetSocketAddress) found.getNow(), promise);
      } else {
        promise.fail(found.cause());
      }
    });
    return promise.future();
  }

  private void bind(InetSocketAddress address, Promise<Channel> promise) {
    ServerChannel channel = loop.newServerChannel();
    channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
    try {
      if (config.transparent()) {
        set(channel, IP_TRANSPARENT, 1, "transparent");
      }
      if (config.reusePort()) {
        set(channel, UnixChannelOption.SO_REUSEPORT, true, "reusePort");
      }
    } catch (IOException | ChannelException e) {
      channel.unsafe().closeForcibly();
      promise.fail(named(address, e));
      return;
    }
    channel.pipeline().addLast(new Acceptor());
    loop.eventLoop().register(channel);
    ChannelFuture bound = channel.bind(address);
    bound.addListener(done -> {
      if (done.isSuccess()) {
        promise.complete(channel);
      } else {
        channel.close();
        promise.fail(named(address, done.cause()));
      }
    });
  }

  private static <T> void set(ServerChannel channel, ChannelOption<T> option, T value, String key)
      throws IOException {
    if (!channel.config().setOption(option, value)) {
      throw new IOException(key + " needs epoll or io_uring");
    }
  }

  /** Says which of several ports it was. */
  private Throwable named(InetSocketAddress address, Throwable cause) {
    return config.ports().size() == 1
        ? cause
        : new IOException(
            "port " + address.getPort() + ": "
                + SocketError.words(String.valueOf(cause.getMessage())),
            cause);
  }

  /** Takes what one listening socket accepts. */
  private final class Acceptor extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
      server.accept((Channel) accepted);
    }

    @Override
    @SuppressWarnings("deprecation") // for outbound handlers only
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.warn(
          "listener {} could not accept a connection: it tries again in {} ms. Most often the limit of open files is reached",
          config.name(),
          PAUSE_MILLIS,
          cause);
      ctx.channel().config().setAutoRead(false);
      ctx.executor()
          .schedule(
              () -> ctx.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
