package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.gateway.trace.Tracing;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The HTTP data path of one event loop: connections to servers, and time limits. Created and used on that loop; Vert.x closes
 * its client and timer with the verticle that created it.
 */
public final class HttpWorker {
  private final DeadlineRing deadlines = new DeadlineRing();
  private final ExchangeContext<OutboundRequest> context;
  private boolean isStopping;

  /**
   * Creates the data path of the current event loop.
   *
   * @param nanoTime monotonic clock in nanoseconds
   * @param loop number of the event loop, from 0
   */
  public HttpWorker(Vertx vertx, LongSupplier nanoTime, int loop) {
    Context own = vertx.getOrCreateContext();
    this.context = new ExchangeContext<>(
        new ServerPool(vertx),
        deadlines,
        nanoTime,
        loop,
        task -> own.runOnContext(v -> task.run()),
        Tracing.of(vertx));
    vertx.setPeriodic(DeadlineRing.TICK_MILLIS, timer -> deadlines.tick(nanoTime.getAsLong()));
  }

  /**
   * Starts the limits of a connection that a listener has accepted. To be called before its first request; {@code routes} is
   * asked at each check.
   */
  public void opened(HttpConnection connection, Supplier<HttpRoutes> routes) {
    ClientConnection.opened(connection, deadlines, routes, () -> isStopping);
  }

  /** Has each answer say from now on that its connection ends; connections of HTTP/2 are told at once. */
  public void announceStop() {
    isStopping = true;
    deadlines.forEach(timed -> {
      if (timed instanceof ClientConnection connection) {
        connection.stopAnnounced();
      }
    });
  }

  /** Returns the request handler of a listener; {@code routes} is asked at each request. */
  public Handler<HttpServerRequest> handler(Supplier<HttpRoutes> routes) {
    return new HttpFront(context, routes)::begin;
  }

  /** Returns the handler of input that could not be read as a request. */
  public Handler<HttpServerRequest> invalidRequestHandler(Supplier<HttpRoutes> routes) {
    return new HttpFront(context, routes)::refuse;
  }
}
