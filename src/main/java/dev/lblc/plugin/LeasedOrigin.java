package dev.lblc.plugin;

import dev.lblc.scheduler.Server;
import io.vertx.core.Future;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.httpproxy.OriginRequestProvider;
import io.vertx.httpproxy.ProxyContext;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A service as the origin of a stock proxy: each proxied request holds a lease until its response has ended, or its tunnel.
 *
 * <p>What the stock proxy leaves open is mended here: a client that left while its request waited for a connection, and a
 * refused WebSocket, whose connection would stay in use for ever.
 */
final class LeasedOrigin implements OriginRequestProvider {
  private static final int SWITCHING_PROTOCOLS = 101;

  private final LblcService service;
  private final Function<ProxyContext, @Nullable String> destination;

  private LeasedOrigin(LblcService service, Function<ProxyContext, @Nullable String> destination) {
    this.service = service;
    this.destination = destination;
  }

  /**
   * The origin, by its interface: a caller that made this class itself could not be verified, and so not be loaded, where
   * vertx-http-proxy is not on the class path.
   */
  static OriginRequestProvider of(
      LblcService service, Function<ProxyContext, @Nullable String> destination) {
    return new LeasedOrigin(service, destination);
  }

  @Override
  public Future<HttpClientRequest> create(ProxyContext context) {
    // What is thrown fails the request, too.
    return Future.succeededFuture(context)
        .map(destination)
        .compose(key -> attempt(context, key, Set.of()));
  }

  /** A server that does not take the connection is passed over once: nothing was sent. */
  private Future<HttpClientRequest> attempt(
      ProxyContext context, @Nullable String key, Set<String> failed) {
    Lease lease;
    try {
      lease = service.acquire(key, failed);
    } catch (NoServerException e) {
      return Future.failedFuture(e);
    }
    Server server = lease.server();
    RequestOptions options = new RequestOptions()
        .setServer(SocketAddress.inetSocketAddress(server.port(), server.host()));
    return Future.succeededFuture(options)
        .compose(to -> context.client().request(to)) // which throws once the client is closed
        .transform(granted -> {
          HttpClientRequest request = granted.result();
          if (request != null) {
            return granted(context, lease, request);
          }
          boolean isServersFault = isServersFault(granted.cause());
          if (isServersFault) {
            lease.connectFailed();
          }
          lease.close();
          return isServersFault && failed.isEmpty()
              ? attempt(context, key, Set.of(server.id()))
              : Future.failedFuture(granted.cause());
        });
  }

  private static boolean isServersFault(Throwable failure) {
    return !(failure instanceof ConnectionPoolTooBusyException
        || failure instanceof IllegalStateException);
  }

  private static Future<HttpClientRequest> granted(
      ProxyContext context, Lease lease, HttpClientRequest request) {
    lease.connected();
    if (context.request().proxiedRequest().response().closed()) {
      lease.close();
      return request
          .reset()
          .transform(reset -> Future.failedFuture("the client left before its request was sent"));
    }
    boolean isWebSocket = context.isWebSocket();
    request
        .response()
        .compose(response -> ended(request, response, isWebSocket))
        .onComplete(ended -> lease.close());
    return Future.succeededFuture(request);
  }

  private static Future<Void> ended(
      HttpClientRequest request, HttpClientResponse response, boolean isWebSocket) {
    if (!isWebSocket) {
      return response.end();
    }
    if (response.statusCode() != SWITCHING_PROTOCOLS) {
      return request.reset().mapEmpty(); // the stock proxy answers without its body
    }
    return Future.future(closed -> request.connection().closeHandler(v -> closed.tryComplete()));
  }
}
