package dev.lblc.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts handlers on a router such that all that has no answer ends in a problem document. */
final class Endpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);

  private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?!\\p{XDigit}{2})");

  private final Router router;

  Endpoints(Router router) {
    this.router = router;
    router.route().handler(Endpoints::refuseBrokenTargets);
  }

  /** Answers GET and HEAD of a path; other methods get a 405. */
  void get(String path, Handler<RoutingContext> handler) {
    router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
    router.route(path).handler(context -> {
      context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
      Answer.problem(context, 405, "this resource can only be read");
    });
  }

  /** To be called last. */
  void finish() {
    router.errorHandler(404, context -> Answer.problem(context, 404, "there is nothing here"));
    router.errorHandler(400, Endpoints::failed);
    router.errorHandler(500, Endpoints::failed);
    router.route().failureHandler(Endpoints::failed);
  }

  /** Ahead of the router's own decoding, whose complaints look like faults of ours. */
  private static void refuseBrokenTargets(RoutingContext context) {
    if (BROKEN_ESCAPE.matcher(context.request().uri()).find()) {
      Answer.problem(context, 400, "the request's target is not correctly percent-encoded");
    } else {
      context.next();
    }
  }

  private static void failed(RoutingContext context) {
    Throwable cause = context.failure();
    if (cause instanceof HttpException refusal && refusal.getPayload() != null) {
      Answer.problem(context, refusal.getStatusCode(), refusal.getPayload());
    } else if (context.statusCode() == 400) {
      Answer.problem(context, 400, "the request's target cannot be read");
    } else {
      LOG.error("an admin request failed", cause);
      Answer.problem(context, 500, "see the gateway's log");
    }
  }
}
