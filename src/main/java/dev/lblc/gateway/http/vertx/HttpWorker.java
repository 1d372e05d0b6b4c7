package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.route.HttpRoutes;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The HTTP data path of one event loop: its connections to servers and its time limits. To be made and used on that loop; what
 * it holds is closed with the verticle that made it.
 */
public final class HttpWorker {
  private final DeadlineRing deadlines = new DeadlineRing();
  private final ExchangeContext<OutboundRequest> context;

  /**
   * Creates the one of the current event loop.
   *
   * @param nanoTime monotonic clock in nanoseconds
   */
  public HttpWorker(Vertx vertx, LongSupplier nanoTime) {
    this.context = new ExchangeContext<>(new ServerPool(vertx), deadlines, nanoTime);
    vertx.setPeriodic(DeadlineRing.TICK_MILLIS, timer -> deadlines.tick(nanoTime.getAsLong()));
  }

  /** Takes over a connection that a listener has accepted: to be called before its first request. */
  public void opened(HttpConnection connection) {
    ClientConnection.opened(connection, deadlines);
  }

  /** Returns what handles the requests of a listener: each by the routes that there are when it comes. */
  public Handler<HttpServerRequest> handler(Supplier<HttpRoutes> routes) {
    return new HttpFront(context, routes);
  }

  /** Returns what handles what came in on a listener and could not be read as a request. */
  public Handler<HttpServerRequest> invalidRequestHandler(Supplier<HttpRoutes> routes) {
    return new InvalidRequests(context, routes);
  }
}
