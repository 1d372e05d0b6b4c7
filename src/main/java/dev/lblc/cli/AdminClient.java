package dev.lblc.cli;

import dev.lblc.config.AdminConfig;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks the admin port of a running gateway.
 *
 * <p>Each call blocks, for 15 s at most. A message never has the token.
 */
final class AdminClient {
  /** Nobody listens there. */
  static final class NotRunning extends Failure {
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

  /** For the gateway of a configuration, asked from its own machine. */
  static AdminClient of(AdminConfig config) {
    String host = switch (config.host()) {
      case "0.0.0.0" -> "127.0.0.1";
      case "::" -> "::1";
      default -> config.host();
    };
    String name = host.indexOf(':') < 0 ? host : '[' + host + ']';
    return new AdminClient(URI.create("http://" + name + ":" + config.port()), config.token());
  }

  URI base() {
    return base;
  }

  /**
   * A resource's JSON.
   *
   * @param target a path and perhaps a query, percent-encoded
   * @param type {@code JsonObject} or {@code JsonArray}: what the resource is
   * @throws NotRunning if nobody listens
   */
  <T> T get(String target, Class<T> type) throws Failure {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(target)).timeout(Duration.ofSeconds(10));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<String> response = send(request.build());
    Object body = json(response);
    if (response.statusCode() == 200 && type.isInstance(body)) {
      return type.cast(body);
    }
    String detail = body instanceof JsonObject problem
        ? String.valueOf(problem.getValue("detail"))
        : "not what an admin port of vertx-lblc answers";
    throw new Failure(base + " answered " + response.statusCode() + ": " + detail);
  }

  private static @Nullable Object json(HttpResponse<String> response) {
    try {
      return Json.decodeValue(response.body());
    } catch (DecodeException e) {
      return null;
    }
  }

  private HttpResponse<String> send(HttpRequest request) throws Failure {
    HttpClient client = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .build();
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw new NotRunning(base);
    } catch (IOException e) {
      throw new Failure(base + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }
}
