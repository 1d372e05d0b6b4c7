package dev.lblc.gateway.http.vertx;

import dev.lblc.tls.UpstreamTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLSessionContext;

/** The TLS to the servers of a service, for a client of Vert.x. May be used from any thread. */
// What addListener returns is the future itself.
@SuppressWarnings("FutureReturnValueIgnored")
final class UpstreamEngine extends JdkSSLEngineOptions {
  private final UpstreamTls tls;

  /** The handshakes that are not complete, or not begun. */
  private final Set<Begun> begun = ConcurrentHashMap.newKeySet();

  private record Begun(String host, int port, SslHandler handler) {}

  UpstreamEngine(UpstreamTls tls) {
    this.tls = tls;
  }

  @Override
  public UpstreamEngine copy() {
    return this;
  }

  @Override
  public SslContextFactory sslContextFactory() {
    return Context::new; // it knows what to make: nothing of what Vert.x says counts
  }

  /** Returns whether a server has taken a connection, and its handshake is not complete. */
  boolean isShaking(String host, int port) {
    return begun.stream()
        .anyMatch(each -> each.host.equals(host)
            && each.port == port
            && each.handler.engine().getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING);
  }

  private SslHandler handler(ByteBufAllocator allocator, String host, int port) {
    SslHandler handler = tls.handler(allocator, host, port);
    Begun entry = new Begun(host, port, handler);
    begun.add(entry);
    handler.handshakeFuture().addListener(done -> begun.remove(entry));
    return handler;
  }

  /** Makes the handlers; in all else it is that of the service. */
  private final class Context extends SslContext {
    private final SslContext context = tls.context();

    @Override
    public boolean isClient() {
      return true;
    }

    @Override
    public List<String> cipherSuites() {
      return context.cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // to be implemented all the same
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
      return context.applicationProtocolNegotiator();
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
      throw new UnsupportedOperationException("a server has a host and a port");
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
      return tls.handler(allocator, host, port).engine();
    }

    @Override
    public SSLSessionContext sessionContext() {
      return context.sessionContext();
    }

    @Override
    protected SslHandler newHandler(
        ByteBufAllocator allocator, String host, int port, boolean startTls) {
      return handler(allocator, host, port);
    }

    @Override
    protected SslHandler newHandler(
        ByteBufAllocator allocator, String host, int port, boolean startTls, Executor tasks) {
      return handler(allocator, host, port);
    }
  }
}
