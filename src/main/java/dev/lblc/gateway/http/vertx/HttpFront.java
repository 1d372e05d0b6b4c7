package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The requests of one listener on one event loop. Each begins an exchange with the routes of that moment. */
final class HttpFront {
  private final ExchangeContext<OutboundRequest> context;
  private final Supplier<HttpRoutes> routes;

  HttpFront(ExchangeContext<OutboundRequest> context, Supplier<HttpRoutes> routes) {
    this.context = context;
    this.routes = routes;
  }

  /** Handles a request. */
  void begin(HttpServerRequest request) {
    Exchange<OutboundRequest> exchange = exchange(request);
    try {
      exchange.begin();
    } catch (RuntimeException e) {
      exchange.crashed(e);
    }
  }

  /** Handles input that is not a request: refuses it and closes the connection, since the next start is unknown. */
  void refuse(HttpServerRequest request) {
    Exchange<OutboundRequest> exchange = exchange(request);
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

  private Exchange<OutboundRequest> exchange(HttpServerRequest request) {
    return new InboundRequest(request, context, routes.get()).exchange();
  }
}
