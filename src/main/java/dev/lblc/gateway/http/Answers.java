package dev.lblc.gateway.http;

import dev.lblc.config.Authority;
import dev.lblc.config.HttpRouteConfig;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** The answers that the gateway gives itself: short, plain text, and without a word about what is behind it. */
final class Answers {
  private static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain; charset=utf-8");
  private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("retry-after");
  private static final CharSequence ONE = HttpHeaders.createOptimized("1");

  private Answers() {}

  /** Answers a request that no server answered. Nothing may have been written. */
  static void failure(HttpServerRequest request, Failure failure) {
    request.response().headers().clear();
    if (failure.status() == HttpResponseStatus.SERVICE_UNAVAILABLE.code()) {
      request.response().putHeader(RETRY_AFTER, ONE);
    }
    text(request, failure.status(), failure.reason());
  }

  /** Answers with the status and a reason, as in {@code 502 connect failed}. */
  static void text(HttpServerRequest request, int status, String reason) {
    HttpServerResponse response = status(request, status);
    if (request.method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      response.putHeader(HttpHeaders.CONTENT_TYPE, TEXT).end(status + " " + reason + "\n");
    }
  }

  /** Answers a request for the server as a whole. */
  static void options(HttpServerRequest request) {
    status(request, HttpResponseStatus.NO_CONTENT.code())
        .putHeader("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        .end();
  }

  /** Redirects to the same URL with another scheme, and that scheme's own port. */
  static void redirect(
      HttpServerRequest request, InboundFacts facts, HttpRouteConfig.Redirect redirect) {
    status(request, redirect.status())
        .putHeader(
            HttpHeaders.LOCATION,
            redirect.scheme() + "://" + Authority.host(facts.host())
                + facts.target().origin())
        .end();
  }

  private static HttpServerResponse status(HttpServerRequest request, int status) {
    HttpServerResponse response = request.response().setStatusCode(status);
    String phrase = HttpResponseStatus.valueOf(status).reasonPhrase();
    return response.getStatusMessage().equals(phrase)
        ? response
        : response.setStatusMessage(phrase);
  }
}
