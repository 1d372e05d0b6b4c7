package dev.lblc.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The effective configuration, as a tree in the shape of a gateway file: with defaults and environment filled in. Keys that are
 * left out and have no default are absent.
 *
 * <p>Nodes are maps, lists, strings, numbers and booleans, and {@link Secret}.
 */
public final class EffectiveConfig {
  /**
   * A secret: it can be compared, and is shown as three stars.
   *
   * @param text the secret itself
   */
  record Secret(String text) {
    @Override
    public String toString() {
      return "***";
    }
  }

  private EffectiveConfig() {}

  /** Returns the tree as JSON; in place of each secret it has three stars. */
  public static JsonObject withoutSecrets(GatewayConfig config) {
    return (JsonObject) json(of(config));
  }

  /** Returns the tree of a configuration. */
  static Map<String, Object> of(GatewayConfig config) {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("listeners", list(config.listeners(), EffectiveConfig::listener));
    file.put("routes", EffectiveRoutes.of(config));
    Map<String, Object> services = new LinkedHashMap<>();
    config
        .plugin()
        .services()
        .forEach((name, service) -> services.put(name, EffectiveService.of(service)));
    file.put("services", services);
    file.put("cluster", cluster(config.plugin().cluster()));
    AdminConfig admin = config.admin();
    put(file, "admin", admin == null ? null : admin(admin));
    file.put("dns", dns(config.plugin().dns()));
    Map<String, Object> shutdown = new LinkedHashMap<>();
    put(shutdown, "grace", config.shutdown().grace());
    put(shutdown, "drain", config.shutdown().drain());
    file.put("shutdown", shutdown);
    put(file, "state", config.state() == null ? null : config.state().toString());
    SocketTransport transport = config.transport();
    put(file, "transport", transport == null ? null : (Object) lowerCase(transport));
    file.put("watch", config.watch());
    return file;
  }

  /** Puts a value, unless it is null or empty. */
  static void put(Map<String, Object> object, String key, @Nullable Object value) {
    boolean isEmpty = value instanceof Map<?, ?> map
        ? map.isEmpty()
        : value instanceof Collection<?> list && list.isEmpty();
    if (value != null && !isEmpty) {
      object.put(key, value);
    }
  }

  /** Puts a duration, if there is one. */
  static void put(Map<String, Object> object, String key, @Nullable Duration duration) {
    put(object, key, duration == null ? null : (Object) DurationSyntax.shown(duration));
  }

  static <T> List<Object> list(Collection<T> elements, Function<T, Object> node) {
    return elements.stream().map(node).toList();
  }

  static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static Object range(PortRange range) {
    return range.first() == range.last()
        ? (Object) range.first()
        : range.first() + "-" + range.last();
  }

  private static Object json(Object node) {
    if (node instanceof Map<?, ?> object) {
      JsonObject json = new JsonObject();
      object.forEach((key, value) -> json.put(key.toString(), json(value)));
      return json;
    }
    if (node instanceof Collection<?> list) {
      return new JsonArray(list.stream().map(EffectiveConfig::json).toList());
    }
    return node instanceof Secret ? node.toString() : node;
  }

  private static Object listener(ListenerConfig listener) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("name", listener.name());
    node.put("protocol", listener instanceof HttpListenerConfig ? "http" : "tcp");
    node.put("host", listener.host());
    List<Integer> ports = listener.ports();
    node.put(ports.size() == 1 ? "port" : "ports", ports.size() == 1 ? ports.get(0) : ports(ports));
    node.put("reusePort", listener.reusePort());
    TlsConfig tls = listener.tls();
    put(node, "tls", tls == null ? null : tls(tls));
    node.put("proxyProtocol", listener.proxyProtocol());
    node.put("maxConnections", listener.maxConnections());
    put(node, "trustedPeers", listener.trustedPeers());
    node.put("accessLog", accessLog(listener.accessLog()));
    if (listener instanceof HttpListenerConfig http) {
      http(node, http);
    } else if (listener instanceof TcpListenerConfig tcp) {
      node.put("transparent", tcp.transparent());
      node.put("timeouts", Map.of("hello", DurationSyntax.shown(tcp.hello())));
    }
    return node;
  }

  /** Returns the node of an access log, in its short form if that says it all. */
  private static Object accessLog(@Nullable AccessLogConfig log) {
    if (log == null || log.equals(AccessLogConfig.STANDARD)) {
      return log != null;
    }
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("format", lowerCase(log.format()));
    put(node, "file", log.file() == null ? null : log.file().toString());
    return node;
  }

  /** Returns the node of TLS; of one certificate in its short form. */
  private static Map<String, Object> tls(TlsConfig tls) {
    List<Map<String, Object>> certificates = tls.certificates().stream()
        .map(each -> files("certificate", each.certificate(), "key", each.key()))
        .toList();
    Map<String, Object> node = new LinkedHashMap<>();
    if (certificates.size() == 1) {
      node.putAll(certificates.get(0));
    } else {
      node.put("certificates", certificates);
    }
    node.put("minimum", tls.minimum().text());
    TlsConfig.ClientAuth clientAuth = tls.clientAuth();
    if (clientAuth != null) {
      Map<String, Object> asked = files("trust", clientAuth.trust());
      asked.put("required", clientAuth.required());
      node.put("clientAuth", asked);
    }
    return node;
  }

  private static void http(Map<String, Object> node, HttpListenerConfig listener) {
    node.put("engine", lowerCase(listener.engine()));
    node.put("http2", listener.http2());
    Map<String, Object> timeouts = new LinkedHashMap<>();
    put(timeouts, "header", listener.timeouts().header());
    put(timeouts, "idle", listener.timeouts().idle());
    node.put("timeouts", timeouts);
    HttpLimits sizes = listener.limits();
    Map<String, Object> limits = new LinkedHashMap<>();
    limits.put("line", SizeSyntax.shown(sizes.line()));
    limits.put("header", SizeSyntax.shown(sizes.header()));
    limits.put("headers", sizes.headers());
    put(limits, "body", sizes.body() == HttpLimits.NONE ? null : SizeSyntax.shown(sizes.body()));
    limits.put("bodyRate", SizeSyntax.shown(sizes.bodyRate()));
    limits.put("streams", sizes.streams());
    limits.put("resets", sizes.resets());
    limits.put("inspect", SizeSyntax.shown(sizes.inspect()));
    node.put("limits", limits);
  }

  /** Returns the ports; those that follow each other are one range. */
  private static List<Object> ports(List<Integer> ports) {
    List<PortRange> ranges = new ArrayList<>();
    for (int port : ports) {
      PortRange last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
      if (last != null && last.last() == port - 1) {
        ranges.set(ranges.size() - 1, new PortRange(last.first(), port));
      } else {
        ranges.add(new PortRange(port, port));
      }
    }
    return list(ranges, EffectiveConfig::range);
  }

  private static Map<String, Object> cluster(ClusterConfig cluster) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("enabled", cluster.enabled());
    put(node, "node", cluster.node());
    put(node, "config", cluster.config() == null ? null : cluster.config().toString());
    EventBusConfig eventBus = cluster.eventBus();
    Map<String, Object> bus = new LinkedHashMap<>();
    put(bus, "host", eventBus.host());
    bus.put("port", eventBus.port());
    put(bus, "publicHost", eventBus.publicHost());
    put(bus, "publicPort", eventBus.publicPort() == 0 ? null : (Object) eventBus.publicPort());
    EventBusConfig.Tls tls = eventBus.tls();
    put(
        bus,
        "tls",
        tls == null
            ? null
            : files("certificate", tls.certificate(), "key", tls.key(), "trust", tls.trust()));
    node.put("eventBus", bus);
    put(node, "reportInterval", cluster.reportInterval());
    put(node, "peerTimeout", cluster.peerTimeout());
    return node;
  }

  private static Map<String, Object> dns(DnsConfig dns) {
    Map<String, Object> node = new LinkedHashMap<>();
    put(node, "servers", list(dns.servers(), server -> Authority.of(server.host(), server.port())));
    put(node, "timeout", dns.timeout());
    return node;
  }

  private static Map<String, Object> admin(AdminConfig admin) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("host", admin.host());
    node.put("port", admin.port());
    put(node, "token", admin.token() == null ? null : new Secret(admin.token()));
    return node;
  }

  /** Returns an object of paths; the arguments are key, path, key, path and so on. */
  private static Map<String, Object> files(Object... keysAndPaths) {
    Map<String, Object> node = new LinkedHashMap<>();
    for (int i = 0; i < keysAndPaths.length; i += 2) {
      node.put((String) keysAndPaths[i], ((Path) keysAndPaths[i + 1]).toString());
    }
    return node;
  }
}
