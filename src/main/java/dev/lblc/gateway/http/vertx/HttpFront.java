package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.route.HttpRoutes;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;

/** The request handler of one listener on one event loop. Each request begins an exchange with the routes of that moment. */
final class HttpFront implements Handler<HttpServerRequest> {
  private final ExchangeContext<OutboundRequest> context;
  private final Supplier<HttpRoutes> routes;

  HttpFront(ExchangeContext<OutboundRequest> context, Supplier<HttpRoutes> routes) {
    this.context = context;
    this.routes = routes;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Exchange<OutboundRequest> exchange =
        new InboundRequest(request, context, routes.get()).exchange();
    try {
      exchange.begin();
    } catch (RuntimeException e) {
      exchange.crashed(e);
    }
  }
}
