package dev.lblc.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** The forms that an answer takes. */
final class Answer {
  private Answer() {}

  /** 200 with a JSON value: a {@code JsonObject} or {@code JsonArray}. */
  static void json(RoutingContext context, Object value) {
    send(context.response(), 200, "application/json", value.toString());
  }

  /** 200 with Prometheus' text format. */
  static void metrics(RoutingContext context, String text) {
    send(context.response(), 200, "text/plain; version=0.0.4; charset=utf-8", text);
  }

  /** An error as of RFC 9457. */
  static void problem(RoutingContext context, int status, String detail) {
    problem(context.response(), status, detail);
  }

  /** An error for a request that no route sees. */
  static void problem(HttpServerResponse response, int status, String detail) {
    JsonObject problem = new JsonObject()
        .put("type", "about:blank")
        .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
        .put("status", status)
        .put("detail", detail);
    send(response, status, "application/problem+json", problem.encode());
  }

  private static void send(HttpServerResponse response, int status, String type, String body) {
    Buffer content = Buffer.buffer(body);
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(content.length())) // for HEAD, too
        .end(content);
  }
}
