package dev.lblc.cli;

import dev.lblc.config.Authority;
import dev.lblc.scheduler.ServerSpec;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server to try a gateway with: it has a cache to keep warm, can be slow, and can be stopped for a while.
 *
 * <ul>
 *   <li>any path: {@code NAME fetched PATH} the first time, {@code NAME cached PATH} from then on
 *   <li>{@code /slow?seconds=N}: the same after N seconds, 5 if left out
 *   <li>{@code /stop?seconds=N}, asked on the server's own port: closes the port and all connections for N seconds, 20 if
 *       left out
 * </ul>
 *
 * <p>Remembers the last 1,000 paths, also while it is stopped. Confined to one event loop.
 */
final class DemoServer {
  static final int SLOW_SECONDS = 5;
  static final int STOP_SECONDS = 20;

  private static final Logger LOG = LoggerFactory.getLogger(DemoServer.class);
  private static final int MOST_PATHS = 1_000;
  private static final int MOST_SECONDS = 3_600;

  private final Vertx vertx;
  private final ServerSpec spec;
  private final @Nullable String healthPath;
  private final Map<String, Boolean> cached = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > MOST_PATHS;
    }
  };

  private @Nullable HttpServer listening;

  DemoServer(Vertx vertx, ServerSpec spec, @Nullable String healthPath) {
    this.vertx = vertx;
    this.spec = spec;
    this.healthPath = healthPath;
  }

  /** Opens the port. */
  Future<?> start() {
    HttpServer server = vertx.createHttpServer().requestHandler(this::handle);
    listening = server;
    return server.listen(spec.port(), spec.host());
  }

  @Override
  public String toString() {
    return spec.id() + " " + Authority.of(spec.host(), spec.port());
  }

  private void handle(HttpServerRequest request) {
    String path = String.valueOf(request.path());
    HttpServerResponse response = request.response();
    response.putHeader("Content-Type", "text/plain; charset=utf-8");
    if (path.equals("/stop") && !request.headers().contains("X-Forwarded-For")) {
      int seconds = seconds(request, STOP_SECONDS);
      response.end(spec.id() + " stops for " + seconds + " s\n").onComplete(sent -> stop(seconds));
    } else if (path.equals("/slow")) {
      vertx.setTimer(seconds(request, SLOW_SECONDS) * 1_000L, timer -> answer(path, response));
    } else {
      answer(path, response);
    }
  }

  private void answer(String path, HttpServerResponse response) {
    boolean warm = path.equals(healthPath) || cached.put(path, true) != null;
    if (!response.closed()) {
      response.end(spec.id() + (warm ? " cached " : " fetched ") + path + "\n");
    }
  }

  private void stop(int seconds) {
    HttpServer server = listening;
    if (server == null) {
      return; // two requests to stop at once
    }
    listening = null;
    server
        .close()
        .onComplete(closed -> vertx.setTimer(
            seconds * 1_000L,
            timer -> start()
                .onFailure(
                    e -> LOG.error("demo server {} stays stopped: {}", this, e.getMessage()))));
  }

  /** Returns the parameter {@code seconds}; the fallback if it is left out or is none. */
  private static int seconds(HttpServerRequest request, int fallback) {
    List<String> given =
        new QueryStringDecoder(request.uri()).parameters().getOrDefault("seconds", List.of());
    boolean valid = !given.isEmpty() && given.get(0).matches("[1-9][0-9]{0,3}");
    return valid ? Math.min(MOST_SECONDS, Integer.parseInt(given.get(0))) : fallback;
  }
}
