package dev.lblc.boot;

import dev.lblc.admin.ReloadException;
import dev.lblc.config.Authority;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.PluginConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.gateway.ListenerChanges;
import dev.lblc.gateway.ListenerException;
import dev.lblc.plugin.ServicesVerticle;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
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
   * @return complete once all of {@code next} holds; fails with a {@link ReloadException} if it cannot, and {@code before} holds then
   */
  Future<ListenerChanges> apply(GatewayConfig before, GatewayConfig next) {
    return schedule(withAdded(before.plugin(), next.plugin()))
        .compose(added -> listen(next)
            .compose(changes -> schedule(next.plugin())
                .map(changes)
                .recover(
                    failure -> gateway.undo().transform(undone -> Future.failedFuture(failure))))
            .recover(failure ->
                services.apply(before.plugin()).transform(undone -> Future.failedFuture(failure))));
  }

  private Future<Void> schedule(PluginConfig next) {
    return services.apply(next).recover(failure -> refused("$.services", Waiting.reason(failure)));
  }

  private Future<ListenerChanges> listen(GatewayConfig next) {
    return gateway
        .apply(next)
        .recover(failure -> failure instanceof ListenerException listener
            ? refused(next, listener)
            : refused("$", Waiting.reason(failure)));
  }

  private static Future<ListenerChanges> refused(GatewayConfig next, ListenerException failure) {
    List<ListenerConfig> listeners = next.listeners();
    int index = listeners.stream().map(ListenerConfig::name).toList().indexOf(failure.listener());
    ListenerConfig listener = listeners.get(index);
    return refused(
        "$.listeners[" + index + "]",
        Authority.of(listener.host(), listener.ports().get(0)) + ": " + Waiting.reason(failure)
            + " (expected: an address and ports that can be bound)");
  }

  private static <T> Future<T> refused(String path, String message) {
    return Future.failedFuture(
        new ReloadException(List.of(new ReloadException.Fault(path, message))));
  }

  private static PluginConfig withAdded(PluginConfig before, PluginConfig next) {
    Map<String, ServiceConfig> both = new LinkedHashMap<>(before.services());
    next.services().forEach(both::putIfAbsent);
    return new PluginConfig(before.name(), both, before.cluster(), next.dns());
  }
}
