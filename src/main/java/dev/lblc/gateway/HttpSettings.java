package dev.lblc.gateway;

import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.gateway.http.HttpCounts;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.net.ServerTls;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.plugin.LblcService;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an HTTP listener, compiled from its configuration. Immutable, shared by all event loops.
 *
 * @param config of the listener
 * @param routes compiled from it
 * @param tls null: clear text
 */
record HttpSettings(
    HttpListenerConfig config, HttpRoutes routes, @Nullable ServerTls tls) {
  /** What clients may choose from by ALPN. Of what is not in this list Vert.x answers requests with 501. */
  static final List<HttpVersion> VERSIONS =
      List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1, HttpVersion.HTTP_1_0);

  /**
   * Compiles a listener. Blocks while it reads the files of TLS.
   *
   * @param configs of all services, by name
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @param tls of the services that have it, by name
   * @param counts counts the exchanges
   * @param accessLog of the listener; null: none
   * @throws IllegalArgumentException if a route cannot work, or TLS cannot work with its files
   */
  static HttpSettings compile(
      HttpListenerConfig config,
      Map<String, ServiceConfig> configs,
      Function<String, LblcService> services,
      Map<String, UpstreamTls> tls,
      HttpCounts counts,
      @Nullable AccessLog accessLog) {
    return new HttpSettings(
        config,
        HttpRoutes.compile(
            config,
            configs,
            services,
            tls,
            service -> counts.of(config.name(), service),
            accessLog),
        ServerTls.read(config.name(), config.tls(), protocols(config)));
  }

  private static List<String> protocols(HttpListenerConfig config) {
    return VERSIONS.stream()
        .filter(version -> config.http2() || version != HttpVersion.HTTP_2)
        .map(HttpVersion::alpnName)
        .toList();
  }

  /** Returns these settings with the TLS of those before them, if that is the same: its sessions can be resumed. */
  HttpSettings after(HttpSettings before) {
    return tls != null && tls.isSameAs(before.tls)
        ? new HttpSettings(config, routes, before.tls)
        : this;
  }

  boolean isConfiguredAs(HttpSettings other) {
    return config.equals(other.config) && hasTlsFilesOf(other);
  }

  boolean hasTlsFilesOf(HttpSettings other) {
    return ServerTls.haveSameFiles(tls, other.tls);
  }
}
