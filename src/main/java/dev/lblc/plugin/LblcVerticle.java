package dev.lblc.plugin;

import dev.lblc.cluster.Cluster;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.PluginConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.scheduler.Clock;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Schedules the services of its configuration: an object with {@code services} and optionally {@code cluster}, as in the
 * gateway file. Applications reach them by {@link Lblc#of}. How Vert.x is clustered ({@code cluster.config} and
 * {@code cluster.eventBus}) is up to whoever built it, and has no effect here.
 *
 * <p>Its deployment fails with a {@link dev.lblc.config.ConfigException} that lists every fault of the configuration.
 * Undeploying it ends health checks and expiry; leases that are out may still be closed.
 */
public final class LblcVerticle extends VerticleBase {
  private final Map<String, ScheduledService> services = new LinkedHashMap<>();
  private @Nullable Lblc lblc;
  private @Nullable Cluster cluster;

  @Override
  public Future<?> start() throws Exception {
    PluginConfig config = ConfigReader.readPlugin(config(), Strategies.names(), System.getenv());
    boolean clustered = config.cluster().enabled();
    Clock clock = () -> System.nanoTime() / 1_000_000;
    ExpiryTimer timer = new ExpiryTimer(vertx, context);
    for (ServiceConfig service : config.services().values()) {
      services.put(
          service.name(),
          new ScheduledService(
              vertx, service, Strategies.factory(service.strategy()), clock, timer, clustered));
    }
    Future<@Nullable Cluster> joined = clustered
        ? Future.<Void>succeededFuture() // what joining throws fails the future, too
            .compose(v -> Cluster.join(
                vertx,
                config.cluster().reportInterval(),
                config.cluster().peerTimeout(),
                System.currentTimeMillis(),
                clock,
                services.values().stream().map(ScheduledService::shared).toList()))
        : Future.succeededFuture();
    return joined
        .map(this::register)
        .onFailure(failure -> release()); // a verticle whose start failed is not stopped
  }

  @Override
  public Future<?> stop() {
    return release();
  }

  private Lblc register(@Nullable Cluster joined) {
    cluster = joined;
    if (joined != null) {
      services.values().forEach(service -> service.joined(joined));
    }
    Lblc registered = new Lblc(services, () -> joined == null ? null : ClusterStatus.of(joined));
    registered.register(vertx);
    lblc = registered;
    return registered;
  }

  private Future<Void> release() {
    if (lblc != null) {
      lblc.unregister(vertx);
    }
    services.values().forEach(ScheduledService::stop);
    return cluster == null ? Future.succeededFuture() : cluster.leave();
  }
}
