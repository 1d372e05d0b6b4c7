package dev.lblc.config;

import static dev.lblc.config.EffectiveConfig.list;
import static dev.lblc.config.EffectiveConfig.lowerCase;
import static dev.lblc.config.EffectiveConfig.put;

import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.ServerSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of the {@code services} of an {@link EffectiveConfig}. */
final class EffectiveService {
  private EffectiveService() {}

  static Map<String, Object> of(ServiceConfig service) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("strategy", service.strategy());
    node.put("options", options(service));
    node.put("servers", list(service.servers(), EffectiveService::server));
    put(node, "leaseTimeout", service.leaseTimeout());
    ProxyVersion proxyProtocol = service.proxyProtocol();
    put(node, "proxyProtocol", proxyProtocol == null ? null : lowerCase(proxyProtocol));
    node.put("pool", pool(service.pool()));
    put(node, "health", health(service.health()));
    return node;
  }

  private static Map<String, Object> options(ServiceConfig service) {
    SchedulerOptions options = service.options();
    Map<String, Object> node = new LinkedHashMap<>();
    put(node, "expiration", options.expiration());
    node.put("maxEntries", options.maxEntries());
    node.put("hardLimit", options.hardLimit());
    node.put("ties", lowerCase(options.ties()));
    put(node, "checkInterval", options.checkInterval());
    node.put("entryCounter", lowerCase(options.entryCounter()));
    service
        .strategyOptions()
        .byKey()
        .forEach((key, value) -> node.put(
            key, value instanceof Duration duration ? DurationSyntax.shown(duration) : value));
    return node;
  }

  private static Map<String, Object> pool(PoolConfig pool) {
    Map<String, Object> node = new LinkedHashMap<>();
    put(node, "idle", pool.idle());
    node.put("maxIdle", pool.maxIdle());
    node.put("maxConnections", pool.maxConnections());
    return node;
  }

  private static Object server(ServerSpec server) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("id", server.id());
    node.put("host", server.host());
    node.put("port", server.port());
    node.put("weight", server.weight());
    node.put("upper", server.upper());
    node.put("lower", server.lower());
    return node;
  }

  private static Map<String, Object> health(@Nullable HealthConfig health) {
    Map<String, Object> node = new LinkedHashMap<>();
    HealthConfig.Active active = health == null ? null : health.active();
    if (active != null) {
      Map<String, Object> checks = new LinkedHashMap<>();
      put(checks, "path", active.path());
      put(checks, "interval", active.interval());
      put(checks, "timeout", active.timeout());
      checks.put("rise", active.rise());
      checks.put("fall", active.fall());
      node.put("active", checks);
    }
    HealthConfig.Passive passive = health == null ? null : health.passive();
    if (passive != null) {
      Map<String, Object> ejection = new LinkedHashMap<>();
      ejection.put("failures", passive.failures());
      put(ejection, "eject", passive.eject());
      node.put("passive", ejection);
    }
    return node;
  }
}
