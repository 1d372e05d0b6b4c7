package dev.lblc.load;

import dev.lblc.testing.Eventually;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Many connections that send what they are told to, and know what they have received and when they were ended. One event loop. */
// What is not waited for tells by an event of its channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class RawCrowd implements AutoCloseable {
  private static final int CONNECTS_AT_ONCE = 200;
  private static final int MOST_KEPT = 2_000;
  private static final int SMALL_BUFFER = 64 << 10;

  private final InetSocketAddress gateway;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Queue<Member> all = new ConcurrentLinkedQueue<>();

  RawCrowd(InetSocketAddress gateway) {
    this.gateway = gateway;
  }

  /** Returns so many connections that were made and have sent a text. */
  List<Member> open(int count, String text) throws Exception {
    List<Member> members = new ArrayList<>();
    while (members.size() < count) {
      List<ChannelFuture> connecting = new ArrayList<>();
      for (int i = Math.min(CONNECTS_AT_ONCE, count - members.size()); i > 0; i--) {
        Member member = new Member();
        members.add(member);
        all.add(member);
        connecting.add(connect(member));
      }
      for (ChannelFuture one : connecting) {
        Channel channel = one.sync().channel();
        channel.writeAndFlush(bytes(text));
      }
    }
    return members;
  }

  /** Has each of them send a piece now and then, as long as it is connected. */
  void dribble(List<Member> members, String piece, int everyMillis) {
    loops.scheduleAtFixedRate(
        () -> members.stream()
            .filter(member -> member.context.channel().isActive())
            .forEach(member -> member.context.writeAndFlush(bytes(piece))),
        everyMillis,
        everyMillis,
        TimeUnit.MILLISECONDS);
  }

  /** Has each of them send a text. */
  void send(List<Member> members, String text) {
    loops.execute(() -> members.forEach(member -> member.context.writeAndFlush(bytes(text))));
  }

  /** Has them read nothing any more. */
  void stopReading(List<Member> members) {
    members.forEach(member -> member.context.channel().config().setAutoRead(false));
  }

  /** Waits until each of them has received a text. */
  void await(List<Member> members, String text) throws Exception {
    Eventually.holds(
        text,
        Duration.ofSeconds(60),
        () -> members.stream().allMatch(member -> member.received().contains(text)));
  }

  /** Ends all connections. */
  void leave() {
    all.forEach(member -> member.context.close());
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private ChannelFuture connect(Member member) {
    return new Bootstrap()
        .group(loops)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 20_000)
        .option(ChannelOption.SO_RCVBUF, SMALL_BUFFER)
        .handler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(member);
          }
        })
        .connect(gateway);
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }

  /** One connection. Its events come on the event loop; any thread may ask it. */
  static final class Member extends ChannelInboundHandlerAdapter {
    private volatile String received = "";
    private volatile ChannelHandlerContext context;
    private volatile long openedNanos;
    private volatile long answeredNanos;
    private volatile boolean isOver;

    @SuppressWarnings("NullAway.Init") // handlerAdded comes first
    Member() {}

    /** The beginning of what it has received. */
    String received() {
      return received;
    }

    /** Whether the connection has ended. */
    boolean isOver() {
      return isOver;
    }

    /** How long the first byte of an answer took from when the connection was there; negative: there is none. */
    double answeredAfterSeconds() {
      return (answeredNanos - openedNanos) / 1e9;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      this.context = context;
      openedNanos = System.nanoTime();
      answeredNanos = openedNanos - 1;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      openedNanos = System.nanoTime();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf data = (ByteBuf) message;
      if (received.length() == 0) {
        answeredNanos = System.nanoTime();
      }
      if (received.length() < MOST_KEPT) {
        received = received.concat(data.toString(StandardCharsets.ISO_8859_1));
      }
      data.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      isOver = true;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close(); // reset; channelInactive follows
    }
  }
}
