package dev.lblc.config;

import static dev.lblc.config.EffectiveConfig.list;
import static dev.lblc.config.EffectiveConfig.lowerCase;
import static dev.lblc.config.EffectiveConfig.put;

import dev.lblc.config.EffectiveConfig.Secret;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.ServerSpec;
import java.nio.file.Path;
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
    QueueConfig queue = service.queue();
    put(node, "queue", queue == null ? null : queue(queue));
    DiscoveryConfig discovery = service.discovery();
    put(node, "discovery", discovery == null ? null : discovery(discovery));
    put(node, "leaseTimeout", service.leaseTimeout());
    ProxyVersion proxyProtocol = service.proxyProtocol();
    put(node, "proxyProtocol", proxyProtocol == null ? null : lowerCase(proxyProtocol));
    node.put("http", service.http().key());
    node.put("pool", pool(service.pool()));
    UpstreamTlsConfig tls = service.tls();
    put(node, "tls", tls == null ? null : tls(tls));
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
    node.put("whenFull", lowerCase(options.whenFull()));
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
    put(node, "maxAge", pool.maxAge());
    return node;
  }

  private static @Nullable Object text(@Nullable Path file) {
    return file == null ? null : file.toString();
  }

  private static Map<String, Object> tls(UpstreamTlsConfig tls) {
    Map<String, Object> node = new LinkedHashMap<>();
    put(node, "trust", text(tls.trust()));
    put(node, "serverName", tls.serverName());
    put(node, "certificate", text(tls.certificate()));
    put(node, "key", text(tls.key()));
    node.put("verify", tls.verify());
    return node;
  }

  private static Map<String, Object> queue(QueueConfig queue) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("length", queue.length());
    put(node, "timeout", queue.timeout());
    put(node, "homeWait", queue.homeWait());
    return node;
  }

  private static Map<String, Object> discovery(DiscoveryConfig discovery) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("dns", discovery.dns());
    put(node, "port", discovery.port() == 0 ? null : (Object) discovery.port());
    node.put("records", lowerCase(discovery.records()));
    put(node, "refresh", discovery.refresh());
    node.put("weight", discovery.weight());
    node.put("max", discovery.max());
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
    node.put("max", server.max());
    return node;
  }

  private static Map<String, Object> health(@Nullable HealthConfig health) {
    Map<String, Object> node = new LinkedHashMap<>();
    if (health != null) {
      HealthConfig.Active active = health.active();
      put(node, "active", active == null ? null : active(active));
      HealthConfig.Passive passive = health.passive();
      put(node, "passive", passive == null ? null : passive(passive));
      put(node, "slowStart", health.slowStart());
    }
    return node;
  }

  private static Map<String, Object> active(HealthConfig.Active active) {
    Map<String, Object> node = new LinkedHashMap<>();
    HealthConfig.Http http = active.http();
    if (http != null) {
      node.put("path", http.path());
      node.put("method", http.method());
      put(node, "host", http.host());
      Map<String, Object> headers = new LinkedHashMap<>();
      http.headers().forEach((name, value) -> headers.put(name, new Secret(value)));
      put(node, "headers", headers);
      node.put("status", list(http.statuses(), EffectiveService::range));
      put(node, "body", http.body());
    }
    put(node, "grpc", active.grpc());
    put(node, "port", active.port() == 0 ? null : (Object) active.port());
    node.put("tls", active.tls());
    put(node, "interval", active.interval());
    put(node, "timeout", active.timeout());
    node.put("rise", active.rise());
    node.put("fall", active.fall());
    return node;
  }

  private static Map<String, Object> passive(HealthConfig.Passive passive) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("failures", passive.failures());
    node.put("on", passive.on().stream().sorted().map(HealthConfig.Fault::key).toList());
    put(node, "eject", passive.eject());
    put(node, "maxEject", passive.maxEject());
    node.put("maxEjected", passive.maxEjected());
    return node;
  }

  private static Object range(StatusRange range) {
    return range.first() == range.last()
        ? (Object) range.first()
        : range.first() + "-" + range.last();
  }
}
