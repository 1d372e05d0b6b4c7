package dev.lblc.plugin;

import dev.lblc.config.PluginConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The services of a gateway: what {@link LblcVerticle} is to applications, for a configuration that was read already. Another
 * configuration can be applied while it runs.
 *
 * <p>Internal: not for applications.
 */
public final class ServicesVerticle extends VerticleBase {
  private final PluginConfig config;
  private final Strategies strategies;
  private volatile @Nullable VerticleInstance instance;

  /** Schedules the services of a configuration, by those strategies. */
  public ServicesVerticle(PluginConfig config, Strategies strategies) {
    this.config = config;
    this.strategies = strategies;
  }

  @Override
  public Future<?> start() {
    VerticleInstance started = new VerticleInstance(vertx, context);
    instance = started;
    return started.start(config, strategies);
  }

  /**
   * Puts entries of before a restart into the table of a service, before it decides anything. May be called from any thread,
   * once the verticle is deployed.
   *
   * @return how many are in the table now; entries whose servers are gone, and such as have expired, are not
   */
  public int restore(String service, List<DestinationStatus> entries) {
    VerticleInstance running = instance;
    return running == null ? 0 : running.restore(service, entries);
  }

  @Override
  public Future<?> stop() {
    VerticleInstance started = instance;
    return started == null ? Future.succeededFuture() : started.end();
  }

  /**
   * Applies another configuration: services are added, removed and changed while requests go on. May be called from any
   * thread, once the verticle is deployed.
   *
   * @return complete once all of it holds on this node; fails, and nothing was changed, with an {@link
   *     IllegalArgumentException} that names a setting which cannot change while running, or a service or strategy that
   *     cannot be made; with another exception if the cluster does not answer
   */
  public Future<Void> apply(PluginConfig next) {
    VerticleInstance running = instance;
    return running == null
        ? Future.failedFuture(new IllegalStateException("the verticle is not deployed"))
        : running.apply(next);
  }
}
