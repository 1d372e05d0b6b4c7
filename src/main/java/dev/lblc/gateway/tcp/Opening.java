package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.net.ProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;

/**
 * The first stage of a session, until its route is known: reads the PROXY protocol's header, waits for the TLS handshake
 * where that ends here, or else looks for the server name in it; each only where it is asked for. What else was read by then
 * is held for the server.
 *
 * <p>Confined to its event loop.
 */
// A read has nothing to tell that does not arrive otherwise.
@SuppressWarnings("FutureReturnValueIgnored")
final class Opening extends ChannelInboundHandlerAdapter {
  /** Of a ClientHello with its records' headers: those of today take 2 KiB at most, with padding 16. */
  private static final int LONGEST_HELLO = 32 << 10;

  private final Session session;
  private final TcpSettings settings;
  private boolean awaitsHeader;
  private boolean awaitsHandshake;
  private @Nullable ClientHello hello;
  private @Nullable ConnectionFacts facts;
  private @Nullable String sni;
  private boolean done;

  private Opening(Session session) {
    this.session = session;
    this.settings = session.settings();
  }

  /** Begins with a connection that is accepted but not registered yet. */
  static void begin(Session session, Channel channel) {
    Opening opening = new Opening(session);
    if (session.settings().config().proxyProtocol()) {
      opening.awaitsHeader = true;
      channel.pipeline().addLast(ProxyHeader.decoder());
    }
    SslContext tls = session.settings().tls();
    if (tls != null) {
      opening.awaitsHandshake = true;
      SslHandler handler = tls.newHandler(channel.alloc());
      handler.setHandshakeTimeoutMillis(0); // by the deadlines
      channel.pipeline().addLast(handler);
    } else if (session.settings().routes().anyNeedsSni()) {
      opening.hello = new ClientHello(LONGEST_HELLO);
    }
    channel.pipeline().addLast(opening);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    session.begin();
    facts =
        new ConnectionFacts(session.peer(), (InetSocketAddress) ctx.channel().localAddress(), null);
    if (awaitsHeader && !settings.trustedPeers().contains(ConnectionFacts.ip(session.peer()))) {
      session.abort(TcpFailure.PEER_NOT_TRUSTED);
      return;
    }
    ctx.fireChannelActive();
    proceed(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (awaitsHeader && ProxyHeader.isHeader(message)) {
      awaitsHeader = false;
      facts = ProxyHeader.facts(message, seen());
      proceed(ctx);
      return;
    }
    ByteBuf data = (ByteBuf) message;
    if (session.isOver()) {
      data.release();
      return;
    }
    ClientHello searched = hello;
    boolean isEnough = searched != null && searched.feed(data);
    session.client().hold(data);
    if (searched != null && isEnough) {
      hello = null;
      sni = searched.serverName();
      proceed(ctx);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!done) {
      ctx.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ended(ctx);
    } else if (event instanceof SslHandshakeCompletionEvent completion) {
      if (completion.isSuccess()) {
        awaitsHandshake = false;
        sni = indicatedName(ctx);
        proceed(ctx);
      } else {
        session.broken(session.client(), completion.cause());
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    session.broken(session.client(), null);
  }

  @Override
  @SuppressWarnings("deprecation") // for outbound handlers only
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (awaitsHeader && cause instanceof DecoderException) {
      session.abort(TcpFailure.BAD_PROXY_HEADER);
    } else {
      session.broken(session.client(), cause);
    }
  }

  /** The client sends no more. What it sent may still be of use to a server. */
  private void ended(ChannelHandlerContext ctx) {
    if (awaitsHeader || awaitsHandshake || session.client().received() == 0) {
      session.abort(TcpFailure.CLIENT_GONE);
      return;
    }
    hello = null;
    session.client().endInput();
    proceed(ctx);
  }

  /** Hands over, unless there is more to wait for. */
  private void proceed(ChannelHandlerContext ctx) {
    if (session.isOver() || done) {
      return;
    }
    if (awaitsHeader || awaitsHandshake || hello != null) {
      ctx.read();
      return;
    }
    done = true;
    ctx.pipeline().replace(this, null, session.client());
    ConnectionFacts known = seen();
    session.opened(new ConnectionFacts(known.client(), known.local(), sni));
  }

  private ConnectionFacts seen() {
    if (facts == null) {
      throw new IllegalStateException("read before it was active");
    }
    return facts;
  }

  private static @Nullable String indicatedName(ChannelHandlerContext ctx) {
    SslHandler handler = ctx.pipeline().get(SslHandler.class);
    return ((ExtendedSSLSession) handler.engine().getSession())
        .getRequestedServerNames().stream()
            .filter(SNIHostName.class::isInstance)
            .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
            .findFirst()
            .orElse(null);
  }
}
