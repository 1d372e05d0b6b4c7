package dev.lblc.admin;

import dev.lblc.config.AdminConfig;
import dev.lblc.plugin.Lblc;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.tracing.TracingPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The admin port of a running node: health, metrics, what the scheduler knows and would do, and edits of it.
 *
 * <p>Without state of its own but who may use it. What only shows something is answered at once from the services' snapshots.
 */
public final class AdminServer {
  private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?!\\p{XDigit}{2})");

  private final HttpServer server;
  private final Endpoints endpoints;
  private final StreamApi stream;
  private final Runnable stopHistory;
  private volatile Access access;

  private AdminServer(
      HttpServer server,
      Endpoints endpoints,
      StreamApi stream,
      Runnable stopHistory,
      Access access) {
    this.server = server;
    this.endpoints = endpoints;
    this.stream = stream;
    this.stopHistory = stopHistory;
    this.access = access;
  }

  /**
   * Opens the port.
   *
   * @param vertx runs the server, on one event loop
   * @param config where, and the token that everything but health asks for
   * @param lblc the services shown
   * @param metrics what {@code /metrics} shows besides the services' own numbers
   * @param ready what {@code /health/ready} says; called on the event loop
   * @param control what the configuration and its reload are asked of, and a takeover; null: they are not offered
   * @return the server once it listens; failed if it cannot
   */
  public static Future<AdminServer> start(
      Vertx vertx,
      AdminConfig config,
      Lblc lblc,
      Metrics metrics,
      BooleanSupplier ready,
      @Nullable Control control) {
    return start(vertx, config, lblc, metrics, ready, control, RequestBody.MOST_MILLIS);
  }

  /** Opens the port, with another time in which the body of a request has to come. */
  static Future<AdminServer> start(
      Vertx vertx,
      AdminConfig config,
      Lblc lblc,
      Metrics metrics,
      BooleanSupplier ready,
      @Nullable Control control,
      long bodyMillis) {
    HttpServerOptions options = new HttpServerOptions()
        .setHost(config.host())
        .setPort(config.port())
        .setHttp2ClearTextEnabled(false)
        .setTracingPolicy(
            TracingPolicy.IGNORE) // scrapes and health checks are no requests of clients
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setIdleTimeout(60);
    Endpoints endpoints = endpoints(lblc, metrics, ready);
    new EditsApi(vertx, lblc, bodyMillis).addTo(endpoints);
    DecisionHistory history = new DecisionHistory();
    StreamApi stream = new StreamApi(vertx, new Snapshot(lblc, history)::take);
    stream.addTo(endpoints);
    if (control != null) {
      new ConfigApi(control).addTo(endpoints);
      new ExplainApi(vertx, lblc, control, bodyMillis).addTo(endpoints);
      new TakeoverApi(control).addTo(endpoints);
    }
    HttpServer server = vertx
        .createHttpServer(options)
        // A client that goes away is its own affair; without a handler Vert.x would log an error.
        .connectionHandler(connection -> connection.exceptionHandler(failure -> {}));
    Runnable stopHistory = keep(vertx, lblc, history);
    AdminServer admin = new AdminServer(server, endpoints, stream, stopHistory, new Access(config));
    return server
        .requestHandler(request -> Answering.step(request, () -> admin.answer(request)))
        .listen()
        .map(listening -> {
          metrics.add(lblc);
          return admin;
        })
        .onFailure(failed -> stopHistory.run());
  }

  /** Takes another token for the requests from now on, and ends the streams that were begun before; the address stays. */
  public void update(AdminConfig config) {
    access = new Access(config);
    stream.restart();
  }

  /** Returns the port that the server listens on. */
  public int port() {
    return server.actualPort();
  }

  /** Ends the streams, stops listening and closes all connections. */
  public Future<Void> close() {
    stopHistory.run();
    stream.close();
    return server.close();
  }

  /** Samples the history until the result is run. */
  private static Runnable keep(Vertx vertx, Lblc lblc, DecisionHistory history) {
    long timer = vertx.setPeriodic(
        0,
        TimeUnit.SECONDS.toMillis(DecisionHistory.POINT_SECONDS),
        id -> vertx.<@Nullable Void>executeBlocking(() -> {
          history.sample(lblc);
          return null;
        }));
    return () -> vertx.cancelTimer(timer);
  }

  private static Endpoints endpoints(Lblc lblc, Metrics metrics, BooleanSupplier ready) {
    Endpoints endpoints = new Endpoints();
    new PageFiles().addTo(endpoints);
    endpoints.add(
        HttpMethod.GET,
        "/api/v1",
        "this list",
        request -> Responses.text(request.response(), endpoints.list()));
    endpoints.addOpen(
        HttpMethod.GET,
        "/health/live",
        "200: the process answers",
        request -> Responses.json(request.response(), Views.health("up")));
    endpoints.addOpen(HttpMethod.GET, "/health/ready", "200: all listeners are up", request -> {
      if (!ready.getAsBoolean()) {
        throw new ProblemException(503, "not all listeners are up");
      }
      Responses.json(request.response(), Views.health("ready"));
    });
    endpoints.add(
        HttpMethod.GET,
        "/metrics",
        "numbers in Prometheus' format",
        Background.endpoint(metrics::scrape, Responses::metrics));
    new ServicesApi(lblc).addTo(endpoints);
    return endpoints;
  }

  private void answer(HttpServerRequest request) {
    String path = request.path();
    if (path == null || !path.startsWith("/")) {
      throw new ProblemException(400, "the request's target is not a path");
    }
    if (BROKEN_ESCAPE.matcher(request.uri()).find()) {
      throw new ProblemException(400, "the request's target is not correctly percent-encoded");
    }
    endpoints.answer(request, path, access::check);
  }
}
