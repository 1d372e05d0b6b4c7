package dev.lblc.cli;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A server for demonstrations: answers each path with one line, {@code NAME fetched PATH} the first time and {@code NAME
 * cached PATH} as long as it remembers, and {@code /health} with {@code ok}. Confined to its event loop.
 */
public final class DemoUpstream extends VerticleBase {
  private static final int REMEMBERED_PATHS = 10_000;

  private final String name;
  private final String host;
  private final int port;
  private final Map<String, Boolean> cache = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > REMEMBERED_PATHS;
    }
  };

  /** To listen on that address; port 0 takes a free one. */
  public DemoUpstream(String name, String host, int port) {
    this.name = name;
    this.host = host;
    this.port = port;
  }

  @Override
  public Future<HttpServer> start() {
    return vertx.createHttpServer().requestHandler(this::answer).listen(port, host);
  }

  private void answer(HttpServerRequest request) {
    String path = request.path();
    request.response().putHeader("content-type", "text/plain; charset=utf-8");
    if (path.equals("/health")) {
      request.response().end("ok\n");
    } else {
      boolean cached = cache.put(path, Boolean.TRUE) != null;
      request.response().end(name + (cached ? " cached " : " fetched ") + path + "\n");
    }
  }
}
