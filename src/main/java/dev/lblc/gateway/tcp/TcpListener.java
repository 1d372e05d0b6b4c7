package dev.lblc.gateway.tcp;

import dev.lblc.config.ServiceConfig;
import dev.lblc.config.TcpListenerConfig;
import dev.lblc.config.TcpRouteConfig;
import dev.lblc.config.TlsConfig;
import dev.lblc.gateway.net.ConnectionCount;
import dev.lblc.gateway.net.ProxyCodec;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.plugin.LblcService;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener of TCP. Its ports are bound once, on the loop of the first worker that joins; the connections go to all workers
 * in turn, so that each loop has its share of them even where they are few and long.
 *
 * <p>May be used from any thread.
 */
public final class TcpListener {
  private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);

  private final TcpListenerConfig config;
  private final TcpRoutes routes;
  private final @Nullable SslContext tls;
  private final AddressBlocks trustedPeers;
  private final ConnectionCount connections;
  private final List<TcpWorker> workers = new CopyOnWriteArrayList<>();
  private int turn; // guarded by this
  private @Nullable Future<List<Channel>> bound; // guarded by this

  private TcpListener(TcpListenerConfig config, TcpRoutes routes, @Nullable SslContext tls) {
    this.config = config;
    this.routes = routes;
    this.tls = tls;
    this.trustedPeers = AddressBlocks.compile(config.trustedPeers());
    this.connections = new ConnectionCount(config.name(), config.maxConnections());
  }

  /**
   * Compiles a listener.
   *
   * @param configs of all services, by name
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @throws IllegalArgumentException if a service is missing, or the certificate is not one
   * @throws IllegalStateException if the PROXY protocol is asked for and its codec is not on the class path
   */
  public static TcpListener compile(
      Vertx vertx,
      TcpListenerConfig config,
      List<TcpRouteConfig> routes,
      Map<String, ServiceConfig> configs,
      Function<String, LblcService> services) {
    TcpRoutes compiled = TcpRoutes.compile(config, routes, configs, services);
    if (config.proxyProtocol() || compiled.anySendsProxyHeader()) {
      ProxyCodec.require(config.name());
    }
    return new TcpListener(
        config, compiled, config.tls() == null ? null : tls(vertx, config, config.tls()));
  }

  /** As configured. */
  public TcpListenerConfig config() {
    return config;
  }

  /** Gives the worker its share of the connections from now on; the first port that is bound. */
  public synchronized Future<Integer> join(TcpWorker worker) {
    workers.add(worker);
    Future<List<Channel>> all = bound;
    if (all == null) {
      all = new Acceptors(this, worker.loop()).bindAll();
      bound = all;
    }
    return all.map(channels -> ((InetSocketAddress) channels.get(0).localAddress()).getPort());
  }

  /** Accepts no more. */
  public synchronized Future<Void> close() {
    return bound == null
        ? Future.succeededFuture()
        : bound.transform(
            channels -> Acceptors.closeAll(channels.succeeded() ? channels.result() : List.of()));
  }

  /** Hands a connection to the next worker, or closes it if there are too many. */
  void accept(Channel channel) {
    if (!connections.opened()) {
      TcpAccessLog.refused(config, channel, TcpFailure.TOO_MANY);
      refuse(channel);
      return;
    }
    try {
      next().accept(this, channel);
      channel.closeFuture().addListener(closed -> connections.closed());
    } catch (RuntimeException e) {
      LOG.error("listener {} cannot serve a connection", config.name(), e);
      TcpAccessLog.refused(config, channel, TcpFailure.INTERNAL);
      refuse(channel);
    }
  }

  TcpRoutes routes() {
    return routes;
  }

  /** Null: what comes is passed on as it is. */
  @Nullable
  SslContext tls() {
    return tls;
  }

  AddressBlocks trustedPeers() {
    return trustedPeers;
  }

  /** Resets a connection whose close future would not tell, as it never was registered. */
  private void refuse(Channel channel) {
    connections.closed();
    Sockets.abortively(channel);
    channel.unsafe().closeForcibly();
  }

  private synchronized TcpWorker next() {
    turn = (turn + 1) % workers.size();
    return workers.get(turn);
  }

  private static SslContext tls(Vertx vertx, TcpListenerConfig listener, TlsConfig config) {
    try {
      PemKeyCertOptions pem = new PemKeyCertOptions()
          .addCertPath(config.certificate().toString())
          .addKeyPath(config.key().toString());
      return SslContextBuilder.forServer(pem.getKeyManagerFactory(vertx))
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (Exception e) { // all that getKeyManagerFactory declares
      throw new IllegalArgumentException("listener " + listener.name() + ": tls: " + e, e);
    }
  }
}
