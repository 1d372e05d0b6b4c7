package dev.lblc.gateway.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The TLS of a listener, for a server of Vert.x, which needs not be told when the settings change. Immutable. */
public final class VertxTls extends JdkSSLEngineOptions {
  private final Supplier<ServerTls> tls;
  private final @Nullable Supplier<ChannelHandler> first;
  private final BiConsumer<Channel, Throwable> failed;

  /**
   * Creates the TLS of a listener.
   *
   * @param tls gives the settings for the next connection
   * @param first makes the handler of what comes before TLS, which leaves the pipeline itself; null: nothing does
   * @param failed is told of each connection on which no TLS came about, on its event loop
   */
  public VertxTls(
      Supplier<ServerTls> tls,
      @Nullable Supplier<ChannelHandler> first,
      BiConsumer<Channel, Throwable> failed) {
    this.tls = tls;
    this.first = first;
    this.failed = failed;
  }

  @Override
  public VertxTls copy() {
    return this;
  }

  @Override
  public SslContextFactory sslContextFactory() {
    return new DefaultSslContextFactory(SslProvider.JDK, false) {
      @Override
      public SslContext create() {
        return new TlsContext(tls, false, first, failed);
      }
    };
  }
}
