package dev.lblc.transport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

// What is not waited for shows in the states of the channels.
@SuppressWarnings("FutureReturnValueIgnored")
final class MendedEpollTest {
  /** Far more than the process has free numbers below that of the closed socket. */
  private static final int MOST_SOCKETS = 500;

  /** Sockets that have other numbers than the wanted one. */
  private final List<Channel> opened = new ArrayList<>();

  private EventLoopGroup loop;
  private ServerSocket peers;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(Epoll.isAvailable(), "epoll is not to be had");
    loop = new MultiThreadIoEventLoopGroup(1, MendedEpoll.factory());
    peers = new ServerSocket(0, MOST_SOCKETS, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws Exception {
    loop.shutdownGracefully(0, 5, SECONDS).sync();
    peers.close();
  }

  @Test
  void socket_halfClosedWhileNotRead_isReadOn() throws Exception {
    AtomicBoolean hasEnded = new AtomicBoolean();
    Channel channel = connect(new ChannelInboundHandlerAdapter() {
      @Override
      public void userEventTriggered(ChannelHandlerContext context, Object event) {
        hasEnded.compareAndSet(false, event == ChannelInputShutdownEvent.INSTANCE);
      }
    });
    try (Socket peer = peers.accept()) {
      channel.config().setAutoRead(false);
      peer.shutdownOutput();
      Eventually.holds("the peer's end", hasEnded::get);
      loop.submit(() -> channel.config().setAutoRead(true)).get(20, SECONDS);
      assertThat(channel.isOpen()).isTrue(); // Netty closes one that it cannot read on
      channel.close().sync();
    }
  }

  @Test
  void socket_withTheNumberOfOneThatHasJustBeenClosed_doesNotGetItsEvents() throws Exception {
    CompletableFuture<EpollSocketChannel> opening = new CompletableFuture<>();
    List<Channel> both = new ArrayList<>();
    // Whichever is first told of its peer's end closes the other one, whose event has come as well.
    ChannelInboundHandlerAdapter closing = new ChannelInboundHandlerAdapter() {
      @Override
      public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !opening.isDone()) {
          EpollSocketChannel other =
              (EpollSocketChannel) both.get(context.channel() == both.get(0) ? 1 : 0);
          int number = other.fd().intValue();
          other.close();
          opening.complete(connectAs(number));
        }
      }

      @Override
      public boolean isSharable() {
        return true;
      }
    };
    both.add(connect(closing));
    Socket first = peers.accept();
    both.add(connect(closing));
    Socket second = peers.accept();
    CountDownLatch ended = new CountDownLatch(1);
    var waiting = loop.submit(() -> ended.await(20, SECONDS));
    first.close();
    second.close();
    ended.countDown();
    assertThat(waiting.get(20, SECONDS)).isTrue();

    EpollSocketChannel channel = opening.get(20, SECONDS);
    assertThat(channel.fd().intValue()).as("its number").isPositive();
    Eventually.holds("a connection", channel::isActive);
    loop.submit(() -> {}).get(20, SECONDS);
    assertThat(channel.isInputShutdown()).as("ended like the closed one").isFalse();
    assertThat(channel.isOpen()).isTrue();
    channel.close().sync();
    opened.forEach(unused -> unused.unsafe().closeForcibly());
  }

  private Channel connect(ChannelInboundHandlerAdapter handler) throws Exception {
    return new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .handler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(handler);
          }
        })
        .connect(peers.getLocalSocketAddress())
        .sync()
        .channel();
  }

  /** Begins to connect, on the loop, with a socket of that number, which is free. */
  private EpollSocketChannel connectAs(int number) {
    for (int i = 0; i < MOST_SOCKETS; i++) {
      EpollSocketChannel channel = new EpollSocketChannel();
      channel.config().setAllowHalfClosure(true);
      if (channel.fd().intValue() == number) {
        loop.register(channel);
        channel.connect(peers.getLocalSocketAddress());
        return channel;
      }
      opened.add(channel);
    }
    throw new IllegalStateException("the number " + number + " was taken by another thread");
  }
}
