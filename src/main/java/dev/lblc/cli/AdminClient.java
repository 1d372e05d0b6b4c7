package dev.lblc.cli;

import dev.lblc.config.AdminConfig;
import dev.lblc.config.Authority;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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

  private static final String EVENT = "data: ";

  /** Events come each second. */
  private static final Duration SILENT = Duration.ofSeconds(15);

  private final URI base;
  private final @Nullable String token;
  private final Duration silent;
  private final HttpClient client = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(Duration.ofSeconds(5))
      .build();

  AdminClient(URI base, @Nullable String token) {
    this(base, token, SILENT);
  }

  /** With another limit for the silence between two events. */
  AdminClient(URI base, @Nullable String token, Duration silent) {
    this.base = base;
    this.token = token;
    this.silent = silent;
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
    return call("GET", target, null, type);
  }

  /**
   * Changes something, and returns what the gateway says of it.
   *
   * @param target as of {@link #get}
   * @param body null: none
   * @throws NotRunning if nobody listens
   */
  JsonObject change(String method, String target, @Nullable JsonObject body)
      throws CommandException {
    return call(method, target, body, JsonObject.class);
  }

  /**
   * Returns the JSON of a resource that depends on a body, and changes nothing.
   *
   * @param target as of {@link #get}
   * @throws NotRunning if nobody listens
   */
  JsonObject ask(String target, byte[] body) throws CommandException {
    HttpRequest.Builder request = request(target)
        .header("Content-Type", "application/octet-stream")
        .POST(BodyPublishers.ofByteArray(body));
    return answer(request, JsonObject.class);
  }

  /**
   * Reads the events of a resource until there are no more, or the reader has enough. Blocks for as long as they come; a silence of 15 s
   * is an error.
   *
   * @param target as of {@link #get}
   * @param reader gets the JSON of each; false: no more
   * @throws NotRunning if nobody listens
   */
  void follow(String target, Predicate<JsonObject> reader) throws CommandException {
    HttpResponse<InputStream> response =
        send(request(target).build(), BodyHandlers.ofInputStream());
    InputStream body = response.body();
    try (BufferedReader lines =
            new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        SilenceLimit silence = new SilenceLimit(body, silent)) {
      if (response.statusCode() != 200) {
        throw refused(response.statusCode(), json(lines.lines().collect(Collectors.joining("\n"))));
      }
      for (String line = next(lines, silence); line != null; line = next(lines, silence)) {
        if (line.startsWith(EVENT)
            && !reader.test(new JsonObject(line.substring(EVENT.length())))) {
          return;
        }
      }
    } catch (IOException | DecodeException e) {
      throw new CommandException(base + ": " + e.getMessage());
    }
  }

  /** Returns the next line; null: there is none. */
  private @Nullable String next(BufferedReader lines, SilenceLimit silence) throws IOException {
    try {
      String line = lines.readLine();
      if (line != null) {
        silence.moved();
        return line;
      }
    } catch (IOException e) {
      if (!silence.isReached()) {
        throw e;
      }
    }
    if (silence.isReached()) {
      throw new IOException("nothing has come for " + silent.toSeconds() + " s");
    }
    return null;
  }

  /** Returns the path of a server. */
  static String server(String service, String server) {
    return "/api/v1/services/" + encoded(service) + "/servers/" + encoded(server);
  }

  /** Returns a text as a part of a path or a query. */
  static String encoded(@Nullable String text) {
    return text == null ? "" : URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private <T> T call(String method, String target, @Nullable JsonObject body, Class<T> type)
      throws CommandException {
    HttpRequest.Builder request = request(target);
    if (body == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, BodyPublishers.ofString(body.encode()));
    }
    return answer(request, type);
  }

  private <T> T answer(HttpRequest.Builder request, Class<T> type) throws CommandException {
    HttpResponse<String> response = send(request.build(), BodyHandlers.ofString());
    Object answer = json(response.body());
    if (response.statusCode() / 100 == 2 && type.isInstance(answer)) {
      return type.cast(answer);
    }
    throw refused(response.statusCode(), answer);
  }

  private HttpRequest.Builder request(String target) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(target));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  private CommandException refused(int status, @Nullable Object answer) {
    String hint = status == 401 ? " (expected: --token T, or the variable LBLC_ADMIN_TOKEN)" : "";
    return new CommandException(base + " answered " + status + ": " + detail(answer) + hint);
  }

  private static String detail(@Nullable Object answer) {
    if (!(answer instanceof JsonObject problem) || !problem.containsKey("detail")) {
      return "not what an admin port of vertx-lblc answers";
    }
    return problem.getValue("detail") + errors(problem);
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

  private static @Nullable Object json(String body) {
    try {
      return Json.decodeValue(body);
    } catch (DecodeException e) {
      return null;
    }
  }

  private <B> HttpResponse<B> send(HttpRequest request, BodyHandler<B> body)
      throws CommandException {
    CompletableFuture<HttpResponse<B>> call = client.sendAsync(request, body);
    try {
      return call.get(15, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
          ? new NotRunning(base)
          : new CommandException(base + ": " + cause);
    } catch (TimeoutException e) {
      call.cancel(true); // closes the connection: the gateway shall see that nobody waits
      throw new CommandException(base + ": no whole answer within 15 s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted");
    }
  }
}
