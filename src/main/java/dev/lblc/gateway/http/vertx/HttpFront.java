package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
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
    HttpRoutes now = routes.get();
    Exchange<OutboundRequest> exchange = new InboundRequest(request, context, now, null).exchange();
    try {
      if (request.version() == HttpVersion.HTTP_2
          && Connections.fields(request) > now.limits().headers()) {
        exchange.refuse(Failure.TOO_MANY_HEADERS);
      } else {
        exchange.begin();
      }
    } catch (RuntimeException e) {
      exchange.crashed(e);
    }
  }

  /** Handles input that is not a request: refuses it and closes the connection, since the next start is unknown. */
  void refuse(HttpServerRequest request) {
    ClientConnection connection = ClientConnection.of(request.connection());
    Exchange<OutboundRequest> exchange =
        new InboundRequest(request, context, routes.get(), connection.unreadableLine()).exchange();
    @Nullable Throwable cause = request.decoderResult().cause();
    Connections.linger(request.connection());
    if (cause instanceof PrematureChannelClosureException) {
      exchange.clientGone();
    } else if (cause instanceof HeadTimeoutException) {
      exchange.refuse(Failure.HEAD_TIMEOUT);
    } else if (cause instanceof TooManyFieldsException) {
      exchange.refuse(Failure.TOO_MANY_HEADERS);
    } else if (cause instanceof TooLongHttpLineException) {
      exchange.refuse(Failure.LINE_TOO_LONG);
    } else if (cause instanceof TooLongHttpHeaderException) {
      exchange.refuse(Failure.HEADERS_TOO_LARGE);
    } else if (cause instanceof UnsupportedVersionException) {
      exchange.refuse(Failure.UNSUPPORTED_VERSION);
    } else {
      exchange.refuse(Failure.BAD_REQUEST, "not a request");
    }
    request.connection().close();
  }
}
