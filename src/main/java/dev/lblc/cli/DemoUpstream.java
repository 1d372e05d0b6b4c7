package dev.lblc.cli;

import dev.lblc.config.Authority;
import dev.lblc.config.HealthConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

  /**
   * Listens where the servers of a service are said to be; blocks.
   *
   * @param ids which servers; empty: all
   * @return each server's id and address
   */
  static List<String> startAll(Vertx vertx, ServiceConfig service, List<String> ids)
      throws CommandException {
    List<String> known = service.servers().stream().map(ServerSpec::id).toList();
    for (String id : ids) {
      if (!known.contains(id)) {
        throw new CommandException(
            "server: \"" + id + "\" (expected: one of " + String.join(", ", known) + ")");
      }
    }
    HealthConfig.Active checks =
        service.health() == null ? null : service.health().active();
    String healthPath = checks == null ? null : checks.path();
    List<String> started = new ArrayList<>();
    for (ServerSpec server : service.servers()) {
      if (ids.isEmpty() || ids.contains(server.id())) {
        String name = server.id() + " " + Authority.of(server.host(), server.port());
        start(vertx, server, healthPath, name);
        started.add(name);
      }
    }
    return started;
  }

  private static void start(
      Vertx vertx, ServerSpec server, @Nullable String healthPath, String name)
      throws CommandException {
    try {
      vertx
          .createHttpServer()
          .requestHandler(new DemoUpstream(server.id(), healthPath))
          .listen(server.port(), server.host())
          .await();
    } catch (Exception e) { // await throws what the future failed with
      throw new CommandException("upstream " + name + ": " + e.getMessage());
    }
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
