package dev.lblc.gateway.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The TLS of a listener, for a server of Vert.x. Immutable. */
public final class VertxTls extends JdkSSLEngineOptions {
  private final @Nullable Supplier<ChannelHandler> first;
  private final BiConsumer<Channel, Throwable> failed;
  private final List<String> protocols;

  /**
   * Creates the TLS of a listener.
   *
   * @param first makes the handler of what comes before TLS, which leaves the pipeline itself; null: nothing does
   * @param protocols to agree on with the client, the preferred one first; empty: those that Vert.x names
   * @param failed is told of each connection on which no TLS came about, on its event loop
   */
  public VertxTls(
      @Nullable Supplier<ChannelHandler> first,
      List<String> protocols,
      BiConsumer<Channel, Throwable> failed) {
    this.first = first;
    this.protocols = List.copyOf(protocols);
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
      public SslContext create() throws SSLException {
        if (!protocols.isEmpty()) {
          useAlpn(true);
          applicationProtocols(protocols);
        }
        return new TlsContext(super.create(), false, first, failed);
      }
    };
  }
}
