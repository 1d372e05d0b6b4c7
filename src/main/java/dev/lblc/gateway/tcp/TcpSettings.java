package dev.lblc.gateway.tcp;

import dev.lblc.config.ServiceConfig;
import dev.lblc.config.TcpListenerConfig;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.net.Refusals;
import dev.lblc.gateway.net.ServerTls;
import dev.lblc.gateway.net.TlsFailures;
import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.plugin.LblcService;
import dev.lblc.tls.UpstreamTls;
import io.netty.handler.ssl.SslContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a listener of TCP does with a connection, compiled from configuration. A session keeps those that it began with.
 * Immutable, shared by all event loops.
 */
public final class TcpSettings {
  private final TcpListenerConfig config;
  private final TcpRoutes routes;
  private final SessionCounts unrouted;
  private final Refusals.OfListener refusals;
  private final TlsFailures tlsFailures;
  private final @Nullable ServerTls tls;
  private final @Nullable SslContext handlers;
  private final AddressBlocks trustedPeers;
  private final @Nullable AccessLog accessLog;

  private TcpSettings(
      TcpListenerConfig config,
      TcpRoutes routes,
      SessionCounts unrouted,
      Refusals.OfListener refusals,
      @Nullable ServerTls tls,
      TlsFailures tlsFailures,
      @Nullable AccessLog accessLog) {
    this.config = config;
    this.routes = routes;
    this.unrouted = unrouted;
    this.refusals = refusals;
    this.tlsFailures = tlsFailures;
    this.tls = tls;
    this.handlers = tls == null ? null : handlers(tls, tlsFailures.of(config.name()));
    this.accessLog = accessLog;
    this.trustedPeers = AddressBlocks.compile(config.trustedPeers());
  }

  /**
   * Compiles a listener. Waits for the files of its TLS.
   *
   * @param configs of all services, by name
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @param tls of the services that have it, by name
   * @param counts counts the sessions
   * @param refusals counts the connections that are refused
   * @param tlsFailures counts the connections on which no TLS came about
   * @param accessLog of the listener; null: none
   * @throws IllegalArgumentException if a service is missing, or TLS cannot work with its files
   */
  public static TcpSettings compile(
      TcpListenerConfig config,
      Map<String, ServiceConfig> configs,
      Function<String, LblcService> services,
      Map<String, UpstreamTls> tls,
      TcpCounts counts,
      Refusals refusals,
      TlsFailures tlsFailures,
      @Nullable AccessLog accessLog) {
    String name = config.name();
    return new TcpSettings(
        config,
        TcpRoutes.compile(
            config.routes(), configs, services, tls, service -> counts.of(name, service)),
        counts.of(name, TcpCounts.NO_SERVICE),
        refusals.of(name),
        ServerTls.read(name, config.tls(), List.of()),
        tlsFailures,
        accessLog);
  }

  private static SslContext handlers(ServerTls tls, TlsFailures.OfListener failures) {
    return tls.handlers((channel, cause) -> failures.add(Opening.clientIp(channel), cause));
  }

  /** Returns these settings with the TLS of those before them, if that is the same: its sessions can be resumed. */
  TcpSettings after(TcpSettings before) {
    return tls != null && tls.isSameAs(before.tls)
        ? new TcpSettings(config, routes, unrouted, refusals, before.tls, tlsFailures, accessLog)
        : this;
  }

  /** Returns the configuration. */
  public TcpListenerConfig config() {
    return config;
  }

  /** Returns the access log; null: there is none. */
  public @Nullable AccessLog accessLog() {
    return accessLog;
  }

  /** Returns whether the other ones come from the same configuration and the same files of TLS. */
  public boolean isConfiguredAs(TcpSettings other) {
    return config.equals(other.config) && hasFilesOf(other);
  }

  /** Returns whether the other ones have certificates, keys and authorities of the same octets. */
  public boolean hasFilesOf(TcpSettings other) {
    return ServerTls.haveSameFiles(tls, other.tls);
  }

  /** Returns until when each certificate is valid, by the name of its file; empty: TLS does not end here. */
  public Map<String, Instant> certificates() {
    return tls == null ? Map.of() : tls.expiries();
  }

  TcpRoutes routes() {
    return routes;
  }

  /**
   * Counts the end of a session.
   *
   * @param route null: it has none
   * @param loop of the current thread
   * @param why null: it was orderly
   */
  void count(@Nullable TcpRoute route, int loop, @Nullable TcpFailure why) {
    (route == null ? unrouted : route.counts()).ended(loop, why);
    if (why == TcpFailure.BAD_PROXY_HEADER) {
      refusals.add(Refusals.Reason.BAD_PROXY_HEADER);
    } else if (why == TcpFailure.PEER_NOT_TRUSTED) {
      refusals.add(Refusals.Reason.PEER_NOT_TRUSTED);
    }
  }

  /** Returns what is counted of sessions without a route. */
  SessionCounts unrouted() {
    return unrouted;
  }

  /** Returns what counts the connections that are refused. */
  Refusals.OfListener refusals() {
    return refusals;
  }

  /** Returns what takes TLS off; null: what comes is passed on as it is. */
  @Nullable
  SslContext tls() {
    return handlers;
  }

  AddressBlocks trustedPeers() {
    return trustedPeers;
  }
}
