package dev.lblc.load;

import io.netty.bootstrap.Bootstrap;
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
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Many connections through a gateway that speak, stall, end on one side and break off at random; each that is over is
 * replaced by another. Every connection knows what it must get, byte for byte, and how it must end: anything else is a
 * {@linkplain #faults fault}. All but {@link #act} and {@link #pause} happens on one event loop.
 */
// What is not waited for tells by an event of its channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class Crowd implements AutoCloseable {
  private static final int TICK_MILLIS = 10;
  private static final int CONNECTS_PER_TICK = 50;

  /** Addresses that the connections come from: one has too few ports for all. */
  private static final int ADDRESSES = 20;

  private static final int LONGEST_TEXT = 2_000;
  private static final int BULK = 200_000;

  private final InetSocketAddress gateway;
  private final int size;
  private final int actsPerTick;
  private final Random random;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<Member> members = new ArrayList<>();
  private final Map<String, LongAdder> acts = new ConcurrentHashMap<>();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private int connecting;
  private volatile boolean isPaused = true;

  /**
   * Connects nothing yet.
   *
   * @param size how many connections there are at once
   */
  Crowd(InetSocketAddress gateway, int size, int actsPerSecond, long seed) {
    this.gateway = gateway;
    this.size = size;
    this.actsPerTick = Math.max(1, actsPerSecond * TICK_MILLIS / 1000);
    this.random = new Random(seed);
    loops.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Lets them act from now on. */
  void act() {
    isPaused = false;
  }

  /** Lets none begin anything more; what is begun goes on. */
  void pause() {
    isPaused = true;
  }

  /** Connections that are open both ways, and those that are open one way. */
  int[] counts() throws Exception {
    return loops
        .submit(() -> {
          int active = (int) members.stream().filter(Member::isActive).count();
          return new int[] {active, members.size() - active};
        })
        .get();
  }

  /** What did not happen as it had to. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  /** How often each thing was done. */
  Map<String, Long> acts() {
    Map<String, Long> sums = new TreeMap<>();
    acts.forEach((act, count) -> sums.put(act, count.sum()));
    return sums;
  }

  /** Ends all connections: those that are open both ways by a reset. */
  void disperse() throws Exception {
    loops
        .submit(() -> {
          Member last = members.stream().filter(Member::isFree).findAny().orElseThrow();
          for (Member member : List.copyOf(members)) {
            if (member.outputEnded) {
              last.order(CrowdOrder.NEXT.frame());
            } else if (member.inputEnded) {
              member.close();
            } else if (member != last) {
              member.reset();
            }
          }
        })
        .get();
  }

  /** Ends the one that was left. */
  void leave() throws Exception {
    loops.submit(() -> List.copyOf(members).forEach(Member::reset)).get();
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void tick() {
    if (!isPaused) {
      try {
        begin();
      } catch (RuntimeException e) { // it would end the ticks
        faults.add("failed: " + e);
      }
    }
  }

  private void begin() {
    for (int i = Math.min(CONNECTS_PER_TICK, size - members.size() - connecting); i > 0; i--) {
      connect();
    }
    for (int i = Math.min(actsPerTick, members.size()); i > 0; i--) {
      members.get(random.nextInt(members.size())).act();
    }
  }

  private void connect() {
    connecting++;
    InetSocketAddress from = new InetSocketAddress("127.1.0." + (1 + random.nextInt(ADDRESSES)), 0);
    new Bootstrap()
        .group(loops)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 20_000)
        .handler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new Member(channel));
          }
        })
        .connect(gateway, from)
        .addListener(connected -> {
          connecting--;
          if (!connected.isSuccess()) {
            faults.add("no connection: " + connected.cause());
          }
        });
  }

  private void count(String act) {
    acts.computeIfAbsent(act, name -> new LongAdder()).increment();
  }

  /** One connection. */
  private final class Member extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private long ordered;
    private long received;
    private CrowdOrder awaited = CrowdOrder.ECHO;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean over;

    Member(Channel channel) {
      this.channel = channel;
    }

    boolean isActive() {
      return !inputEnded && !outputEnded;
    }

    /** Whether nothing is awaited but what was ordered. */
    boolean isFree() {
      return awaited == CrowdOrder.ECHO;
    }

    /** Does something, unless it is the server's turn. */
    void act() {
      if (inputEnded) {
        close();
      } else if (isFree()) {
        act(random.nextInt(100));
      }
    }

    private void act(int roll) {
      if (roll < 62) {
        echo("text", 1 + random.nextInt(LONGEST_TEXT));
      } else if (roll < 66) {
        order(CrowdOrder.STALL, random.nextInt(400));
        echo("bulk to a server that reads late", BULK);
      } else if (roll < 70) {
        channel.config().setAutoRead(false);
        later(random.nextInt(400), () -> channel.config().setAutoRead(true));
        count("bulk to a client that reads late");
        order(CrowdOrder.SEND.frame(Unpooled.buffer(12).writeLong(ordered).writeInt(BULK)));
        ordered += BULK;
      } else if (roll < 77) {
        order(CrowdOrder.NEXT.frame());
      } else if (roll < 84) {
        count("ended by the server");
        awaited = CrowdOrder.END;
        order(CrowdOrder.END, random.nextInt(300));
      } else if (roll < 89) {
        count("ended by the client");
        end(CrowdOrder.END, CrowdOrder.THEN_END);
      } else if (roll < 92) {
        count("ended by the client, reset by the server");
        end(CrowdOrder.RESET, CrowdOrder.THEN_RESET);
      } else if (roll < 96) {
        count("reset by the server");
        awaited = CrowdOrder.RESET;
        order(CrowdOrder.RESET, random.nextInt(300));
      } else {
        count("reset by the client");
        reset();
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      members.add(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf data = (ByteBuf) message;
      while (data.isReadable()) {
        if (data.readByte() != CrowdOrder.at(received)) {
          fault("another byte than the one at " + received);
          reset();
          break;
        }
        received++;
      }
      data.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (!(event instanceof ChannelInputShutdownEvent) || over) {
        return;
      }
      inputEnded = true;
      if (awaited != CrowdOrder.END || received != ordered) {
        fault("it ended after %d of %d bytes".formatted(received, ordered));
      }
      if (outputEnded) {
        close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (!over) {
        if (awaited != CrowdOrder.RESET) {
          fault("it broke off after %d of %d bytes".formatted(received, ordered));
        }
        left();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (awaited != CrowdOrder.RESET && !over) {
        fault(cause.toString());
      }
      ctx.close();
    }

    private void echo(String act, int length) {
      count(act);
      order(CrowdOrder.ECHO.frame(CrowdOrder.bytes(ordered, length)));
      ordered += length;
    }

    private void end(CrowdOrder what, CrowdOrder order) {
      awaited = what;
      outputEnded = true;
      order(order.frame());
      CrowdOrder.endOutput(channel);
    }

    private void order(CrowdOrder order, int milliseconds) {
      order(order.frame(milliseconds));
    }

    private void order(ByteBuf frame) {
      channel.writeAndFlush(frame, channel.voidPromise());
    }

    private void reset() {
      left();
      CrowdOrder.reset(channel);
    }

    /** Both sides have ended. */
    private void close() {
      if (!over) {
        left();
        channel.close();
      }
    }

    private void left() {
      over = true;
      members.remove(this);
    }

    private void fault(String what) {
      faults.add("%s, awaiting %s: %s".formatted(channel.localAddress(), awaited, what));
    }

    private void later(int millis, Runnable task) {
      channel.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }
  }
}
