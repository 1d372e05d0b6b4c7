package dev.lblc.plugin;

import dev.lblc.config.HealthConfig;
import dev.lblc.health.HealthListener;
import dev.lblc.health.HealthState;
import dev.lblc.health.HealthTime;
import dev.lblc.health.ServerHealth;
import dev.lblc.health.ServiceHealth;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
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

  /** The servers that are watched, by id, from before they are added. */
  private final Map<String, Server> byId = new ConcurrentHashMap<>();

  /** Makes the health of a service, which tells that listener. */
  interface Health {
    ServiceHealth start(HealthListener listener);
  }

  private ServerWatch(Servers servers, Health health) {
    this.servers = servers;
    this.health = health.start(new Told());
  }

  /**
   * Starts watching the servers that are there, and those that are added from now on. One that was found to be down before
   * stays down until active checks say otherwise.
   *
   * @param config how to check; null: servers are all available
   * @param tls of the service, for its checks; null: it has none
   */
  static ServerWatch start(
      Vertx vertx,
      String service,
      @Nullable HealthConfig config,
      @Nullable UpstreamTls tls,
      HealthTime time,
      RandomGenerator random,
      Servers servers) {
    ServerWatch watch = new ServerWatch(
        servers,
        listener -> ServiceHealth.start(vertx, service, config, tls, time, random, listener));
    servers.listen(watch);
    return watch;
  }

  /** Returns the receiver of the outcomes of a server; for a server that is gone, one that ignores them. */
  ServerHealth of(Server server) {
    return watched.getOrDefault(server, ServerHealth.UNWATCHED);
  }

  /** Returns the state of a server; null: it is gone. */
  @Nullable
  HealthState state(Server server) {
    return byId.get(server.id()) == server ? health.state(server.id()) : null;
  }

  @Override
  public void adding(Server server, ServerSpec spec) {
    boolean isNew = servers.find(server.id()) != server;
    byId.put(server.id(), server);
    health.add(spec, isNew || server.available(), isNew);
    watched.put(server, health.server(server.id()));
    if (!isNew) {
      servers.setHealthy(server, health.isAvailable(server.id()));
    }
  }

  @Override
  public void removed(Server server) {
    byId.remove(server.id(), server);
    watched.remove(server);
    health.remove(server.id());
  }

  @Override
  public void edited(Server server) {
    health.edited();
  }

  /** Ends all checks; nothing more is told to the servers. */
  void stop() {
    servers.unlisten(this);
    health.stop();
  }

  /** What the health has found. Takes no lock of the servers: they call the health under theirs. */
  private final class Told implements HealthListener {
    @Override
    public void available(String id, boolean available) {
      Server server = byId.get(id);
      if (server != null) {
        servers.setHealthy(server, available);
      }
    }

    @Override
    public void warmed(String id, int permille) {
      Server server = byId.get(id);
      if (server != null) {
        servers.warm(server, permille);
      }
    }

    @Override
    public boolean isWanted(String id) {
      Server server = byId.get(id);
      return server != null && server.weight() > 0;
    }
  }
}
