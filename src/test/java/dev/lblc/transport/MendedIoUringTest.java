package dev.lblc.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MendedIoUringTest {
  private EventLoopGroup loop;
  private ServerSocket peers;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(IoUring.isAvailable(), "io_uring is not to be had");
    loop = new MultiThreadIoEventLoopGroup(1, MendedIoUring.factory());
    peers = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws Exception {
    if (loop != null) {
      loop.shutdownGracefully(0, 5, SECONDS).sync();
      peers.close();
    }
  }

  @Test
  void socket_whosePeerSpeaksAndResetsInOneTurnOfTheLoop_isClosed() throws Exception {
    CompletableFuture<String> ended = new CompletableFuture<>();
    Channel channel = connect(ended);
    CountDownLatch reset = new CountDownLatch(1);
    Future<Boolean> busy;
    try (Socket peer = peers.accept()) {
      loop.submit(() -> {}).get(20, SECONDS); // it reads
      busy = loop.submit(() -> reset.await(20, SECONDS));
      peer.getOutputStream().write("hello".getBytes(US_ASCII));
      peer.setSoLinger(true, 0);
    }
    reset.countDown();
    assertThat(busy.get(20, SECONDS)).isTrue();
    assertThat(ended.get(20, SECONDS)).isEqualTo("hello");
    assertThat(channel.closeFuture().await(20, SECONDS)).isTrue();
  }

  /** Connects to the peers; the future has what was read until the connection failed or ended. */
  private Channel connect(CompletableFuture<String> ended) throws Exception {
    return new Bootstrap()
        .group(loop)
        .channel(IoUringSocketChannel.class)
        .handler(new ChannelInboundHandlerAdapter() {
          private final StringBuilder read = new StringBuilder();

          @Override
          public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = (ByteBuf) message;
            read.append(data.toString(US_ASCII));
            data.release();
          }

          @Override
          @SuppressWarnings("deprecation") // for outbound handlers only
          public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            ended.complete(read.toString());
          }

          @Override
          public void channelInactive(ChannelHandlerContext context) {
            ended.complete(read.toString());
          }
        })
        .connect(peers.getLocalSocketAddress())
        .sync()
        .channel();
  }
}
