package dev.lblc.gateway.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ImmediateExecutor;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * What makes a {@link TlsHandler} for each connection of a listener, with the settings of that moment. Shared by all event loops.
 */
final class TlsContext extends SslContext {
  private final Supplier<ServerTls> tls;
  private final boolean answersSslRequest;
  private final @Nullable Supplier<ChannelHandler> first;
  private final BiConsumer<Channel, Throwable> failed;

  /**
   * Creates the TLS of a listener.
   *
   * @param tls gives the settings for the next connection
   * @param answersSslRequest whether clients of PostgreSQL may ask for TLS in their own way
   * @param first makes the handler of what comes before TLS; null: nothing does
   * @param failed is told of each connection on which no TLS came about, on its event loop
   */
  TlsContext(
      Supplier<ServerTls> tls,
      boolean answersSslRequest,
      @Nullable Supplier<ChannelHandler> first,
      BiConsumer<Channel, Throwable> failed) {
    this.tls = tls;
    this.answersSslRequest = answersSslRequest;
    this.first = first;
    this.failed = failed;
  }

  @Override
  public boolean isClient() {
    return context().isClient();
  }

  @Override
  public List<String> cipherSuites() {
    return context().cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // to be implemented all the same
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return context().applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return tls.get().newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return newEngine(allocator); // no use for them: sessions are kept by the clients
  }

  @Override
  public SSLSessionContext sessionContext() {
    return context().sessionContext();
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
    return newHandler(allocator, startTls, ImmediateExecutor.INSTANCE);
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls, Executor tasks) {
    return handler(newEngine(allocator), startTls, tasks);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator, String peerHost, int peerPort, boolean startTls) {
    return newHandler(allocator, peerHost, peerPort, startTls, ImmediateExecutor.INSTANCE);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator, String peerHost, int peerPort, boolean startTls, Executor tasks) {
    return handler(newEngine(allocator), startTls, tasks);
  }

  private SslContext context() {
    return tls.get().context();
  }

  private SslHandler handler(SSLEngine engine, boolean startTls, Executor tasks) {
    return new TlsHandler(
        engine,
        startTls,
        tasks,
        new TlsFront(answersSslRequest, tls.get().protocols()),
        first == null ? null : first.get(),
        failed);
  }
}
