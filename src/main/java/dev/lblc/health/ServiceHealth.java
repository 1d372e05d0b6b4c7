package dev.lblc.health;

import dev.lblc.config.HealthConfig;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The health of the servers of one service, found by active checks, by failed connects, or by both.
 *
 * <p>Every server starts as available. Checks and readmissions run on the context on which {@link #start} was called, or on a
 * new one if there was none. The methods may be called from any thread and do not wait.
 */
public final class ServiceHealth {
  private final Vertx vertx;
  private final Context context;
  private final String service;
  private final HealthConfig.@Nullable Passive passive;
  private final @Nullable ActiveChecks checks;
  private final BiConsumer<String, Boolean> listener;
  private final Map<String, Watched> servers = new ConcurrentHashMap<>();

  private record Watched(Availability availability, ServerHealth health) {}

  private ServiceHealth(
      Vertx vertx,
      String service,
      @Nullable HealthConfig config,
      BiConsumer<String, Boolean> listener) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.service = service;
    this.listener = listener;
    this.passive = config == null ? null : config.passive();
    HealthConfig.Active active = config == null ? null : config.active();
    this.checks = active == null ? null : new ActiveChecks(vertx, context, active);
  }

  /**
   * Starts without any server.
   *
   * @param vertx runs timers and checks
   * @param service name, for the log
   * @param config how to check; null: servers are all available for good
   * @param listener called with a server's id and whether it is available now, once for each change, never twice at a
   *     time for one server; on any thread, so it must not wait, and it may be called by
   *     {@link ServerHealth#connectFailed()} itself: hold no lock there that it takes in another order
   */
  public static ServiceHealth start(
      Vertx vertx,
      String service,
      @Nullable HealthConfig config,
      BiConsumer<String, Boolean> listener) {
    return new ServiceHealth(vertx, service, config, listener);
  }

  /** Starts watching a server as available; what was known of a server with the same id is forgotten. */
  public void add(ServerSpec server) {
    add(server, true);
  }

  /**
   * Starts watching a server; what was known of a server with the same id is forgotten.
   *
   * @param up whether the server is available until checks say otherwise; without active checks it is
   */
  public void add(ServerSpec server, boolean up) {
    remove(server.id());
    boolean isUp = up || checks == null;
    Availability availability = new Availability(service, server.id(), isUp, listener);
    servers.put(server.id(), new Watched(availability, new ServerHealth(ejection(availability))));
    if (checks != null) {
      checks.add(server, isUp, availability::checked);
    }
  }

  /** Stops watching a server; the listener is not called for it after this method has returned. */
  public void remove(String id) {
    if (checks != null) {
      checks.remove(id);
    }
    Watched removed = servers.remove(id);
    if (removed != null) {
      removed.availability.stop();
    }
  }

  /** Returns whether a server is available. */
  public boolean isAvailable(String id) {
    Watched server = servers.get(id);
    return server == null || server.availability.available();
  }

  /** Returns the receiver of connect outcomes of a server; for a server that is not watched, one that ignores them. */
  public ServerHealth server(String id) {
    Watched server = servers.get(id);
    return server == null ? ServerHealth.UNWATCHED : server.health;
  }

  /** Ends all checks; the listener is not called after this method has returned. A second call does nothing. */
  public void stop() {
    if (checks != null) {
      checks.stop();
    }
    servers.values().forEach(server -> server.availability.stop());
  }

  private @Nullable PassiveEjection ejection(Availability availability) {
    return passive == null
        ? null
        : new PassiveEjection(passive, this::after, availability::ejected);
  }

  private void after(Duration delay, Runnable task) {
    // A timer ends with the context that sets it, and the context of a request may end first.
    context.runOnContext(
        ignored -> vertx.setTimer(Math.max(1, delay.toMillis()), timer -> task.run()));
  }
}
