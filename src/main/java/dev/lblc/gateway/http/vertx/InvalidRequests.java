package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The handler of input that is not a request: refuses it and closes the connection, since the next start is unknown. */
final class InvalidRequests implements Handler<HttpServerRequest> {
  private final ExchangeContext<OutboundRequest> context;
  private final Supplier<HttpRoutes> routes;

  InvalidRequests(ExchangeContext<OutboundRequest> context, Supplier<HttpRoutes> routes) {
    this.context = context;
    this.routes = routes;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Exchange<OutboundRequest> exchange =
        new InboundRequest(request, context, routes.get()).exchange();
    @Nullable Throwable cause = request.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      exchange.refuse(414, "request line too long");
    } else if (cause instanceof TooLongHttpHeaderException) {
      exchange.refuse(431, "headers too large");
    } else if (cause instanceof UnsupportedVersionException) {
      exchange.refuse(505, "unsupported HTTP version");
    } else {
      exchange.refuse(400, "not a request");
    }
    request.connection().close();
  }
}
