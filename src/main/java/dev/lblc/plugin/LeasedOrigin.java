package dev.lblc.plugin;

import dev.lblc.scheduler.Server;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.httpproxy.OriginRequestProvider;
import io.vertx.httpproxy.ProxyContext;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A service as the origin of a stock proxy: destination, lease, connection, and one more try where that is refused. */
final class LeasedOrigin implements OriginRequestProvider {
  private final Vertx vertx;
  private final LblcService service;
  private final Function<ProxyContext, @Nullable String> destination;

  private LeasedOrigin(
      Vertx vertx, LblcService service, Function<ProxyContext, @Nullable String> destination) {
    this.vertx = vertx;
    this.service = service;
    this.destination = destination;
  }

  /**
   * The origin, by its interface: a caller that made this class itself could not be verified, and so not be loaded, where
   * vertx-http-proxy is not on the class path.
   */
  static OriginRequestProvider of(
      Vertx vertx, LblcService service, Function<ProxyContext, @Nullable String> destination) {
    return new LeasedOrigin(vertx, service, destination);
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
    LeasedRequest leased = LeasedRequest.open(vertx, context, lease);
    Server server = lease.server();
    RequestOptions options = new RequestOptions()
        .setServer(SocketAddress.inetSocketAddress(server.port(), server.host()));
    return Future.succeededFuture(options)
        .compose(to -> context.client().request(to)) // which throws once the client is closed
        .transform(granted -> {
          if (granted.succeeded()) {
            return leased.granted(granted.result());
          }
          boolean isServersFault = isServersFault(granted.cause());
          leased.refused(isServersFault);
          return isServersFault && failed.isEmpty()
              ? attempt(context, key, Set.of(server.id()))
              : Future.failedFuture(granted.cause());
        });
  }

  private static boolean isServersFault(Throwable failure) {
    return !(failure instanceof ConnectionPoolTooBusyException
        || failure instanceof IllegalStateException
        || failure instanceof UnknownHostException);
  }
}
