package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.Upstreams;
import dev.lblc.scheduler.Server;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pooled connections of one event loop to servers, kept by a Vert.x client. Confined to the loop. */
final class ServerPool implements Upstreams<OutboundRequest> {
  /** More than a listener's connections need: requests must not queue in the pool, where a slow one would delay others. */
  private static final int MAX_CONNECTIONS_PER_SERVER = 16_384;

  private static final int MAX_WAITING_PER_SERVER = 16_384;

  /** Short enough that most servers have not closed an idle connection yet when it is used again. */
  private static final int KEEP_ALIVE_SECONDS = 15;

  private static final Logger LOG = LoggerFactory.getLogger(ServerPool.class);

  private final HttpClient client;

  ServerPool(Vertx vertx) {
    this.client = vertx
        .httpClientBuilder()
        .with(new HttpClientOptions()
            .setKeepAlive(true)
            .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
            .setMaxHeaderSize(Limits.HEADER_BYTES)
            .setMaxInitialLineLength(Limits.LINE_BYTES)
            .setMaxChunkSize(Limits.CHUNK_BYTES)
            .setDecompressionSupported(false))
        .with(new PoolOptions()
            .setHttp1MaxSize(MAX_CONNECTIONS_PER_SERVER)
            .setMaxWaitQueueSize(MAX_WAITING_PER_SERVER))
        .withConnectHandler(ServerPool::opened)
        .build();
  }

  @Override
  public void connect(Server to, long limitMillis, Attempt<OutboundRequest> attempt) {
    RequestOptions options =
        new RequestOptions().setHost(to.host()).setPort(to.port()).setConnectTimeout(limitMillis);
    client
        .request(options)
        .onComplete(request -> attempt.connected(new OutboundRequest(request)), cause -> {
          LOG.debug("no connection to server {}", to.id(), cause);
          attempt.refused(failure(cause));
        });
  }

  private static void opened(HttpConnection connection) {
    // The request handles the failure; this handler keeps it out of the error log of Vert.x.
    connection.exceptionHandler(cause -> LOG.debug("a connection to a server failed", cause));
    Connections.keepAnswersApart(connection);
  }

  private static Failure failure(Throwable cause) {
    if (cause instanceof ConnectionPoolTooBusyException) {
      return Failure.POOL_EXHAUSTED;
    }
    return cause instanceof TimeoutException || cause instanceof ConnectTimeoutException
        ? Failure.CONNECT_TIMEOUT
        : Failure.CONNECT_FAILED;
  }
}
