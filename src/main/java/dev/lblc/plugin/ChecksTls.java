package dev.lblc.plugin;

import dev.lblc.config.HealthConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.config.UpstreamTlsConfig;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The TLS of the services whose checks speak it. */
final class ChecksTls {
  private static final System.Logger LOG = System.getLogger(ChecksTls.class.getName());

  private ChecksTls() {}

  /**
   * Reads the files that the services name, on a worker thread; at once if there are none. A service that runs with the same
   * configuration, and whose files cannot be used now, keeps what it has: it may be about to go.
   *
   * @param running the services that there are, by name
   * @return by the name of the service; fails with an {@link IllegalArgumentException}, which names the service, if files cannot be
   *     used
   */
  static Future<Map<String, UpstreamTls>> read(
      Vertx vertx, Map<String, ServiceConfig> services, Map<String, ScheduledService> running) {
    boolean isAny = services.values().stream().anyMatch(ChecksTls::isChecked);
    return isAny
        ? vertx.executeBlocking(() -> readAll(services, running))
        : Future.succeededFuture(Map.of());
  }

  private static Map<String, UpstreamTls> readAll(
      Map<String, ServiceConfig> services, Map<String, ScheduledService> running) {
    Map<String, UpstreamTls> read = new LinkedHashMap<>();
    services.forEach((name, service) -> {
      UpstreamTlsConfig tls = service.tls();
      if (tls != null && isChecked(service)) {
        read.put(name, read(service, tls, running.get(name)));
      }
    });
    return read;
  }

  private static UpstreamTls read(
      ServiceConfig service, UpstreamTlsConfig tls, @Nullable ScheduledService running) {
    UpstreamTls known = running == null ? null : running.checksTls();
    List<String> protocols = isHttp2(service) ? List.of("h2") : List.of();
    try {
      // What fails is the reason of a server that is down.
      return UpstreamTls.read(service, tls, protocols, UpstreamTls.Listener.NONE, known);
    } catch (IllegalArgumentException e) {
      if (known == null || running == null || !running.isConfiguredAs(service)) {
        throw e;
      }
      LOG.log(Level.WARNING, e.getMessage() + ": checks go on with what was read before");
      return known;
    }
  }

  private static boolean isHttp2(ServiceConfig service) {
    HealthConfig.Active active = active(service);
    return active != null && active.isHttp2();
  }

  private static HealthConfig.@Nullable Active active(ServiceConfig service) {
    HealthConfig health = service.health();
    return health == null ? null : health.active();
  }

  private static boolean isChecked(ServiceConfig service) {
    HealthConfig.Active active = active(service);
    return active != null && active.tls() && service.tls() != null;
  }
}
