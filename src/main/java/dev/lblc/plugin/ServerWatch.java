package dev.lblc.plugin;

import dev.lblc.config.HealthConfig;
import dev.lblc.health.ServerHealth;
import dev.lblc.health.ServiceHealth;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The health of one service's servers: what is found about a server is told to {@link Servers}, and what leases report goes
 * to the server that the lease is for, not to another one that has its id by now.
 *
 * <p>May be used from any thread.
 */
final class ServerWatch implements Servers.Listener {
  private final Servers servers;
  private final ServiceHealth health;
  private final Map<Server, ServerHealth> watched = new ConcurrentHashMap<>();

  private ServerWatch(Vertx vertx, String service, @Nullable HealthConfig config, Servers servers) {
    this.servers = servers;
    this.health = ServiceHealth.start(vertx, service, config, this::changed);
  }

  /**
   * Starts watching the servers that are there, and those that are added from now on. One that was found to be down before
   * stays down until active checks say otherwise.
   *
   * @param config how to check; null: servers are all available
   */
  static ServerWatch start(
      Vertx vertx, String service, @Nullable HealthConfig config, Servers servers) {
    ServerWatch watch = new ServerWatch(vertx, service, config, servers);
    servers.listen(watch);
    return watch;
  }

  /** Returns the receiver of the outcomes of connects; for a server that is gone, one that ignores them. */
  ServerHealth of(Server server) {
    return watched.getOrDefault(server, ServerHealth.UNWATCHED);
  }

  @Override
  public void adding(Server server, ServerSpec spec) {
    boolean isNew = servers.find(server.id()) != server;
    health.add(spec, isNew || server.available());
    watched.put(server, health.server(server.id()));
    if (!isNew) {
      servers.setHealthy(server, health.isAvailable(server.id()));
    }
  }

  @Override
  public void removed(Server server) {
    health.remove(server.id());
    watched.remove(server);
  }

  /** Ends all checks; nothing more is told to the servers. */
  void stop() {
    servers.unlisten(this);
    health.stop();
  }

  private void changed(String id, boolean available) {
    Server server = servers.find(id);
    if (server != null) {
      servers.setHealthy(server, available);
    }
  }
}
