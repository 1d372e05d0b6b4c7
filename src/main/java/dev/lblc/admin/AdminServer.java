package dev.lblc.admin;

import dev.lblc.config.AdminConfig;
import dev.lblc.plugin.Lblc;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The admin port of a running node: health, metrics, and what the scheduler knows and would do.
 *
 * <p>Read-only and without state of its own; every request is answered at once from the services' snapshots.
 */
public final class AdminServer {
  private final HttpServer server;

  private AdminServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Listens.
   *
   * @param vertx runs the server, on one event loop
   * @param config where, and the token that everything but health asks for
   * @param lblc the services shown
   * @param metrics what {@code /metrics} shows besides the services' own numbers
   * @param ready what {@code /health/ready} says; called on the event loop
   * @return the server once it listens; failed if it cannot
   */
  public static Future<AdminServer> start(
      Vertx vertx, AdminConfig config, Lblc lblc, Metrics metrics, BooleanSupplier ready) {
    metrics.add(lblc);
    HttpServerOptions options = new HttpServerOptions()
        .setHost(config.host())
        .setPort(config.port())
        .setHttp2ClearTextEnabled(false)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setIdleTimeout(60);
    return vertx
        .createHttpServer(options)
        // A client that goes away is its own affair; without a handler Vert.x would log an error.
        .connectionHandler(connection -> connection.exceptionHandler(failure -> {}))
        .requestHandler(withPath(router(vertx, config, lblc, metrics, ready)))
        .listen()
        .map(AdminServer::new);
  }

  /** A target such as {@code *} is none that a router could look up. */
  private static Handler<HttpServerRequest> withPath(Router router) {
    return request -> {
      String path = request.path();
      if (path == null || !path.startsWith("/")) {
        Answer.problem(request.response(), 400, "the request's target is not a path");
      } else {
        router.handle(request);
      }
    };
  }

  /** The port it listens on. */
  public int port() {
    return server.actualPort();
  }

  /** Stops listening and closes its connections. */
  public Future<Void> close() {
    return server.close();
  }

  private static Router router(
      Vertx vertx, AdminConfig config, Lblc lblc, Metrics metrics, BooleanSupplier ready) {
    Router router = Router.router(vertx);
    Endpoints endpoints = new Endpoints(router);
    endpoints.get("/health/live", context -> Answer.json(context, Views.health("up")));
    endpoints.get("/health/ready", context -> {
      if (ready.getAsBoolean()) {
        Answer.json(context, Views.health("ready"));
      } else {
        Answer.problem(context, 503, "not all listeners are up");
      }
    });
    router.route().handler(new Access(config));
    endpoints.get("/metrics", context -> Answer.metrics(context, metrics.scrape()));
    new ServicesApi(lblc).mount(endpoints);
    endpoints.finish();
    return router;
  }
}
