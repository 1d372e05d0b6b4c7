package dev.lblc.gateway.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Promise;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * TLS on a client's connection, with the handlers that come before it in the pipeline. Confined to its event loop.
 *
 * <p>It allows one handshake. Up to TLS 1.2 a client can ask for another one whenever it likes, which costs it little and the gateway
 * much, and which HTTP/2 forbids.
 */
// What addListener returns is the future itself.
@SuppressWarnings("FutureReturnValueIgnored")
final class TlsHandler extends SslHandler {
  private static final byte HANDSHAKE_RECORD = 22;

  private final TlsFront front;
  private final @Nullable ChannelHandler first;
  private final BiConsumer<Channel, Throwable> failed;
  private @Nullable ClientCertificate clientCertificate;
  private boolean isClientKnown;
  private @Nullable NativeHalfClose halfClose;
  private boolean isInputEnded;
  private @Nullable Channel channel;
  private boolean isRefused;
  private boolean hasFailed;

  /**
   * Creates the handler of a connection.
   *
   * @param first reads what comes before TLS, then leaves the pipeline; null: nothing does
   * @param failed is told, once at most, of a connection on which no TLS came about although the client has sent something
   */
  TlsHandler(
      SSLEngine engine,
      boolean startTls,
      Executor tasks,
      TlsFront front,
      @Nullable ChannelHandler first,
      BiConsumer<Channel, Throwable> failed) {
    super(engine, startTls, tasks);
    this.front = front;
    this.first = first;
    this.failed = failed;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    super.handlerAdded(context);
    channel = context.channel();
    if (first != null) {
      context.pipeline().addBefore(context.name(), null, first);
    }
    front.whenKnown(hello -> ServerKeys.note(engine(), hello));
    context.pipeline().addBefore(context.name(), null, front);
    handshakeFuture().addListener(done -> {
      if (!done.isSuccess()) {
        tell(context.channel(), done.cause());
      } else if (engine() instanceof ReferenceCountedOpenSslEngine openSsl) {
        halfClose = NativeHalfClose.of(openSsl);
      }
    });
  }

  /** Hears from {@code front} that TLS does not even begin. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent refused && !refused.isSuccess()) {
      tell(context.channel(), refused.cause());
    }
    super.userEventTriggered(context, event);
  }

  /** Returns the client's certificate; null: none. It is read once, after the handshake. */
  @Nullable
  ClientCertificate clientCertificate() {
    if (!isClientKnown && handshakeFuture().isSuccess()) {
      isClientKnown = true;
      clientCertificate = isAsking() ? readClientCertificate() : null;
    }
    return clientCertificate;
  }

  private boolean isAsking() {
    return engine().getNeedClientAuth() || engine().getWantClientAuth();
  }

  private @Nullable ClientCertificate readClientCertificate() {
    try {
      Certificate[] chain = engine().getSession().getPeerCertificates();
      return ClientCertificate.of((X509Certificate) chain[0]);
    } catch (SSLPeerUnverifiedException e) {
      return null; // it has shown none
    }
  }

  private void tell(Channel channel, Throwable cause) {
    if (!hasFailed && !front.isUntouched()) {
      hasFailed = true;
      failed.accept(channel, cause);
    }
  }

  /** Is called with a record at the start of the bytes each time. */
  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws SSLException {
    if (!isRefused
        && (!bytes.isReadable()
            || bytes.getByte(bytes.readerIndex()) != HANDSHAKE_RECORD
            || !handshakeFuture().isSuccess())) {
      decodeRecords(context, bytes, out);
      return;
    }
    bytes.skipBytes(bytes.readableBytes());
    if (!isRefused) {
      isRefused = true;
      refuse(context);
    }
  }

  private void decodeRecords(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws SSLException {
    NativeHalfClose half = halfClose;
    try {
      if (half == null) {
        super.decode(context, bytes, out);
      } else {
        half.beforeRecord();
        super.decode(context, bytes, out);
        if (half.afterRecord()) {
          endInput(context);
        }
      }
    } catch (SSLException e) {
      // With TLS 1.3 a client may look at the certificate when the handshake is over.
      if (handshakeFuture().isSuccess() && TlsFailure.of(e) == TlsFailure.CERTIFICATE_REJECTED) {
        tell(context.channel(), e);
      }
      throw e;
    }
  }

  @Override
  public ChannelFuture closeOutbound() {
    if (halfClose != null && channel != null) {
      halfClose.endOutput();
      // So that nothing is told of the input, of which the engine says that it has ended, too.
      boolean unused = ((Promise<Channel>) sslCloseFuture()).trySuccess(channel);
    }
    return super.closeOutbound();
  }

  /** Tells of the client's close_notify, once. */
  private void endInput(ChannelHandlerContext context) {
    if (!isInputEnded) {
      isInputEnded = true;
      context.fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
    }
  }

  /** Resets the connection: an orderly end might be taken for the consent to go on later. */
  private void refuse(ChannelHandlerContext context) {
    context.fireExceptionCaught(new SSLException("the client asks for another handshake"));
    Sockets.reset(context.channel());
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
    if (isRefused) {
      Sockets.abortively(context.channel());
      context.close(promise);
    } else {
      super.close(context, promise);
    }
  }
}
