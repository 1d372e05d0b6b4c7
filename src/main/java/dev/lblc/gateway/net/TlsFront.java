package dev.lblc.gateway.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The handler before TLS: looks at what a client sends first, and leaves the pipeline when TLS has begun. Confined to its event loop.
 *
 * <pre>
 *   a ClientHello              passed on; its server name becomes an event
 *   one for other protocols    refused with the alert that ALPN has for it
 *   a request of HTTP          answered 400 in clear text, which says what is wrong
 *   an SSLRequest              answered, if the listener may be of a PostgreSQL server; a ClientHello follows
 *   anything else              passed on, for TLS to refuse
 * </pre>
 *
 * <p>The JDK refuses server names that are no host names by the letter, such as {@code a_b.example.com}, unless it is told not to look;
 * so they are read here.
 */
// A failed write or close fails the connection, which is at its end.
@SuppressWarnings("FutureReturnValueIgnored")
final class TlsFront extends ChannelDuplexHandler {
  /** Of all methods that are registered the longest has 17. */
  private static final int LONGEST_METHOD = 20;

  /** How long a client may take to read why it is refused, and to close its end. */
  private static final long LINGER_SECONDS = 2;

  /** How often a client may ask before its ClientHello: for GSSAPI, then for TLS. */
  private static final int MOST_REQUESTS = 2;

  private static final ByteBuf ANSWER = Unpooled.unreleasableBuffer(
      Unpooled.copiedBuffer(answer(), StandardCharsets.US_ASCII).asReadOnly());

  /** What was seen so far. */
  private enum Phase {
    NOTHING,
    METHOD,
    SSL_REQUEST,
    HELLO,
    REFUSED
  }

  /** Fatal, no_application_protocol: RFC 7301 3.2. */
  private static final byte[] NO_PROTOCOL = {21, 3, 3, 0, 2, 2, 120};

  private final boolean answersSslRequest;
  private final List<String> protocols;
  private final ClientHello hello = new ClientHello();
  private Phase phase = Phase.NOTHING;
  private int matched;
  private int requests;
  private @Nullable WhenKnown whenKnown;

  /**
   * Creates the handler of a connection.
   *
   * @param answersSslRequest whether the client may ask for TLS as those of PostgreSQL do
   * @param protocols that the listener speaks; empty: what clients ask for by ALPN does not count
   */
  TlsFront(boolean answersSslRequest, List<String> protocols) {
    this.answersSslRequest = answersSslRequest;
    this.protocols = protocols;
  }

  /** What is done when the ClientHello is there. */
  interface WhenKnown {
    void accept(ClientHello hello) throws SSLException;
  }

  /** Has an action run when the ClientHello is there, before anybody else sees its end. */
  void whenKnown(WhenKnown action) {
    whenKnown = action;
  }

  /** Returns whether nothing has come from the client. */
  boolean isUntouched() {
    return phase == Phase.NOTHING && requests == 0;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws SSLException {
    ByteBuf data = (ByteBuf) message;
    while (data.isReadable() && phase != Phase.HELLO && phase != Phase.REFUSED) {
      look(context, data);
    }
    if (phase != Phase.HELLO) {
      data.release();
      return;
    }
    boolean isKnown = hello.feed(data);
    if (isKnown && hasNoProtocol()) {
      data.release();
      refuse(
          context,
          Unpooled.wrappedBuffer(NO_PROTOCOL),
          new SSLHandshakeException("no common protocol in " + hello.protocols()));
      return;
    }
    if (isKnown && whenKnown != null) {
      whenKnown.accept(hello);
    }
    if (isKnown && hello.serverName() != null) {
      context.fireUserEventTriggered(new SniCompletionEvent(hello.serverName()));
    }
    context.fireChannelRead(data);
    if (isKnown) {
      context.pipeline().remove(this);
    }
  }

  /** Looks at one byte, and consumes it unless it is TLS that begins with it. */
  private void look(ChannelHandlerContext context, ByteBuf data) {
    int octet = data.getUnsignedByte(data.readerIndex());
    boolean isOfMethod = (octet >= 'A' && octet <= 'Z') || (octet == '-' && matched > 0);
    switch (phase) {
      case NOTHING -> {
        phase = isOfMethod ? Phase.METHOD : octet == 0 ? Phase.SSL_REQUEST : Phase.HELLO;
        matched = 1;
      }
      case METHOD -> {
        matched++;
        if (!isOfMethod || matched > LONGEST_METHOD) {
          refuse(context, octet == ' ');
        }
      }
      default -> request(context, octet);
    }
    if (phase != Phase.HELLO) {
      data.skipBytes(1);
    }
  }

  private void request(ChannelHandlerContext context, int octet) {
    boolean isForGss = matched == SslRequest.LENGTH - 1 && octet == SslRequest.LAST_FOR_GSS;
    if (!answersSslRequest || (octet != SslRequest.octet(matched) && !isForGss)) {
      refuse(context, false);
      return;
    }
    matched++;
    if (matched == SslRequest.LENGTH) {
      requests++;
      if (requests > MOST_REQUESTS) {
        refuse(context, false);
        return;
      }
      context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) (isForGss ? 'N' : 'S')}));
      phase = Phase.NOTHING;
    }
  }

  private boolean hasNoProtocol() {
    return !protocols.isEmpty()
        && !hello.protocols().isEmpty()
        && Collections.disjoint(protocols, hello.protocols());
  }

  private void refuse(ChannelHandlerContext context, boolean isHttp) {
    if (isHttp) {
      refuse(context, ANSWER.duplicate(), new ClearTextException(context.channel()));
    } else {
      // Behind the answers to what it asked before.
      refuse(
          context,
          Unpooled.EMPTY_BUFFER,
          new NotSslRecordException("the client does not speak TLS"));
    }
  }

  private void refuse(ChannelHandlerContext context, ByteBuf answer, SSLException why) {
    phase = Phase.REFUSED;
    boolean isAnswered = answer.isReadable();
    ChannelFuture written = context.writeAndFlush(answer);
    if (isAnswered) {
      written.addListener(done -> Sockets.endOutput(context.channel()));
      context.executor().schedule(() -> context.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    }
    context.fireUserEventTriggered(new SslHandshakeCompletionEvent(why));
    if (!isAnswered) {
      written.addListener(done -> context.close());
    }
  }

  // --- a client that is refused: it reads the answer and closes its end, or is closed in a moment
  // ---

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (phase == Phase.REFUSED) {
      context.read();
    } else {
      context.fireChannelReadComplete();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (phase == Phase.REFUSED && event instanceof ChannelInputShutdownEvent) {
      context.close();
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (phase == Phase.REFUSED) {
      context.channel().closeFuture().addListener(closed -> promise.trySuccess());
    } else {
      context.close(promise);
    }
  }

  private static String answer() {
    String text = "400 this port speaks HTTPS, and the request came as HTTP\n";
    return "HTTP/1.1 400 Bad Request\r\n"
        + "content-type: text/plain; charset=utf-8\r\n"
        + "content-length: " + text.length() + "\r\n"
        + "connection: close\r\n\r\n"
        + text;
  }
}
