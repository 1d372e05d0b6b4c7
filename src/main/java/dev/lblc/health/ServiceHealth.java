package dev.lblc.health;

import dev.lblc.config.HealthConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which servers of one service answer, by active checks, by failed connects, or by both.
 *
 * <p>Every server starts as available. Checks and readmissions run on the context that {@link #start} was called on (or
 * one of their own, if on none); the methods may be called from any thread.
 */
public final class ServiceHealth {
  private final Map<String, ServerHealth> servers = new LinkedHashMap<>();
  private final @Nullable ActiveChecks checks;

  private ServiceHealth(Vertx vertx, ServiceConfig service, BiConsumer<String, Boolean> listener) {
    Context context = vertx.getOrCreateContext();
    HealthConfig health = service.health();
    HealthConfig.Passive passive = health == null ? null : health.passive();
    HealthConfig.Active active = health == null ? null : health.active();
    for (ServerSpec server : service.servers()) {
      Availability availability = new Availability(service.name(), server.id(), listener);
      servers.put(
          server.id(),
          new ServerHealth(
              availability,
              passive == null
                  ? null
                  : new PassiveEjection(
                      passive,
                      (delay, task) -> after(vertx, context, delay, task),
                      availability::ejected)));
    }
    checks = active == null
        ? null
        : ActiveChecks.start(
            vertx,
            context,
            active,
            service.servers(),
            (id, up, why) -> server(id).availability().checked(up, why));
  }

  /**
   * Starts watching a service's servers; without {@code health} in its configuration, they are all available for good.
   *
   * @param vertx runs timers and checks
   * @param service whose servers
   * @param listener called with a server's id and whether it is available now, once for each change, never twice at a
   *     time for one server; on any thread, so it must not wait, and it may be called by
   *     {@link ServerHealth#connectFailed()} itself: hold no lock there that it takes in another order
   */
  public static ServiceHealth start(
      Vertx vertx, ServiceConfig service, BiConsumer<String, Boolean> listener) {
    return new ServiceHealth(vertx, service, listener);
  }

  /**
   * Where the outcome of connects to a server is told; look it up once and keep it.
   *
   * @throws IllegalArgumentException if the service has no such server
   */
  public ServerHealth server(String id) {
    ServerHealth server = servers.get(id);
    if (server == null) {
      throw new IllegalArgumentException(
          "server " + id + " (expected: one of " + servers.keySet() + ")");
    }
    return server;
  }

  /** Ends all checks; the listener hears nothing more once this has returned. A second call does nothing. */
  public void stop() {
    if (checks != null) {
      checks.stop();
    }
    servers.values().forEach(server -> server.availability().stop());
  }

  private static void after(Vertx vertx, Context context, Duration delay, Runnable task) {
    // On our context: a timer belongs to the context that sets it, and that of a request may go
    // before this one.
    context.runOnContext(
        ignored -> vertx.setTimer(Math.max(1, delay.toMillis()), timer -> task.run()));
  }
}
