package dev.lblc.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * HTTP servers that do what the paths of their requests say, and know which requests they have not answered: {@code
 * HttpCrowdServerMain REPORT-PORT PORT...}. Whoever connects to the first port gets them as JSON: a list of paths for each port.
 *
 * <pre>
 *   /give/LENGTH           answers                    /leave/LENGTH    answers, and closes
 *   /chunks/LENGTH/MILLIS  answers in four pieces     /cut/LENGTH      breaks off in mid-answer
 *   /take/0/MILLIS         reads late, and answers    /reset           breaks off before the answer
 *   /hold/LENGTH           answers after a /release   /stall           answers nothing
 *   /half/LENGTH           answers half, and the rest after a /release
 * </pre>
 */
// What is not waited for tells by an event of its channel.
@SuppressWarnings("FutureReturnValueIgnored")
public final class HttpCrowdServerMain {
  /** The header that says which port answered. */
  static final String WHO = "x-port";

  /** The header that says how many octets of a request's body came, all as they should be; or that they were not. */
  static final String TAKEN = "x-taken";

  private static final int PIECES = 4;

  /** Requests that wait for a {@code /release}; of the only event loop. */
  private final Queue<Served> held = new ArrayDeque<>();

  private HttpCrowdServerMain() {}

  /** Runs until it is killed. */
  public static void main(String[] args) throws Exception {
    HttpCrowdServerMain servers = new HttpCrowdServerMain();
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Map<String, Set<Served>> requests = new LinkedHashMap<>();
    for (String port : List.of(args).subList(1, args.length)) {
      Set<Served> ofPort = ConcurrentHashMap.newKeySet();
      requests.put(port, ofPort);
      servers.listen(loops, port, ofPort);
    }
    try (ServerSocket reports =
        new ServerSocket(Integer.parseInt(args[0]), 50, InetAddress.getLoopbackAddress())) {
      System.out.println("listening on " + List.of(args));
      while (true) {
        report(reports, requests);
      }
    }
  }

  private static void report(ServerSocket reports, Map<String, Set<Served>> requests)
      throws IOException {
    try (Socket socket = reports.accept();
        OutputStream output = socket.getOutputStream()) {
      JsonObject report = new JsonObject();
      requests.forEach((port, ofPort) ->
          report.put(port, new JsonArray(ofPort.stream().map(Served::path).toList())));
      output.write(report.encode().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void listen(EventLoopGroup loops, String port, Set<Served> requests) throws Exception {
    new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 4096)
        .childHandler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new HttpServerCodec(), new Served(port, requests, channel));
          }
        })
        .bind("127.0.0.1", Integer.parseInt(port))
        .sync();
  }

  /** One connection. */
  private final class Served extends SimpleChannelInboundHandler<HttpObject> {
    private final String port;
    private final Set<Served> requests;
    private final Channel channel;
    private String[] order = {};
    private long taken;
    private boolean isFaulty;
    private volatile String path = "";

    Served(String port, Set<Served> requests, Channel channel) {
      this.port = port;
      this.requests = requests;
      this.channel = channel;
    }

    String path() {
      return path;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
      if (message instanceof HttpRequest request) {
        begin(request);
      }
      if (message instanceof HttpContent content) {
        ByteBuf data = content.content();
        while (data.isReadable()) {
          isFaulty |= data.readByte() != CrowdOrder.at(taken++);
        }
      }
      if (message instanceof LastHttpContent) {
        serve();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      done();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof IOException)) {
        System.out.println("failed: " + cause);
      }
      context.close();
    }

    private void begin(HttpRequest request) {
      path = request.uri();
      order = path.substring(1).split("/", 0);
      taken = 0;
      isFaulty = false;
      if (!order[0].equals("health")) {
        requests.add(this);
      }
      if (order[0].equals("take") && number(2) > 0) {
        channel.config().setAutoRead(false);
        later(number(2), () -> channel.config().setAutoRead(true));
      }
    }

    private void serve() {
      int length = number(1);
      switch (order[0]) {
        case "hold" -> held.add(this);
        case "half" -> {
          begin(length, false);
          piece(0, length / 2);
          held.add(this);
        }
        case "release" -> {
          give(0);
          release();
        }
        case "chunks" -> {
          begin(length, true);
          chunks(0, length, number(2));
        }
        case "leave" -> {
          give(length);
          channel.close();
        }
        case "cut" -> {
          begin(length, false);
          piece(0, length / 2);
          later(1 + length % 20, this::breakOff);
        }
        case "reset" -> breakOff();
        case "stall" -> {}
        default -> give(length); // take, give, health
      }
    }

    private void release() {
      Served next = held.poll();
      while (next != null && !next.requests.contains(next)) {
        next = held.poll(); // its client has left
      }
      if (next != null) {
        next.goOn();
      }
    }

    private void goOn() {
      int length = number(1);
      if (order[0].equals("hold")) {
        give(length);
      } else {
        piece(length / 2, length);
        end();
      }
    }

    private void chunks(int index, int length, int millis) {
      piece(length * index / PIECES, length * (index + 1) / PIECES);
      if (index + 1 == PIECES) {
        end();
      } else {
        later(millis, () -> chunks(index + 1, length, millis));
      }
    }

    private void give(int length) {
      begin(length, false);
      piece(0, length);
      end();
    }

    private void begin(int length, boolean isChunked) {
      HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      head.headers().set(WHO, port).set(TAKEN, isFaulty ? "other octets" : Long.toString(taken));
      if (isChunked) {
        HttpUtil.setTransferEncodingChunked(head, true);
      } else {
        head.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
      }
      channel.write(head, channel.voidPromise());
    }

    private void piece(int from, int to) {
      channel.writeAndFlush(
          new DefaultHttpContent(CrowdOrder.bytes(from, to - from)), channel.voidPromise());
    }

    private void end() {
      done(); // before the gateway can know
      channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    }

    private void breakOff() {
      done();
      CrowdOrder.reset(channel);
    }

    /** Counts a request no more. */
    private void done() {
      requests.remove(this);
    }

    private int number(int index) {
      return order.length > index ? Integer.parseInt(order[index]) : 0;
    }

    private void later(int millis, Runnable task) {
      channel
          .eventLoop()
          .schedule(
              () -> {
                if (channel.isActive()) {
                  task.run();
                }
              },
              millis,
              TimeUnit.MILLISECONDS);
    }
  }
}
