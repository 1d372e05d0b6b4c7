package dev.lblc.cli;

import dev.lblc.config.AdminConfig;
import dev.lblc.config.Authority;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A client of the admin port of a running gateway.
 *
 * <p>Each call blocks, for 15 s at most. A message never has the token.
 */
final class AdminClient {
  /** No gateway listens on the port. */
  static final class NotRunning extends CommandException {
    NotRunning(URI at) {
      super("no gateway answers at " + at);
    }
  }

  private final URI base;
  private final @Nullable String token;

  AdminClient(URI base, @Nullable String token) {
    this.base = base;
    this.token = token;
  }

  /** Returns a client for the gateway of a configuration, asked from its own machine. */
  static AdminClient of(AdminConfig config) {
    String host = switch (config.host()) {
      case "0.0.0.0" -> "127.0.0.1";
      case "::" -> "::1";
      default -> config.host();
    };
    return new AdminClient(
        URI.create("http://" + Authority.of(host, config.port())), config.token());
  }

  URI base() {
    return base;
  }

  /**
   * Returns the JSON of a resource.
   *
   * @param target a path and perhaps a query, percent-encoded
   * @param type {@code JsonObject} or {@code JsonArray}: what the resource is
   * @throws NotRunning if nobody listens
   */
  <T> T get(String target, Class<T> type) throws CommandException {
    return ask("GET", target, type);
  }

  /**
   * Returns the JSON that a resource answers to a POST without a body.
   *
   * @param target a path and perhaps a query, percent-encoded
   * @param type {@code JsonObject} or {@code JsonArray}: what the answer is
   * @throws NotRunning if nobody listens
   */
  <T> T post(String target, Class<T> type) throws CommandException {
    return ask("POST", target, type);
  }

  private <T> T ask(String method, String target, Class<T> type) throws CommandException {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(target))
        .method(method, HttpRequest.BodyPublishers.noBody());
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<String> response = send(request.build());
    Object body = json(response);
    if (response.statusCode() == 200 && type.isInstance(body)) {
      return type.cast(body);
    }
    String detail = body instanceof JsonObject problem
        ? String.valueOf(problem.getValue("detail")) + errors(problem)
        : "not what an admin port of vertx-lblc answers";
    throw new CommandException(base + " answered " + response.statusCode() + ": " + detail);
  }

  /** Returns a line for each error that a problem document lists. */
  private static String errors(JsonObject problem) {
    StringBuilder lines = new StringBuilder();
    if (problem.getValue("errors") instanceof JsonArray errors) {
      for (Object error : errors) {
        if (error instanceof JsonObject each) {
          lines
              .append(System.lineSeparator())
              .append(each.getValue("path"))
              .append(": ")
              .append(each.getValue("message"));
        }
      }
    }
    return lines.toString();
  }

  private static @Nullable Object json(HttpResponse<String> response) {
    try {
      return Json.decodeValue(response.body());
    } catch (DecodeException e) {
      return null;
    }
  }

  private HttpResponse<String> send(HttpRequest request) throws CommandException {
    HttpClient client = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .build();
    try {
      return client.sendAsync(request, BodyHandlers.ofString()).get(15, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
          ? new NotRunning(base)
          : new CommandException(base + ": " + cause);
    } catch (TimeoutException e) {
      throw new CommandException(base + ": no whole answer within 15 s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted");
    }
  }
}
