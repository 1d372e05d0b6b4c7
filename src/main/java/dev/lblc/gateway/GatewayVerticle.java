package dev.lblc.gateway;

import dev.lblc.gateway.http.Connections;
import dev.lblc.gateway.http.HttpWorker;
import dev.lblc.gateway.tcp.TcpListener;
import dev.lblc.gateway.tcp.TcpWorker;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's share of a {@link Gateway}: a server for each listener, and connections to upstreams that stay on the
 * loop. Confined to it.
 */
final class GatewayVerticle extends VerticleBase {
  /** What a connection may be idle for where the routes wait no longer themselves. */
  private static final Duration SHORTEST_IDLE = Duration.ofSeconds(60);

  /** How long requests in flight may take when the gateway stops: less than what its caller waits, which is 10 s. */
  static final int DRAIN_SECONDS = 8;

  private final Gateway gateway;
  private final List<Listener> listeners;
  private final List<TcpListener> tcpListeners;
  private final Duration longestConnect;
  private final Duration longestWait;
  private final LongSupplier nanoTime;
  private final List<HttpServer> servers = new ArrayList<>();
  private @Nullable TcpWorker tcpWorker;

  GatewayVerticle(
      Gateway gateway,
      List<Listener> listeners,
      List<TcpListener> tcpListeners,
      Duration longestConnect,
      Duration longestWait,
      LongSupplier nanoTime) {
    this.gateway = gateway;
    this.listeners = listeners;
    this.tcpListeners = tcpListeners;
    this.longestConnect = longestConnect;
    this.longestWait = longestWait;
    this.nanoTime = nanoTime;
  }

  @Override
  public Future<?> start() {
    HttpWorker worker = new HttpWorker(vertx, longestConnect, longestWait, nanoTime);
    List<Future<?>> starting = new ArrayList<>();
    for (Listener listener : listeners) {
      starting.add(listen(worker, listener));
    }
    if (!tcpListeners.isEmpty()) {
      TcpWorker tcp = new TcpWorker(vertx, nanoTime);
      tcpWorker = tcp;
      for (TcpListener listener : tcpListeners) {
        starting.add(
            listener.join(tcp).onSuccess(port -> gateway.bound(listener.config().name(), port)));
      }
    }
    return Future.all(starting).recover(this::closeListeners);
  }

  @Override
  public Future<?> stop() {
    Promise<Void> tcpClosed = Promise.promise();
    Context own = context;
    Future.join(tcpListeners.stream().map(TcpListener::close).toList())
        .onComplete(closed -> own.runOnContext(v -> tcpClosed.complete()));
    Future<Void> tcpDrained = tcpClosed
        .future()
        .compose(closed ->
            tcpWorker == null ? Future.succeededFuture() : tcpWorker.drain(DRAIN_SECONDS));
    // Else what follows would cut off the requests in flight, and their connections to servers.
    return Future.join(
        tcpDrained,
        Future.join(servers.stream()
            .map(server -> server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS))
            .toList()));
  }

  /** Vert.x closes its own servers when an instance does not start; these are none of its. */
  private <T> Future<T> closeListeners(Throwable cause) {
    return Future.join(tcpListeners.stream().map(TcpListener::close).toList())
        .transform(closed -> Future.failedFuture(cause));
  }

  /** Closes connections that come past the listener's limit at once. */
  private static void limit(Listener listener, HttpConnection connection) {
    boolean stays = listener.connections().opened();
    Connections.onClosed(connection, listener.connections()::closed);
    if (!stays) {
      Connections.closeNow(connection);
    }
  }

  private Future<HttpServer> listen(HttpWorker worker, Listener listener) {
    Duration idle = longestWait.compareTo(SHORTEST_IDLE) > 0 ? longestWait : SHORTEST_IDLE;
    return vertx
        .createHttpServer(ServerOptions.of(listener.config(), idle.plusSeconds(10)))
        .connectionHandler(connection -> limit(listener, connection))
        .requestHandler(worker.handler(listener.routes()))
        .invalidRequestHandler(worker.invalidRequestHandler(listener.routes()))
        .listen(listener.bindPort(), listener.config().host())
        .onSuccess(server -> {
          servers.add(server);
          gateway.bound(listener.config().name(), server.actualPort());
        });
  }
}
