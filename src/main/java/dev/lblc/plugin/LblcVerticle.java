package dev.lblc.plugin;

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
 * gateway file. Applications reach them by {@link Lblc#of}.
 *
 * <p>Its deployment fails with a {@link dev.lblc.config.ConfigException} that lists every fault of the configuration.
 * Undeploying it ends health checks and expiry; leases that are out may still be closed.
 */
public final class LblcVerticle extends VerticleBase {
  private final Map<String, ScheduledService> services = new LinkedHashMap<>();
  private @Nullable Lblc lblc;

  @Override
  public Future<?> start() throws Exception {
    PluginConfig config = ConfigReader.readPlugin(config(), Strategies.names(), System.getenv());
    Clock clock = () -> System.nanoTime() / 1_000_000;
    ExpiryTimer timer = new ExpiryTimer(vertx, context);
    try {
      for (ServiceConfig service : config.services().values()) {
        services.put(
            service.name(),
            new ScheduledService(
                vertx, service, Strategies.factory(service.strategy()), clock, timer));
      }
      Lblc registered = new Lblc(services);
      registered.register(vertx);
      lblc = registered;
    } catch (RuntimeException e) {
      stopServices(); // a verticle whose start failed is not stopped
      throw e;
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    if (lblc != null) {
      lblc.unregister(vertx);
    }
    stopServices();
    return Future.succeededFuture();
  }

  private void stopServices() {
    services.values().forEach(ScheduledService::stop);
  }
}
