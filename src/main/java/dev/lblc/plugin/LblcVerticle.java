package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.PluginConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/**
 * A verticle that schedules the services of its configuration: an object with {@code services} and optionally {@code cluster}, as in the
 * gateway file, and {@code name}, by which {@link Lblc#of(io.vertx.core.Vertx, String)} finds them ({@code lblc} if it is
 * left out; also the first part of addresses and of the names of the cluster's maps). How Vert.x is
 * clustered ({@code cluster.config} and {@code cluster.eventBus}) is up to whoever built it, and has no effect here.
 *
 * <p>Any number of instances share the services; each more serves the event bus on an event loop more. Deployment fails
 * with a {@link dev.lblc.config.ConfigException} that lists every fault of the configuration. Undeploying ends health
 * checks, expiry and the cluster's part in it, and refuses who waits in a queue; leases that are out may still be closed.
 */
@PublicApi
public final class LblcVerticle extends VerticleBase {
  private volatile @Nullable VerticleInstance instance;

  @Override
  public Future<?> start() throws Exception {
    Strategies known = Strategies.ofClassPath();
    PluginConfig config = ConfigReader.readPlugin(config(), known, System.getenv());
    VerticleInstance started = new VerticleInstance(vertx, context);
    instance = started;
    return started.start(config, known);
  }

  @Override
  public Future<?> stop() {
    VerticleInstance started = instance;
    return started == null ? Future.succeededFuture() : started.end();
  }
}
