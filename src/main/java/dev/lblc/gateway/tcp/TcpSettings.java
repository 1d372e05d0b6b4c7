package dev.lblc.gateway.tcp;

import dev.lblc.config.ServiceConfig;
import dev.lblc.config.TcpListenerConfig;
import dev.lblc.gateway.net.Certificate;
import dev.lblc.gateway.net.TlsFailures;
import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.plugin.LblcService;
import dev.lblc.tls.UpstreamTls;
import io.netty.handler.ssl.SslContext;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a listener of TCP does with a connection, compiled from configuration. A session keeps those that it began with.
 * Immutable, shared by all event loops.
 */
public final class TcpSettings {
  private final TcpListenerConfig config;
  private final TcpRoutes routes;
  private final @Nullable Certificate certificate;
  private final @Nullable SslContext tls;
  private final AddressBlocks trustedPeers;

  private TcpSettings(
      TcpListenerConfig config,
      TcpRoutes routes,
      @Nullable Certificate certificate,
      TlsFailures tlsFailures) {
    this.config = config;
    this.routes = routes;
    this.certificate = certificate;
    this.tls = certificate == null ? null : tls(certificate, tlsFailures.of(config.name()));
    this.trustedPeers = AddressBlocks.compile(config.trustedPeers());
  }

  /**
   * Compiles a listener. Waits for the files of its certificate.
   *
   * @param configs of all services, by name
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @param tls of the services that have it, by name
   * @param tlsFailures counts the connections on which no TLS came about
   * @throws IllegalArgumentException if a service is missing, or the certificate is not one
   */
  public static TcpSettings compile(
      TcpListenerConfig config,
      Map<String, ServiceConfig> configs,
      Function<String, LblcService> services,
      Map<String, UpstreamTls> tls,
      TlsFailures tlsFailures) {
    TcpRoutes compiled = TcpRoutes.compile(config.routes(), configs, services, tls);
    return new TcpSettings(
        config, compiled, Certificate.read(config.name(), config.tls()), tlsFailures);
  }

  private static SslContext tls(Certificate certificate, TlsFailures.OfListener failures) {
    return certificate.context((channel, cause) -> failures.add(Opening.clientIp(channel), cause));
  }

  /** Returns the configuration. */
  public TcpListenerConfig config() {
    return config;
  }

  /** Returns whether the other ones come from the same configuration and the same certificate. */
  public boolean isConfiguredAs(TcpSettings other) {
    return config.equals(other.config) && hasCertificateOf(other);
  }

  /** Returns whether the other ones have the same certificate and key. */
  public boolean hasCertificateOf(TcpSettings other) {
    return Objects.equals(certificate, other.certificate);
  }

  TcpRoutes routes() {
    return routes;
  }

  /** Returns what takes TLS off; null: what comes is passed on as it is. */
  @Nullable
  SslContext tls() {
    return tls;
  }

  AddressBlocks trustedPeers() {
    return trustedPeers;
  }
}
