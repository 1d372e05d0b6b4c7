package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.net.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.ShutdownEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the lane knows of the insides of Vert.x: the pipeline of an HTTP/1.1 connection that was just accepted.
 *
 * <pre>
 *   [TLS]  lane  httpDecoder  httpEncoder  handler
 * </pre>
 */
// Nobody waits for a socket that is given up to be closed.
@SuppressWarnings("FutureReturnValueIgnored")
public final class VertxPipeline {
  private static final String DECODER = "httpDecoder";
  private static final List<String> EXPECTED = List.of(DECODER, "httpEncoder", "handler");

  private VertxPipeline() {}

  /** Returns the channel of a connection that the lane can serve; null: Vert.x does not read HTTP/1.1 on it. */
  static @Nullable Channel channel(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channel();
    return channel.pipeline().get(DECODER) == null ? null : channel;
  }

  /** Returns the certificate of the client of a connection; null: none. */
  static @Nullable ClientCertificate clientCertificate(HttpConnection connection) {
    return ClientCertificate.of(((ConnectionBase) connection).channel());
  }

  /** Throws an exception if the pipeline of a connection that was just accepted is not the one that the lane relies on. */
  static void check(HttpConnection connection) {
    List<String> names = ((ConnectionBase) connection).channel().pipeline().names();
    int at = names.indexOf(DECODER);
    if (at < 0
        || at + EXPECTED.size() > names.size()
        || !names.subList(at, at + EXPECTED.size()).equals(EXPECTED)) {
      throw new IllegalStateException("handlers " + names + " (expected: " + EXPECTED + ")");
    }
  }

  /** Puts the lane's handler where it sees the bytes first. */
  static void install(Channel channel, ChannelHandler lane, Loop loop) {
    loop.prepare(channel);
    channel.config().setAutoRead(true);
    channel.pipeline().addBefore(DECODER, null, lane);
  }

  /** Returns whether this is Vert.x's wish that a connection ends as soon as it serves no request. */
  public static boolean isShutdown(Object event) {
    return event instanceof ShutdownEvent shutdown && !shutdown.timeout().isZero();
  }

  /** Returns whether the client has asked for HTTP/2 in its TLS handshake, and got it. */
  static boolean hasNegotiatedHttp2(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    return tls != null && ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol());
  }

  /** Puts the handler of HTTP/2 in the place of the lane's, and has it read these bytes. */
  static void change(Channel channel, ChannelHandler lane, ChannelHandler http2, ByteBuf bytes) {
    ChannelPipeline pipeline = channel.pipeline();
    ChannelHandlerContext before = pipeline.context(lane);
    channel.config().setAutoRead(true);
    pipeline.addAfter(before.name(), null, http2);
    pipeline.remove(lane);
    before.fireChannelRead(bytes);
    before.fireChannelReadComplete();
  }

  static boolean isClearText(Channel channel) {
    return channel.pipeline().get(SslHandler.class) == null;
  }

  /** Closes a connection past Vert.x's handler, which would wait for what it has to write. */
  public static void close(Channel channel, ChannelHandler lane) {
    ChannelHandlerContext context = channel.pipeline().context(lane);
    if (context == null) {
      channel.close();
    } else {
      context.close();
    }
  }
}
