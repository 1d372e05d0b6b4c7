package dev.lblc.cli;

import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An upstream with a cache to keep warm: answers {@code NAME fetched PATH} the first time and {@code NAME cached PATH}
 * from then on.
 *
 * <p>Remembers the last 1,000 paths. Confined to its event loop.
 */
final class DemoUpstream implements Handler<HttpServerRequest> {
  private static final int MOST = 1_000;

  private final String name;
  private final @Nullable String healthPath;
  private final Map<String, Boolean> cached = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > MOST;
    }
  };

  private DemoUpstream(String name, @Nullable String healthPath) {
    this.name = name;
    this.healthPath = healthPath;
  }

  /** Listens where a server of a configuration is said to be. */
  static Future<HttpServer> start(Vertx vertx, ServerSpec server, @Nullable String healthPath) {
    return vertx
        .createHttpServer()
        .requestHandler(new DemoUpstream(server.id(), healthPath))
        .listen(server.port(), server.host());
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path();
    boolean health = path != null && path.equals(healthPath);
    String how = health || cached.put(path, true) != null ? "cached" : "fetched";
    request
        .response()
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .end(name + " " + how + " " + path + "\n");
  }
}
