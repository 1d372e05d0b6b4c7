package dev.lblc.gateway;

import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.gateway.http.ExchangeEnds;
import dev.lblc.gateway.net.Certificate;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.plugin.LblcService;
import dev.lblc.tls.UpstreamTls;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an HTTP listener, compiled from its configuration. Immutable, shared by all event loops.
 *
 * @param config of the listener
 * @param routes compiled from it
 * @param certificate null: clear text
 */
record HttpSettings(
    HttpListenerConfig config, HttpRoutes routes, @Nullable Certificate certificate) {

  /**
   * Compiles a listener. Blocks while it reads the certificate.
   *
   * @param configs of all services, by name
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @param tls of the services that have it, by name
   * @param ends gives the counters of a service
   * @throws IllegalArgumentException if a route cannot work, or the certificate is not one
   */
  static HttpSettings compile(
      HttpListenerConfig config,
      Map<String, ServiceConfig> configs,
      Function<String, LblcService> services,
      Map<String, UpstreamTls> tls,
      ExchangeEnds ends) {
    return new HttpSettings(
        config,
        HttpRoutes.compile(config, configs, services, tls, ends::of),
        Certificate.read(config.name(), config.tls()));
  }

  boolean isConfiguredAs(HttpSettings other) {
    return config.equals(other.config) && hasCertificateOf(other);
  }

  boolean hasCertificateOf(HttpSettings other) {
    return Objects.equals(certificate, other.certificate);
  }
}
