package dev.lblc.gateway.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/**
 * The handler behind the TLS of a connection to an HTTP server: what comes after it hears of the end as without TLS. Confined to the
 * event loop.
 *
 * <pre>
 *   close_notify                            the end of the input
 *   the end of the connection without it    {@link #TRUNCATED}, then the end of the input
 * </pre>
 *
 * <p>Why: anybody on the way can end a connection, but not make a close_notify. What only the end of the connection would end must not
 * look complete.
 */
public final class TlsEnd extends ChannelInboundHandlerAdapter {
  /** The event that what has come may not be all that was sent. */
  public static final Object TRUNCATED = new Object() {
    @Override
    public String toString() {
      return "TRUNCATED";
    }
  };

  private boolean hasEnded;

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == SslCloseCompletionEvent.SUCCESS) {
      end(context);
    } else if (event instanceof ChannelInputShutdownEvent) {
      truncate(context);
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    truncate(context);
    context.fireChannelInactive();
  }

  private void truncate(ChannelHandlerContext context) {
    if (!hasEnded) {
      context.fireUserEventTriggered(TRUNCATED);
      end(context);
    }
  }

  private void end(ChannelHandlerContext context) {
    if (!hasEnded) {
      hasEnded = true;
      context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }
}
