package dev.lblc.boot;

import dev.lblc.config.GatewayConfig;
import dev.lblc.config.PluginConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.plugin.ServicesVerticle;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The way of a running gateway from one configuration to another:
 *
 * <pre>
 * add the new services; those that run stay as they are
 * apply listeners and routes, which may name old and new services
 * change the kept services and remove those that no route names any more
 * if a step fails: undo the steps before it
 * </pre>
 */
final class Reconfiguration {
  /*
   * A port that is taken or a certificate that cannot be read shows in the second step. Until then nothing was taken from
   * anybody: to undo the first step is to remove services that no request has seen, and no table, count or edit is lost.
   */

  private final ServicesVerticle services;
  private final Gateway gateway;

  Reconfiguration(ServicesVerticle services, Gateway gateway) {
    this.services = services;
    this.gateway = gateway;
  }

  /**
   * Applies a configuration.
   *
   * @param before what runs
   * @return complete once all of {@code next} holds; fails with the reason if it cannot, and {@code before} holds then
   */
  Future<Void> apply(GatewayConfig before, GatewayConfig next) {
    return services
        .apply(withAdded(before.plugin(), next.plugin()))
        .compose(added -> listen(next)
            .compose(listening -> services
                .apply(next.plugin())
                .recover(failure ->
                    gateway.apply(before).transform(undone -> Future.failedFuture(failure))))
            .recover(failure -> services
                .apply(before.plugin())
                .transform(undone -> Future.failedFuture(failure))));
  }

  private Future<?> listen(GatewayConfig next) {
    return gateway
        .apply(next)
        .recover(failure -> Future.failedFuture(new StartException(
            ListenerUrls.configured(next) + ": " + BrokenPluginException.reason(failure))));
  }

  private static PluginConfig withAdded(PluginConfig before, PluginConfig next) {
    Map<String, ServiceConfig> both = new LinkedHashMap<>(before.services());
    next.services().forEach(both::putIfAbsent);
    // Name and cluster of the next one: whether they may change is for the services to say.
    return new PluginConfig(next.name(), both, next.cluster());
  }
}
