package dev.lblc.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The handshake of a new connection to a server: reads until it is over, and leaves the pipeline then, with {@code SslHandler} in
 * it. Confined to the event loop.
 */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
  private static final System.Logger LOG = System.getLogger(TlsHandshake.class.getName());

  private final UpstreamTls tls;
  private final Consumer<@Nullable Throwable> told;
  private boolean isOver;

  private TlsHandshake(UpstreamTls tls, Consumer<@Nullable Throwable> told) {
    this.tls = tls;
    this.told = told;
  }

  /** Begins the handshake of a connection that does not read by itself, and has no handlers. */
  static void begin(
      UpstreamTls tls, Channel channel, SslHandler handler, Consumer<@Nullable Throwable> told) {
    channel.pipeline().addLast(handler, new TlsHandshake(tls, told));
    channel.config().setAutoRead(true);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      UpstreamTlsException failure = tls.failure(context.channel(), handshake);
      if (failure == null) {
        secured(context);
      } else {
        failed(failure);
      }
    } else if (event instanceof ChannelInputShutdownEvent) { // of which the handler says nothing
      failed(new UpstreamTlsException(new ClosedChannelException()));
    }
  }

  private void secured(ChannelHandlerContext context) {
    if (!isOver) {
      isOver = true;
      context.channel().config().setAutoRead(false);
      context.pipeline().remove(this);
      told.accept(null);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    failed(new UpstreamTlsException(new ClosedChannelException()));
  }

  @Override
  @SuppressWarnings("deprecation") // for outbound handlers only
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failed(new UpstreamTlsException(cause));
  }

  private void failed(UpstreamTlsException cause) {
    if (isOver) { // a failure is told of by an event and an exception, and then the channel closes
      LOG.log(Level.TRACE, "after the end of a handshake", cause);
    } else {
      isOver = true;
      told.accept(cause);
    }
  }
}
