package dev.lblc.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
import org.jspecify.annotations.Nullable;

/**
 * Clients of a gateway before {@link HttpCrowdServerMain} that ask for all kinds of answers and faults at random, and leave in all
 * ways; each that is gone is replaced by another. Every answer is compared octet for octet with what it must be: anything else is
 * a {@linkplain #faults fault}. All but {@link #act} and {@link #pause} happens on one event loop.
 */
// What is not waited for tells by an event of its channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpCrowd implements AutoCloseable {
  private static final int TICK_MILLIS = 10;
  private static final int CONNECTS_PER_TICK = 50;
  private static final int SMALL = 2_000;
  private static final int BULK = 200_000;

  /** Destinations. */
  private static final int KEYS = 500;

  /** What a client awaits, if all goes well, of what it asked for. */
  private enum Awaited {
    /** The whole answer. */
    WHOLE,
    /** The whole answer, but the gateway may take this client for one that has left, before the answer or amid it. */
    WHOLE_OR_END,
    /** An answer that breaks off. */
    CUT,
    /** The gateway's word that the server failed. */
    BAD_GATEWAY,
    /** The gateway's word that the server takes too long. */
    TIMED_OUT,
    /** That the gateway closes the connection. */
    END
  }

  private final List<InetSocketAddress> gateways;
  private final int size;
  private final int actsPerTick;
  private final int mortal;
  private final Random random;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<Member> members = new ArrayList<>();
  private final Map<String, LongAdder> acts = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private int connecting;
  private volatile boolean isPaused = true;

  /**
   * Connects nothing yet.
   *
   * @param gateways addresses of which each client takes one
   * @param size how many connections there are at once
   * @param mortal port of a server that may be killed: its answers may be cut
   */
  HttpCrowd(List<InetSocketAddress> gateways, int size, int actsPerSecond, int mortal, long seed) {
    this.gateways = gateways;
    this.size = size;
    this.actsPerTick = Math.max(1, actsPerSecond * TICK_MILLIS / 1000);
    this.mortal = mortal;
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

  /** How many connections there are, and how many of them await something. */
  int[] counts() throws Exception {
    return loops
        .submit(() -> {
          int waiting = (int) members.stream().filter(Member::isWaiting).count();
          return new int[] {members.size(), waiting};
        })
        .get();
  }

  /** What they await, one line for each connection that awaits something. */
  List<String> waiting() throws Exception {
    return loops
        .submit(() ->
            members.stream().filter(Member::isWaiting).map(Member::toString).toList())
        .get();
  }

  /**
   * What did not happen as it had to.
   *
   * @param label what the paths of the requests of its connection end with; empty: it had none
   */
  record Fault(String label, String what) {}

  /** What did not happen as it had to. */
  List<Fault> faults() {
    return List.copyOf(faults);
  }

  /** How often each thing was done. */
  Map<String, Long> acts() {
    return sums(acts);
  }

  /** How often each thing came of it. */
  Map<String, Long> outcomes() {
    return sums(outcomes);
  }

  /** Ends all connections, half of them by a reset. */
  void leave() throws Exception {
    loops
        .submit(() -> {
          for (Member member : List.copyOf(members)) {
            member.leave(random.nextBoolean());
          }
        })
        .get();
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static Map<String, Long> sums(Map<String, LongAdder> counted) {
    Map<String, Long> sums = new TreeMap<>();
    counted.forEach((name, count) -> sums.put(name, count.sum()));
    return sums;
  }

  private void tick() {
    if (!isPaused) {
      try {
        begin();
      } catch (RuntimeException e) { // it would end the ticks
        faults.add(new Fault("", "failed: " + e));
      }
    }
  }

  private void begin() {
    for (int i = Math.min(CONNECTS_PER_TICK, size - members.size() - connecting); i > 0; i--) {
      connect();
    }
    for (int i = Math.min(actsPerTick, members.size()); i > 0; i--) {
      Member member = members.get(random.nextInt(members.size()));
      if (!member.isWaiting()) {
        member.act(random.nextInt(100));
      }
    }
  }

  private void connect() {
    connecting++;
    new Bootstrap()
        .group(loops)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 20_000)
        .handler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new HttpClientCodec(), new Member(channel));
          }
        })
        .connect(gateways.get(random.nextInt(gateways.size())))
        .addListener(connected -> {
          connecting--;
          if (!connected.isSuccess()) {
            faults.add(new Fault("", "no connection: " + connected.cause()));
          }
        });
  }

  private static void count(Map<String, LongAdder> counts, String name) {
    counts.computeIfAbsent(name, key -> new LongAdder()).increment();
  }

  /** One connection. */
  private final class Member extends SimpleChannelInboundHandler<HttpObject> {
    private final Channel channel;
    private @Nullable Awaited awaited;
    private final StringBuilder failure = new StringBuilder();
    private String act = "";
    private @Nullable Throwable cause;
    private String taken = "0";
    private int length;
    private int status;
    private int received;
    private boolean isOther;
    private boolean isMortal;
    private boolean isLast;
    private boolean hasEnded;
    private boolean isOver;

    Member(Channel channel) {
      this.channel = channel;
    }

    boolean isWaiting() {
      return awaited != null;
    }

    void act(int roll) {
      if (roll < 22) {
        get("small answer", "give", random.nextInt(SMALL), 0, Awaited.WHOLE);
      } else if (roll < 30) {
        get("large answer", "give", random.nextInt(BULK), 0, Awaited.WHOLE);
      } else if (roll < 34) {
        get("large answer, read late", "give", BULK, 0, Awaited.WHOLE);
        channel.config().setAutoRead(false);
        later(random.nextInt(400), () -> channel.config().setAutoRead(true));
      } else if (roll < 44) {
        get("chunks", "chunks", random.nextInt(SMALL), random.nextInt(30), Awaited.WHOLE);
      } else if (roll < 54) {
        post("small body", random.nextInt(SMALL), 0);
      } else if (roll < 58) {
        post("large body", random.nextInt(BULK), 0);
      } else if (roll < 62) {
        post("large body, read late", BULK, 1 + random.nextInt(400));
      } else if (roll < 66) {
        get("held", "hold", random.nextInt(SMALL), 0, Awaited.WHOLE);
      } else if (roll < 69) {
        get("held half way", "half", random.nextInt(SMALL), 0, Awaited.WHOLE);
      } else if (roll < 77) {
        get("release", "release", 0, 0, Awaited.WHOLE);
      } else if (roll < 81) {
        get("server closes", "leave", random.nextInt(SMALL), 0, Awaited.WHOLE);
      } else if (roll < 83) {
        get("server resets", "reset", 0, 0, Awaited.BAD_GATEWAY);
      } else if (roll < 85) {
        get("server cuts", "cut", 2 + random.nextInt(BULK), 0, Awaited.CUT);
      } else if (roll < 86) {
        get("server stalls", "stall", 0, 0, Awaited.TIMED_OUT);
      } else if (roll < 89) {
        get("reset by the client within the answer", "chunks", BULK, 100, Awaited.WHOLE);
        later(random.nextInt(300), () -> leave(true));
      } else if (roll < 91) {
        get("left by the client within the answer", "chunks", BULK, 100, Awaited.WHOLE);
        later(random.nextInt(300), () -> leave(false));
      } else if (roll < 93) {
        get("reset by the client before the answer", "hold", 0, 0, Awaited.WHOLE);
        later(random.nextInt(300), () -> leave(true));
      } else if (roll < 94) {
        get("ended by the client before the answer", "hold", 0, 0, Awaited.END);
        later(50 + random.nextInt(300), this::endLate);
      } else if (roll < 96) {
        abortedBody();
      } else if (roll < 98) {
        get("half closed", "give", random.nextInt(SMALL), 0, Awaited.WHOLE_OR_END);
        endOutput();
      } else {
        count(acts, "left idle");
        leave(random.nextBoolean());
      }
    }

    /** Ends the connection. */
    void leave(boolean byReset) {
      if (isOver) {
        return;
      }
      left();
      if (byReset) {
        CrowdOrder.reset(channel);
      } else {
        channel.close();
      }
    }

    /** Ends this side, which the gateway takes for a client that has left, whatever it has asked for by now. */
    private void endLate() {
      if (isWaiting()) {
        awaited = Awaited.END;
      }
      endOutput();
    }

    private void endOutput() {
      hasEnded = true;
      if (isOver) {
        return;
      }
      if (isWaiting()) {
        CrowdOrder.endOutput(channel);
      } else {
        leave(false);
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      members.add(this);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
      if (isOver || message.decoderResult().isFailure()) {
        return; // cut: channelInactive follows
      }
      if (message instanceof HttpResponse head) {
        begin(head);
      }
      if (message instanceof HttpContent content) {
        check(content.content());
      }
      if (message instanceof LastHttpContent) {
        end();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (isOver) {
        return;
      }
      Awaited wanted = awaited;
      left();
      if (wanted == null) {
        fault("the connection was closed");
      } else if (wanted == Awaited.CUT && status == 200) {
        count(outcomes, "cut, as asked for");
      } else if (wanted == Awaited.END || wanted == Awaited.WHOLE_OR_END) {
        count(outcomes, "ended, as the client had");
      } else if (status == 200 && isMortal) {
        count(outcomes, "cut by a server that was killed");
      } else {
        fault("no answer");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      this.cause = cause;
      context.close();
    }

    private void begin(HttpResponse head) {
      if (awaited == null || status != 0) {
        fault("an answer without a request: " + head.status());
      }
      status = head.status().code();
      isLast = hasEnded || !HttpUtil.isKeepAlive(head);
      isMortal = Integer.toString(mortal).equals(head.headers().get(HttpCrowdServerMain.WHO));
      received = 0;
      if (status == 200 && !taken.equals(head.headers().get(HttpCrowdServerMain.TAKEN))) {
        fault("of the body came: " + head.headers().get(HttpCrowdServerMain.TAKEN));
      }
    }

    private void check(ByteBuf data) {
      if (status != 200) {
        failure.append(data.toString(StandardCharsets.US_ASCII));
      }
      while (data.isReadable() && !isOther) {
        isOther = data.readByte() != CrowdOrder.at(received++) && status == 200;
      }
    }

    private void end() {
      Awaited wanted = awaited;
      if (status == 200 && (isOther || received != length)) {
        fault("%d octets (expected: %d)%s".formatted(received, length, isOther ? ", others" : ""));
      } else if (!isExplained(wanted)) {
        fault("status " + status);
      }
      if (status != 200) {
        failure.append(" (").append(act).append(isLast ? ", last) " : ") ");
      }
      count(outcomes, status + (status == 200 || wanted != Awaited.WHOLE ? "" : " by chance"));
      awaited = null;
      status = 0;
      if (isLast || hasEnded) { // a client may end its side within an answer
        left(); // before it can act again
        channel.close();
      }
    }

    /** A server that has closed, or was killed, explains a 502 or 503 to any request. */
    private boolean isExplained(@Nullable Awaited wanted) {
      return switch (status) {
        case 200 ->
          wanted == Awaited.WHOLE || wanted == Awaited.WHOLE_OR_END || wanted == Awaited.END;
        case 502, 503 -> true;
        case 504 -> wanted == Awaited.TIMED_OUT;
        default -> false;
      };
    }

    private void get(String name, String order, int length, int millis, Awaited wanted) {
      begin(name, length, 0, wanted);
      String path = "/" + order + "/" + length + "/" + millis + "/" + label();
      send(new DefaultFullHttpRequest(
          HttpVersion.HTTP_1_1, HttpMethod.GET, path, Unpooled.EMPTY_BUFFER));
    }

    private void post(String name, int octets, int millis) {
      begin(name, 0, octets, Awaited.WHOLE);
      HttpRequest head = head(octets, millis, random.nextBoolean());
      channel.write(named(head), channel.voidPromise());
      int first = random.nextInt(octets + 1);
      content(0, first);
      content(first, octets);
      channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    }

    private void abortedBody() {
      begin("reset by the client within the body", 0, 0, Awaited.END);
      channel.write(named(head(BULK, 0, random.nextBoolean())), channel.voidPromise());
      content(0, random.nextInt(BULK));
      channel.flush();
      hasEnded = true; // nothing can follow
      later(random.nextInt(300), () -> leave(true));
    }

    private HttpRequest head(int octets, int millis, boolean isChunked) {
      String path = "/take/0/" + millis + "/" + label();
      HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, path);
      if (isChunked) {
        HttpUtil.setTransferEncodingChunked(head, true);
      } else {
        head.headers().set(HttpHeaderNames.CONTENT_LENGTH, octets);
      }
      return head;
    }

    private void content(int from, int to) {
      if (to > from) {
        channel.write(
            new DefaultHttpContent(CrowdOrder.bytes(from, to - from)), channel.voidPromise());
      }
    }

    private void begin(String name, int answer, int body, Awaited wanted) {
      count(acts, name);
      act = name;
      awaited = wanted;
      length = answer;
      taken = Integer.toString(body);
      isOther = false;
    }

    private void send(HttpRequest request) {
      channel.writeAndFlush(named(request), channel.voidPromise());
    }

    private HttpRequest named(HttpRequest request) {
      request.headers().set(HttpHeaderNames.HOST, "crowd.test").set("x-key", random.nextInt(KEYS));
      return request;
    }

    private void left() {
      isOver = true;
      members.remove(this);
    }

    private void fault(String what) {
      faults.add(new Fault(
          label(), "%s: %s; %s; failures before: %s".formatted(this, what, cause, failure)));
    }

    @Override
    public String toString() {
      return "%s, %s, status %d, %d of %d octets, %s"
          .formatted(act, awaited, status, received, length, channel);
    }

    /** What its requests' paths end with, so that a log of the gateway's tells of which connection a line is. */
    private String label() {
      return "c" + ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private void later(int millis, Runnable task) {
      channel.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }
  }
}
