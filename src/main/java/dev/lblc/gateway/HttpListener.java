package dev.lblc.gateway;

import dev.lblc.config.HttpEngine;
import dev.lblc.config.HttpListenerConfig;
import dev.lblc.gateway.http.vertx.Connections;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.net.ConnectionCount;
import dev.lblc.gateway.net.ListenQueue;
import dev.lblc.gateway.net.PortRelease;
import dev.lblc.gateway.net.Refusals;
import dev.lblc.gateway.net.ServerTls;
import dev.lblc.transport.ListeningSockets;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP listener: one Vert.x server on each event loop. The servers share one socket, the routes and the connection limit. */
final class HttpListener implements Listener {
  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

  /** Vert.x shares a free port among servers that bind the same negative number: each opening uses a new number. */
  private static final AtomicInteger FREE_PORT = new AtomicInteger();

  /** One of the servers, and the worker on whose loop it is used. */
  private record Share(Worker worker, HttpServer server) {}

  private final Vertx vertx;
  private final GatewayCounts counts;
  private final ConnectionCount connections;
  private final HttpOpening opening;
  private volatile HttpSettings settings;
  private volatile List<Share> shares = List.of();
  private volatile Future<Void> drained = Future.succeededFuture();

  /** The socket; null: not known, as of the JDK's transport. */
  private volatile @Nullable Channel socket;

  private volatile int port;
  private volatile int bindPort;

  HttpListener(Vertx vertx, HttpSettings settings, GatewayCounts counts) {
    this.vertx = vertx;
    this.settings = settings;
    this.counts = counts;
    this.port = settings.config().port();
    this.opening = new HttpOpening(
        this::accessLog,
        settings.routes().unrouted(),
        counts.refused().of(name()),
        () -> counts.tls().of(name()));
    if (settings.tls() != null) {
      opening.countTlsFailures();
    }
    this.connections = new ConnectionCount(name(), settings.config().maxConnections());
  }

  @Override
  public String name() {
    return settings.config().name();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public int connections() {
    return connections.open();
  }

  @Override
  public Map<String, Instant> certificates() {
    ServerTls tls = settings.tls();
    return tls == null ? Map.of() : tls.expiries();
  }

  @Override
  public Set<Integer> ports() {
    return port > 0 ? Set.of(port) : Set.of();
  }

  /** Vert.x's servers cannot turn TLS or the PROXY protocol on or off while they listen, nor change what they agree on. */
  @Override
  public boolean hasSocketsFor(Listener wanted) {
    HttpListenerConfig mine = settings.config();
    return wanted instanceof HttpListener other
        && other.name().equals(name())
        && other.settings.config().host().equals(mine.host())
        && other.settings.config().port() == mine.port()
        && other.settings.config().reusePort() == mine.reusePort()
        && other.settings.config().proxyProtocol() == mine.proxyProtocol()
        && (other.settings.tls() == null) == (settings.tls() == null)
        && (settings.tls() == null || other.settings.config().engine() == mine.engine());
  }

  @Override
  public boolean isConfiguredAs(Listener wanted) {
    return ((HttpListener) wanted).settings.isConfiguredAs(settings);
  }

  @Override
  public boolean hasTlsFilesOf(Listener wanted) {
    return ((HttpListener) wanted).settings.hasTlsFilesOf(settings);
  }

  @Override
  public Listener asConfigured() {
    return new HttpListener(vertx, settings, counts);
  }

  @Override
  public Future<Void> open(List<Worker> workers) {
    bindPort = port > 0 ? port : FREE_PORT.decrementAndGet();
    List<Future<Share>> opening = workers.stream().map(this::open).toList();
    return Future.join(opening).transform(all -> {
      shares = opening.stream().filter(Future::succeeded).map(Future::result).toList();
      if (all.failed()) {
        return close(Duration.ZERO).transform(closed -> Future.failedFuture(all.cause()));
      }
      port = shares.get(0).server().actualPort();
      return findSocket();
    });
  }

  private Future<Void> findSocket() {
    return vertx
        .executeBlocking(() -> ListeningSockets.at(settings.config().host(), port), false)
        .onSuccess(found -> socket = found)
        .onFailure(cause -> LOG.warn(
            "{}: its socket is not known, so connections that wait to be accepted when it stops will be reset",
            name(),
            cause))
        .otherwiseEmpty()
        .mapEmpty();
  }

  @Override
  public Future<Void> update(Listener wanted) {
    HttpSettings next = ((HttpListener) wanted).settings.after(settings);
    settings = next;
    connections.limit(next.config().maxConnections());
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close(Duration drain) {
    List<Share> closing = shares;
    shares = List.of();
    Future<Void> accepted = ListenQueue.emptied(vertx, socket);
    drained = accepted.compose(done -> Future.join(closing.stream()
            .map(share -> share
                .worker()
                .call(() -> share.server().shutdown(drain.toMillis(), TimeUnit.MILLISECONDS)))
            .toList())
        .mapEmpty());
    return closing.isEmpty()
        ? Future.succeededFuture()
        : accepted.compose(done -> PortRelease.ofServers(
            vertx, settings.config().host(), bindPort, port, settings.config().reusePort()));
  }

  @Override
  public Future<Void> drained() {
    return drained;
  }

  private Future<Share> open(Worker worker) {
    return worker.call(() -> vertx
        .createHttpServer(ServerOptions.of(() -> settings, opening, isLane(worker)))
        .exceptionHandler(opening::failed)
        .connectionHandler(connection -> accepted(worker, connection))
        .requestHandler(worker.http().handler(() -> settings.routes()))
        .invalidRequestHandler(worker.http().invalidRequestHandler(() -> settings.routes()))
        .listen(bindPort, settings.config().host())
        .map(server -> new Share(worker, server)));
  }

  private boolean isLane(Worker worker) {
    return settings.config().engine() == HttpEngine.LANE && worker.lane().isUsable();
  }

  private void serve(Worker worker, HttpConnection connection) {
    boolean isTaken = settings.config().engine() == HttpEngine.LANE
        && worker.lane().take(connection, () -> settings.routes());
    if (!isTaken) {
      worker.http().opened(connection, () -> settings.routes());
    }
  }

  /** Counts a new connection, and closes it at once if the listener is over its limit. */
  private void accepted(Worker worker, HttpConnection connection) {
    if (settings.config().proxyProtocol() && settings.tls() == null) {
      Connections.readFirst(connection, opening.proxyHeaderReader()); // with TLS it has been read
    }
    serve(worker, connection);
    boolean stays = connections.opened();
    Connections.onClosed(connection, connections::closed);
    if (!stays) {
      counts.refused().of(name()).add(Refusals.Reason.MAX_CONNECTIONS);
      Connections.closeNow(connection);
    }
  }

  @Override
  public @Nullable AccessLog accessLog() {
    return settings.routes().accessLog();
  }
}
