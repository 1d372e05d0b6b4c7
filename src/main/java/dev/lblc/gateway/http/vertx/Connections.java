package dev.lblc.gateway.http.vertx;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/** The gateway's way into Vert.x's connections: what they can do and their API does not offer. */
// Nobody waits for a connection that is given up to be closed, and a listener returns the future it
// was added to.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Connections {
  /** No limit: a slow client's answer is under the deadlines of its exchange. */
  private static final int LONGEST_DELIVERY_DAYS = 1;

  private static final AttributeKey<ClientConnection> CLIENT =
      AttributeKey.valueOf(ClientConnection.class.getName());

  private Connections() {}

  /** Keeps this with a connection. */
  static void attach(HttpConnection connection, ClientConnection client) {
    ((ConnectionBase) connection).channel().attr(CLIENT).set(client);
  }

  /** Returns what is kept with a connection. */
  static ClientConnection attached(HttpConnection connection) {
    return ((ConnectionBase) connection).channel().attr(CLIENT).get();
  }

  /** Closes a connection without waiting for what is still to be written: the other end may not be reading. */
  public static void closeNow(HttpConnection connection) {
    ((ConnectionBase) connection).channelHandlerContext().close();
  }

  /** Runs this when the connection is closed, even if it became a tunnel, at whose start its own handlers are gone. */
  public static void onClosed(HttpConnection connection, Runnable then) {
    ((ConnectionBase) connection).channel().closeFuture().addListener(closed -> then.run());
  }

  /** Closes a connection so that the other end cannot take it for an orderly end. */
  static void resetNow(HttpConnection connection) {
    ChannelHandlerContext context = ((ConnectionBase) connection).channelHandlerContext();
    context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    context.close();
  }

  /** Gives a new HTTP/1.1 connection to a server a codec that keeps the answers to its clients apart. */
  static void keepAnswersApart(HttpConnection upstream) {
    UpstreamCodec codec =
        new UpstreamCodec(() -> upstream.shutdown(LONGEST_DELIVERY_DAYS, TimeUnit.DAYS));
    ((ConnectionBase) upstream).channel().pipeline().replace("codec", "codec", codec);
  }

  /** Returns whether the head of an HTTP/2 request was not its end. */
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
