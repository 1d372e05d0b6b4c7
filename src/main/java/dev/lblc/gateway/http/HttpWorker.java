package dev.lblc.gateway.http;

import dev.lblc.gateway.route.HttpRoutes;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP data path of one event loop: its connections to servers and its deadlines. To be made and used on that loop;
 * what it holds is closed with the verticle that made it.
 */
public final class HttpWorker {
  /** Enough for any listener's connections; the pool is no place to queue, since one slow request would hold up others. */
  private static final int MAX_CONNECTIONS_PER_SERVER = 16_384;

  private static final int MAX_WAITING_PER_SERVER = 16_384;

  /** Short enough that most servers have not closed an idle connection yet when it is used again. */
  private static final int KEEP_ALIVE_SECONDS = 15;

  private static final Logger LOG = LoggerFactory.getLogger(HttpWorker.class);

  private final Vertx vertx;
  private final HttpClient client;
  private final Deadlines deadlines;

  /**
   * On the current event loop.
   *
   * @param nanoTime monotonic clock in nanoseconds
   */
  public HttpWorker(Vertx vertx, LongSupplier nanoTime) {
    this.vertx = vertx;
    HttpClientOptions options = new HttpClientOptions()
        .setKeepAlive(true)
        .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
        .setMaxHeaderSize(Limits.HEADER_BYTES)
        .setMaxInitialLineLength(Limits.LINE_BYTES)
        .setMaxChunkSize(Limits.CHUNK_BYTES)
        .setDecompressionSupported(false);
    PoolOptions pool = new PoolOptions()
        .setHttp1MaxSize(MAX_CONNECTIONS_PER_SERVER)
        .setMaxWaitQueueSize(MAX_WAITING_PER_SERVER);
    this.client = vertx
        .httpClientBuilder()
        .with(options)
        .with(pool)
        .withConnectHandler(connection -> {
          connection.exceptionHandler(HttpWorker::upstreamFailed);
          Connections.keepAnswersApart(connection);
        })
        .build();
    this.deadlines = new Deadlines(nanoTime);
    vertx.setPeriodic(Deadlines.TICK_MILLIS, timer -> deadlines.tick());
  }

  /** The requests on the connection hear of it too; here it is only kept from Vert.x's error log. */
  private static void upstreamFailed(Throwable cause) {
    LOG.debug("connection to a server failed", cause);
  }

  /** Handles the requests of a listener: each by the routes that there are when it comes. */
  public Handler<HttpServerRequest> handler(Supplier<HttpRoutes> routes) {
    return new HttpFrontend(vertx, client, routes, deadlines);
  }

  /** Handles what came in on a listener and could not be read as a request. */
  public Handler<HttpServerRequest> invalidRequestHandler(Supplier<HttpRoutes> routes) {
    return new InvalidRequests(routes, deadlines);
  }
}
