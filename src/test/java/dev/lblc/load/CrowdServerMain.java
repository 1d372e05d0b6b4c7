package dev.lblc.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Servers that do what {@linkplain CrowdOrder the orders} of their clients say, and count their connections as a gateway
 * should: {@code CrowdServerMain REPORT-PORT PORT...}. Whoever connects to the first port gets the counts as JSON.
 */
// What is not waited for tells by an event of its channel.
@SuppressWarnings("FutureReturnValueIgnored")
public final class CrowdServerMain {
  /** How a connection counts. */
  private enum State {
    ACTIVE,
    INACTIVE,
    GONE
  }

  /** What is known of the connections of one port. */
  private static final class Tally {
    private final Map<State, AtomicInteger> counts = new EnumMap<>(State.class);
    private final AtomicInteger resets = new AtomicInteger();

    Tally() {
      for (State state : State.values()) {
        counts.put(state, new AtomicInteger());
      }
    }

    void moved(State before, State after) {
      counts.get(before).decrementAndGet();
      counts.get(after).incrementAndGet();
    }

    JsonObject toJson() {
      return new JsonObject()
          .put("active", counts.get(State.ACTIVE).get())
          .put("inactive", counts.get(State.INACTIVE).get())
          .put("resets", resets.get());
    }
  }

  /** Connections whose clients have ended; of the only event loop. */
  private final Queue<Served> halfClosed = new ArrayDeque<>();

  private CrowdServerMain() {}

  /** Runs until it is killed. */
  public static void main(String[] args) throws Exception {
    CrowdServerMain servers = new CrowdServerMain();
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Map<String, Tally> tallies = new LinkedHashMap<>();
    for (String port : List.of(args).subList(1, args.length)) {
      Tally tally = new Tally();
      tallies.put(port, tally);
      servers.listen(loops, Integer.parseInt(port), tally);
    }
    try (ServerSocket reports =
        new ServerSocket(Integer.parseInt(args[0]), 50, InetAddress.getLoopbackAddress())) {
      System.out.println("listening on " + List.of(args));
      while (true) {
        report(reports, tallies);
      }
    }
  }

  private static void report(ServerSocket reports, Map<String, Tally> tallies) throws IOException {
    JsonObject report = new JsonObject();
    tallies.forEach((port, tally) -> report.put(port, tally.toJson()));
    try (Socket socket = reports.accept();
        OutputStream output = socket.getOutputStream()) {
      output.write(report.encode().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void listen(EventLoopGroup loops, int port, Tally tally) throws Exception {
    new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 4096)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childHandler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(CrowdOrder.decoder(), new Served(tally, channel));
          }
        })
        .bind("127.0.0.1", port)
        .sync();
  }

  /** One connection. */
  private final class Served extends ChannelInboundHandlerAdapter {
    private final Tally tally;
    private final Channel channel;
    private CrowdOrder then = CrowdOrder.END;
    private boolean inputEnded;
    private boolean outputEnded;
    private State state = State.GONE;

    Served(Tally tally, Channel channel) {
      this.tally = tally;
      this.channel = channel;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      enter(State.ACTIVE);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf frame = (ByteBuf) message;
      CrowdOrder order = CrowdOrder.of(frame);
      switch (order) {
        case ECHO -> ctx.writeAndFlush(frame.retain());
        case SEND -> ctx.writeAndFlush(CrowdOrder.bytes(frame.readLong(), frame.readInt()));
        case STALL -> {
          ctx.channel().config().setAutoRead(false);
          later(ctx, frame.readInt(), () -> ctx.channel().config().setAutoRead(true));
        }
        case END, RESET -> later(ctx, frame.readInt(), () -> end(order));
        case THEN_END -> then = CrowdOrder.END;
        case THEN_RESET -> then = CrowdOrder.RESET;
        case NEXT -> {
          Served next = halfClosed.poll();
          if (next != null) {
            next.end(next.then);
          }
        }
      }
      frame.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        inputEnded = true;
        if (outputEnded) {
          enter(State.GONE);
          ctx.close();
        } else {
          enter(State.INACTIVE);
          halfClosed.add(this);
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (state != State.GONE) {
        tally.resets.incrementAndGet();
        enter(State.GONE);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (!(cause instanceof IOException)) {
        System.out.println("failed: " + cause);
      }
      ctx.close();
    }

    private void end(CrowdOrder how) {
      if (state == State.GONE || outputEnded) {
        return;
      }
      if (how == CrowdOrder.RESET) {
        enter(State.GONE);
        CrowdOrder.reset(channel);
      } else if (inputEnded) {
        enter(State.GONE);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> channel.close());
      } else {
        outputEnded = true;
        enter(State.INACTIVE);
        CrowdOrder.endOutput(channel);
      }
    }

    private void enter(State next) {
      tally.moved(state, next);
      state = next;
    }

    private static void later(ChannelHandlerContext ctx, int millis, Runnable task) {
      ctx.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }
  }
}
