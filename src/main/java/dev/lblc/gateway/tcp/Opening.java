package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.BadProxyHeaderException;
import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.net.ClientHello;
import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.net.ProxyHeader;
import dev.lblc.gateway.net.ProxyHeaderReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first stage of a session, until its route is known: reads the PROXY protocol's header, waits for the TLS handshake
 * where that ends here, or else looks for the server name in it; each only where it is asked for. What else was read by then
 * is held for the server.
 *
 * <p>Confined to its event loop.
 */
// A read has nothing to tell that does not arrive otherwise.
@SuppressWarnings("FutureReturnValueIgnored")
final class Opening extends ChannelInboundHandlerAdapter implements ProxyHeaderReader.Outcome {
  private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

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
      channel.pipeline().addLast(new ProxyHeaderReader(opening, 0)); // by the deadlines
    }
    SslContext tls = session.settings().tls();
    if (tls != null) {
      opening.awaitsHandshake = true;
      SslHandler handler = tls.newHandler(channel.alloc());
      handler.setHandshakeTimeoutMillis(0); // by the deadlines
      channel.pipeline().addLast(handler);
    } else if (session.settings().routes().anyNeedsSni()) {
      opening.hello = new ClientHello();
    }
    channel.pipeline().addLast(opening);
  }

  /** Returns the client's address, by the PROXY protocol if its header was read; empty: not known any more. */
  static String clientIp(Channel channel) {
    Opening opening = channel.pipeline().get(Opening.class);
    if (opening != null && opening.facts != null) {
      return opening.facts.clientIp();
    }
    return channel.remoteAddress() instanceof InetSocketAddress seen
        ? ConnectionFacts.ip(seen)
        : "";
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    session.begin();
    facts = new ConnectionFacts(
        session.peer(), (InetSocketAddress) ctx.channel().localAddress(), null, null);
    if (awaitsHeader && !settings.trustedPeers().contains(ConnectionFacts.ip(session.peer()))) {
      session.abort(TcpFailure.PEER_NOT_TRUSTED);
      return;
    }
    ctx.fireChannelActive();
    proceed(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
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
  public void headerRead(ChannelHandlerContext reader, ProxyHeader header) {
    awaitsHeader = false;
    facts = header.facts(seen());
    proceed(reader.pipeline().context(this));
  }

  @Override
  public void headerRefused(ChannelHandlerContext reader, BadProxyHeaderException why) {
    LOG.debug("a connection does not start with a PROXY header: it is closed", why);
    session.abort(TcpFailure.BAD_PROXY_HEADER);
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
    } else if (event instanceof SniCompletionEvent named) {
      sni = named.hostname();
    } else if (event instanceof SslHandshakeCompletionEvent completion) {
      if (completion.isSuccess()) {
        awaitsHandshake = false;
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
    session.broken(session.client(), cause);
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
    session.opened(seen().with(sni, ClientCertificate.of(ctx.channel())));
  }

  private ConnectionFacts seen() {
    if (facts == null) {
      throw new IllegalStateException("read before it was active");
    }
    return facts;
  }
}
