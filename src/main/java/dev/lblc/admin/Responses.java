package dev.lblc.admin;

import dev.lblc.config.ConfigError;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The forms that a response takes. */
final class Responses {
  private Responses() {}

  /** Sends 200 with a JSON value: a {@code JsonObject} or {@code JsonArray}. */
  static void json(HttpServerResponse response, Object value) {
    send(response, 200, "application/json", value.toString());
  }

  /** Sends a JSON value with another status. */
  static void json(HttpServerResponse response, int status, Object value) {
    send(response, status, "application/json", value.toString());
  }

  /** Sends 204. */
  static void nothing(HttpServerResponse response) {
    if (isOpen(response)) {
      response
          .setStatusCode(204)
          .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
          .end();
    }
  }

  /** Sends 200 with plain text. */
  static void text(HttpServerResponse response, String text) {
    send(response, 200, "text/plain; charset=utf-8", text);
  }

  /** Sends 200 with JSON that is a text already. */
  static void json(HttpServerResponse response, Buffer text) {
    send(response, 200, "application/json", text);
  }

  /** Sends 200 with numbers in Prometheus' text format. */
  static void metrics(HttpServerResponse response, Buffer text) {
    send(response, 200, "text/plain; version=0.0.4; charset=utf-8", text);
  }

  /** Sends 200 with a file. */
  static void file(HttpServerResponse response, String type, Buffer content) {
    send(response, 200, type, content);
  }

  /** Sends a problem document (RFC 9457). */
  static void problem(HttpServerResponse response, ProblemException of) {
    JsonObject members = new JsonObject();
    if (!of.errors().isEmpty()) {
      JsonArray errors = new JsonArray();
      of.errors().forEach(error -> errors.add(error(error)));
      members.put("errors", errors);
    }
    problem(response, of.status(), of.detail(), members);
  }

  /** Sends a problem document that has further members. */
  static void problem(HttpServerResponse response, int status, String detail, JsonObject members) {
    JsonObject problem = new JsonObject()
        .put("type", "about:blank")
        .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
        .put("status", status)
        .put("detail", detail)
        .mergeIn(members);
    send(response, status, "application/problem+json", problem.encode());
  }

  private static JsonObject error(ConfigError error) {
    return new JsonObject()
        .put("path", error.path())
        .put("message", error.value() + " (expected: " + error.expected() + ")");
  }

  /** A client may leave before a late answer; then there is nobody to tell. */
  private static boolean isOpen(HttpServerResponse response) {
    return !response.closed() && !response.ended();
  }

  private static void send(HttpServerResponse response, int status, String type, String body) {
    send(response, status, type, Buffer.buffer(body));
  }

  private static void send(HttpServerResponse response, int status, String type, Buffer content) {
    if (!isOpen(response)) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(content.length())) // for HEAD, too
        .end(content);
  }
}
