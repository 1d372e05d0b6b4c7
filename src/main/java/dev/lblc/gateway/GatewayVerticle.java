package dev.lblc.gateway;

import dev.lblc.gateway.http.Connections;
import dev.lblc.gateway.http.HttpWorker;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

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
  private final Duration longestConnect;
  private final Duration longestWait;
  private final LongSupplier nanoTime;
  private final List<HttpServer> servers = new ArrayList<>();

  GatewayVerticle(
      Gateway gateway,
      List<Listener> listeners,
      Duration longestConnect,
      Duration longestWait,
      LongSupplier nanoTime) {
    this.gateway = gateway;
    this.listeners = listeners;
    this.longestConnect = longestConnect;
    this.longestWait = longestWait;
    this.nanoTime = nanoTime;
  }

  @Override
  public Future<?> start() {
    HttpWorker worker = new HttpWorker(vertx, longestConnect, longestWait, nanoTime);
    List<Future<HttpServer>> starting = new ArrayList<>();
    for (Listener listener : listeners) {
      starting.add(listen(worker, listener));
    }
    return Future.all(starting);
  }

  @Override
  public Future<?> stop() {
    // Else what follows would cut off the requests in flight, and their connections to servers.
    return Future.join(servers.stream()
        .map(server -> server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS))
        .toList());
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
