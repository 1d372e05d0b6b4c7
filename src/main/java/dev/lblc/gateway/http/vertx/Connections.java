package dev.lblc.gateway.http.vertx;

import dev.lblc.config.HttpLimits;
import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.net.ProxyHeader;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.net.TlsEnd;
import dev.lblc.gateway.route.IpAddress;
import dev.lblc.tls.UpstreamTls;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.ShutdownEvent;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Operations on Vert.x connections that the API of Vert.x does not offer. */
// Nobody waits until a dropped connection is closed, and addListener returns the future itself.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Connections {
  /** In effect no limit: the deadlines of its exchange end a slow delivery. */
  private static final int LONGEST_DELIVERY_DAYS = 1;

  /**
   * As much as is read at once. Vert.x goes on reading until some fifty pieces wait for a peer that takes no more: pieces of its
   * own 64 KiB would come to more than 3 MiB for each exchange.
   */
  private static final int LARGEST_PIECE = 16 << 10;

  private static final int FIRST_PIECE = 2 << 10;
  private static final int SMALLEST_PIECE = 64;

  private static final AttributeKey<ClientConnection> CLIENT =
      AttributeKey.valueOf(ClientConnection.class.getName());

  private Connections() {}

  /** Attaches the idle limit to its connection. */
  static void attach(HttpConnection connection, ClientConnection client) {
    ((ConnectionBase) connection).channel().attr(CLIENT).set(client);
  }

  /** Returns the idle limit that is attached to a connection. */
  static ClientConnection attached(HttpConnection connection) {
    return ((ConnectionBase) connection).channel().attr(CLIENT).get();
  }

  /** Returns the certificate of the client of a connection; null: none. */
  static @Nullable ClientCertificate clientCertificate(HttpConnection client) {
    return ClientCertificate.of(((ConnectionBase) client).channel());
  }

  /** Closes a connection without waiting for pending writes: the other end may not be reading. */
  public static void closeNow(HttpConnection connection) {
    ((ConnectionBase) connection).channelHandlerContext().close();
  }

  /** Returns whether this is Vert.x's wish that a connection ends. */
  static boolean isShutdown(Object event) {
    return event instanceof ShutdownEvent;
  }

  /** Returns whether this is Vert.x's wish that a connection ends within some time. */
  static boolean isGraceful(Object event) {
    return event instanceof ShutdownEvent shutdown && !shutdown.timeout().isZero();
  }

  /** Ends a connection behind what is in flight on it, however long that takes. */
  static void endBehind(HttpConnection connection) {
    connection.shutdown(LONGEST_DELIVERY_DAYS, TimeUnit.DAYS);
  }

  /** Runs an action on the event loop of a connection after some time, whether or not the connection is open then. */
  static void later(HttpConnection connection, long millis, Runnable action) {
    ((ConnectionBase) connection)
        .channel()
        .eventLoop()
        .schedule(action, millis, TimeUnit.MILLISECONDS);
  }

  /** Has a connection that is closed with its answer let the client read that first, even if octets of a request are unread. */
  static void linger(HttpConnection http1Client) {
    ChannelPipeline pipeline = ((ConnectionBase) http1Client).channel().pipeline();
    if (pipeline.get("httpDecoder") != null && pipeline.get(Linger.class) == null) {
      pipeline.addBefore("httpDecoder", null, new Linger());
    }
  }

  /** Runs an action when the connection is closed, even if it became a tunnel, for which Vert.x removes its own handlers. */
  public static void onClosed(HttpConnection connection, Runnable then) {
    ((ConnectionBase) connection).channel().closeFuture().addListener(closed -> then.run());
  }

  /** Resets a connection, unless it is closed, so that the other end sees that the message is not complete. */
  static void resetNow(HttpConnection connection) {
    ChannelHandlerContext context = ((ConnectionBase) connection).channelHandlerContext();
    Sockets.abortively(context.channel());
    context.close();
  }

  /** Puts a handler where it sees the bytes of a new connection first. */
  public static void readFirst(HttpConnection connection, ChannelHandler handler) {
    ((ConnectionBase) connection).channel().pipeline().addFirst(handler);
  }

  /** Has a connection have the addresses that a PROXY header names. To be called before its addresses are asked for. */
  public static void tell(Channel channel, ProxyHeader header) {
    if (header.client() != null && header.local() != null) {
      channel
          .attr(ConnectionBase.REMOTE_ADDRESS_OVERRIDE)
          .set(SocketAddress.inetSocketAddress(header.client()));
      channel
          .attr(ConnectionBase.LOCAL_ADDRESS_OVERRIDE)
          .set(SocketAddress.inetSocketAddress(header.local()));
    }
  }

  /** Returns the client's address, by the PROXY protocol where that is on; empty: not known any more. */
  public static String clientIp(Channel channel) {
    SocketAddress told = channel.attr(ConnectionBase.REMOTE_ADDRESS_OVERRIDE).get();
    if (told != null) {
      return IpAddress.canonical(told.hostAddress());
    }
    return channel.remoteAddress() instanceof InetSocketAddress seen
        ? ConnectionFacts.ip(seen)
        : "";
  }

  /** Bounds what is read ahead of a peer that does not take it. To be called before the connection is read. */
  static void readInPieces(HttpConnection connection) {
    ((ConnectionBase) connection)
        .channel()
        .config()
        .setRecvByteBufAllocator(
            new AdaptiveRecvByteBufAllocator(SMALLEST_PIECE, FIRST_PIECE, LARGEST_PIECE));
  }

  /** Gives a new HTTP/1.1 connection of a client a decoder with these limits, and returns it; null: it is HTTP/2. */
  static @Nullable RequestDecoder readStrictly(HttpConnection client, HttpLimits limits) {
    ChannelPipeline pipeline = ((ConnectionBase) client).channel().pipeline();
    if (pipeline.get("httpDecoder") == null) {
      return null;
    }
    RequestDecoder decoder = new RequestDecoder(limits);
    pipeline.replace("httpDecoder", "httpDecoder", decoder);
    return decoder;
  }

  /** Tells the client of a new HTTP/2 connection how large a head may be, if that has changed since its listener was opened. */
  static void limitHead(HttpConnection http2Client, int bytes) {
    if (http2Client.settings() instanceof Http2Settings settings
        && settings.getMaxHeaderListSize() != bytes) {
      http2Client.updateSettings(settings.setMaxHeaderListSize(bytes));
    }
  }

  /** Returns how many header fields a request has. */
  static int fields(HttpServerRequest request) {
    int fields = 0;
    for (Map.Entry<String, String> unused : request.headers()) {
      fields++;
    }
    return fields;
  }

  /** Notes whether a part of the answer on a connection to a server waits for its client. */
  static void answerWaits(HttpConnection upstream, boolean isWaiting) {
    UpstreamCodec codec = codec(upstream);
    if (codec != null) {
      codec.answerWaits(isWaiting);
    }
  }

  /** Returns the codec of a connection to a server; null: it is HTTP/2. */
  static @Nullable UpstreamCodec codec(HttpConnection upstream) {
    return ((ConnectionBase) upstream).channel().pipeline().get(UpstreamCodec.class);
  }

  /** Gives a new HTTP/1.1 connection to a server the {@link UpstreamCodec}, which keeps the answers to its clients apart. */
  static void keepAnswersApart(HttpConnection upstream) {
    UpstreamCodec codec = new UpstreamCodec(() -> endBehind(upstream));
    ChannelPipeline pipeline = ((ConnectionBase) upstream).channel().pipeline();
    pipeline.replace("codec", "codec", codec);
    if (pipeline.get(SslHandler.class) != null) {
      pipeline.addBefore("codec", null, new TlsEnd());
    }
  }

  /** Returns whether a server may yet refuse the TLS of a new connection. */
  static boolean mayRefuseLate(HttpConnection upstream) {
    return UpstreamTls.mayRefuseLate(((ConnectionBase) upstream).channel());
  }

  /** Returns whether an HTTP/2 request goes on after its head. */
  static boolean hasBody(HttpServerRequest http2Request) {
    ConnectionBase connection = (ConnectionBase) http2Request.connection();
    Http2ConnectionHandler handler =
        connection.channel().pipeline().get(Http2ConnectionHandler.class);
    if (handler != null) {
      Http2Stream stream = handler.connection().stream(Math.toIntExact(http2Request.streamId()));
      return stream != null && stream.state().remoteSideOpen();
    }
    return true;
  }
}
