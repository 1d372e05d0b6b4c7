package dev.lblc.gateway.http;

import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.gateway.route.Route;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.proxy.handler.ProxyHandler;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyOptions;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the requests of one listener: reads what each is about, finds its route, makes its destination, and hands it to
 * the proxy or a tunnel, which take a lease, forward and release.
 *
 * <p>Confined to its event loop.
 */
final class HttpFrontend implements Handler<HttpServerRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(HttpFrontend.class);

  private final Router router;
  private final Supplier<HttpRoutes> routes;
  private final Connector connector;
  private final ProxyHandler proxy;
  private final Deadlines deadlines;

  HttpFrontend(Vertx vertx, HttpClient client, Supplier<HttpRoutes> routes, Deadlines deadlines) {
    this.routes = routes;
    this.deadlines = deadlines;
    this.connector = new Connector(client);
    this.proxy = ProxyHandler.create(HttpProxy.reverseProxy(
            new ProxyOptions().setSupportWebSocket(false), client)
        .addInterceptor(new ForwardInterceptor())
        .origin(context -> {
          Exchange exchange = ForwardInterceptor.exchange(context);
          return connector.connect(exchange).onSuccess(granted -> exchange.sending());
        }));
    this.router = Router.router(vertx);
    router.route().handler(this::route);
    for (int status : new int[] {400, 404, 500}) {
      router.errorHandler(status, this::unroutable);
    }
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (request.method().equals(HttpMethod.CONNECT)) {
      begin(request).refuse(501, "not implemented");
    } else if (request.version() == HttpVersion.HTTP_2
        && request.uri().length() > Limits.LINE_BYTES) {
      begin(request).refuse(414, "target too long");
    } else if (!hasReadableHost(request)) {
      begin(request).refuse(400, "bad host");
    } else {
      router.handle(request);
    }
  }

  /** Whether the router will get over the host: Vert.x's parser runs off the ends of some that are none. */
  private static boolean hasReadableHost(HttpServerRequest request) {
    try {
      // Kept by the request if it is one; else the router says so.
      HostAndPort unused = request.authority();
      return true;
    } catch (IndexOutOfBoundsException e) {
      LOG.debug("the host cannot be read", e);
      return false;
    }
  }

  private void route(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpRoutes now = routes.get();
    Exchange exchange = new Exchange(request, now.accessLog(), deadlines);
    context.put(Exchange.KEY, exchange);
    InboundFacts facts;
    Route route;
    try {
      RequestHead.checkFraming(request);
      facts = new InboundFacts(request, now.trustedPeers());
      route = now.find(facts);
    } catch (BadRequestException e) {
      exchange.refuse(400, e.reason());
      return;
    }
    if (route == null) {
      exchange.refuse(404, "no route");
    } else if (route.redirect() != null) {
      exchange.routed(facts, route, null);
      Answers.redirect(request, facts, route.redirect());
    } else {
      exchange.routed(facts, route, route.keys().keyOf(facts));
      forward(context, exchange);
    }
  }

  private void forward(RoutingContext context, Exchange exchange) {
    if (context.request().canUpgradeToWebSocket()) {
      Tunnel.open(exchange, connector);
    } else {
      proxy.handle(context);
    }
  }

  /** What the router does not pass on: no valid host, a target that is not a path, a fault of our own. */
  private void unroutable(RoutingContext context) {
    HttpServerRequest request = context.request();
    Exchange known = context.get(Exchange.KEY);
    Exchange exchange = known != null ? known : begin(request);
    if (context.statusCode() == 500) {
      LOG.error("a request failed", context.failure());
      exchange.abort(Failure.INTERNAL);
    } else if (request.method().equals(HttpMethod.OPTIONS) && "*".equals(request.uri())) {
      Answers.options(request);
    } else {
      exchange.refuse(400, context.statusCode() == 404 ? "bad target" : "bad request");
    }
  }

  private Exchange begin(HttpServerRequest request) {
    return new Exchange(request, routes.get().accessLog(), deadlines);
  }
}
