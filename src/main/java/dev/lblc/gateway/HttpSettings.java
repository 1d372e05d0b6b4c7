package dev.lblc.gateway;

import dev.lblc.config.ListenerConfig;
import dev.lblc.config.RouteConfig;
import dev.lblc.gateway.http.HttpRoutes;
import dev.lblc.gateway.net.Certificate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a listener of HTTP does with connections and requests, compiled from configuration. Immutable, shared by all event
 * loops.
 *
 * @param config of the listener
 * @param routeConfigs of its routes
 * @param routes compiled from them
 * @param certificate null: clear text
 */
record HttpSettings(
    ListenerConfig config,
    List<RouteConfig> routeConfigs,
    HttpRoutes routes,
    @Nullable Certificate certificate) {

  boolean isConfiguredAs(HttpSettings other) {
    return config.equals(other.config)
        && routeConfigs.equals(other.routeConfigs)
        && hasCertificateOf(other);
  }

  boolean hasCertificateOf(HttpSettings other) {
    return Objects.equals(certificate, other.certificate);
  }
}
