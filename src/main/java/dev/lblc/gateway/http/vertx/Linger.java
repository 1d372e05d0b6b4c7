package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.net.Sockets;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Turns the close of a client's connection into the end of its output. What still comes is dropped until the client closes its side, or
 * for {@value #SECONDS} s. Confined to the event loop of its channel.
 *
 * <p>Why: a socket that is closed while octets of a request are unread is reset, and the reset may destroy the answer.
 */
// Nobody waits for a socket that is given up to be closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class Linger extends ChannelDuplexHandler {
  private static final long SECONDS = 5;

  private boolean isLingering;

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (isLingering) {
      context.close(promise);
      return;
    }
    isLingering = true;
    context.channel().closeFuture().addListener(closed -> promise.trySuccess());
    context.executor().schedule(() -> context.close(), SECONDS, TimeUnit.SECONDS);
    context.channel().config().setAutoRead(true);
    Sockets.finish(context.channel());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (isLingering) {
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    boolean isEnd = event instanceof ChannelInputShutdownEvent
        || event instanceof SslCloseCompletionEvent
        || Connections.isShutdown(event);
    if (isLingering && isEnd) {
      context.close();
    }
    context.fireUserEventTriggered(event);
  }
}
