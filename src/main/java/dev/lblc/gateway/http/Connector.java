package dev.lblc.gateway.http;

import dev.lblc.config.Authority;
import dev.lblc.config.HttpRouteConfig.HostHeader;
import dev.lblc.gateway.route.Route;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;
import dev.lblc.scheduler.Server;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets an exchange to a server: takes a lease, then a connection, and after a failed connect those of another server, as
 * often as the route has retries. Confined to its event loop.
 */
final class Connector {
  /** Failures arrive through the response's future; without a handler Vert.x would log each. */
  private static final Handler<Throwable> HANDLED_ELSEWHERE = failure -> {};

  private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

  private final HttpClient client;

  Connector(HttpClient client) {
    this.client = client;
  }

  /**
   * A request on a connection to the chosen server, on which nothing was sent yet; Host is set as the route says.
   *
   * @return fails with a {@link FailureException}; the exchange then holds neither lease nor connection
   */
  Future<HttpClientRequest> connect(Exchange exchange) {
    return attempt(exchange, exchange.isRetry() ? Failure.CLOSED_EARLY : null);
  }

  private Future<HttpClientRequest> attempt(Exchange exchange, @Nullable Failure before) {
    Lease lease;
    try {
      lease = acquire(exchange, before);
    } catch (NoServerException e) {
      return Future.failedFuture((before == null ? Failure.NO_SERVER : before).exception());
    }
    return client.request(options(exchange.route(), lease.server())).transform(result -> {
      HttpClientRequest granted = result.result();
      return granted != null
          ? granted(exchange, lease, granted)
          : refused(exchange, lease, result.cause());
    });
  }

  /** After a connection that was closed too early its server is as good as any, if there is no other. */
  private static Lease acquire(Exchange exchange, @Nullable Failure before) {
    try {
      return exchange.acquire();
    } catch (NoServerException e) {
      if (before != Failure.CLOSED_EARLY) {
        throw e;
      }
      exchange.tryAllAgain();
      return exchange.acquire();
    }
  }

  private static Future<HttpClientRequest> granted(
      Exchange exchange, Lease lease, HttpClientRequest granted) {
    granted.exceptionHandler(HANDLED_ELSEWHERE);
    lease.connected();
    if (exchange.isOver()) {
      // The client left while it waited; nothing was sent, so that the connection goes back to the
      // pool.
      granted.reset();
      return Future.failedFuture(Failure.CLIENT_GONE.exception());
    }
    exchange.connected(granted);
    setHost(granted, exchange, lease.server());
    return Future.succeededFuture(granted);
  }

  private Future<HttpClientRequest> refused(Exchange exchange, Lease lease, Throwable cause) {
    if (cause instanceof ConnectionPoolTooBusyException) {
      exchange.release();
      return Future.failedFuture(Failure.POOL_EXHAUSTED.exception());
    }
    LOG.debug("no connection to server {}", lease.server().id(), cause);
    lease.connectFailed();
    Failure failure = cause instanceof TimeoutException
            || cause instanceof io.netty.channel.ConnectTimeoutException
        ? Failure.CONNECT_TIMEOUT
        : Failure.CONNECT_FAILED;
    return exchange.giveUp(lease)
        ? attempt(exchange, failure)
        : Future.failedFuture(failure.exception());
  }

  private static RequestOptions options(Route route, Server server) {
    return new RequestOptions()
        .setHost(server.host())
        .setPort(server.port())
        .setConnectTimeout(route.connectMillis());
  }

  private static void setHost(HttpClientRequest request, Exchange exchange, Server server) {
    HostHeader host = exchange.route().host();
    String name = switch (host.mode()) {
      case KEEP -> exchange.facts().authority();
      case NAME -> host.name();
      case SERVER -> null;
    };
    if (name == null) {
      name = Authority.of(server.host(), server.port());
    }
    request.putHeader(HttpHeaders.HOST, name);
  }
}
