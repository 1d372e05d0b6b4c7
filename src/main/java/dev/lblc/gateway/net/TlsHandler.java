package dev.lblc.gateway.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS on a client's connection, with the handlers that come before it in the pipeline. Confined to its event loop.
 *
 * <p>It allows one handshake. Up to TLS 1.2 a client can ask for another one whenever it likes, which costs it little and the gateway
 * much, and which HTTP/2 forbids.
 */
final class TlsHandler extends SslHandler {
  private static final byte HANDSHAKE_RECORD = 22;

  private final TlsFront front;
  private final @Nullable ChannelHandler first;
  private boolean isRefused;

  /**
   * Creates the handler of a connection.
   *
   * @param first reads what comes before TLS, then leaves the pipeline; null: nothing does
   */
  TlsHandler(
      SSLEngine engine,
      boolean startTls,
      Executor tasks,
      TlsFront front,
      @Nullable ChannelHandler first) {
    super(engine, startTls, tasks);
    this.front = front;
    this.first = first;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    super.handlerAdded(context);
    if (first != null) {
      context.pipeline().addBefore(context.name(), null, first);
    }
    context.pipeline().addBefore(context.name(), null, front);
  }

  /** Is called with a record at the start of the bytes each time. */
  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws SSLException {
    if (!isRefused
        && (!bytes.isReadable()
            || bytes.getByte(bytes.readerIndex()) != HANDSHAKE_RECORD
            || !handshakeFuture().isSuccess())) {
      super.decode(context, bytes, out);
      return;
    }
    bytes.skipBytes(bytes.readableBytes());
    if (!isRefused) {
      isRefused = true;
      refuse(context);
    }
  }

  private void refuse(ChannelHandlerContext context) throws SSLException {
    context.fireExceptionCaught(new SSLException("the client asks for another handshake"));
    try {
      close(context, context.newPromise());
    } catch (SSLException e) {
      throw e;
    } catch (Exception e) { // all that close declares
      throw new SSLException("cannot be closed", e);
    }
  }
}
