package dev.lblc.tls;

import dev.lblc.config.DiscoveryConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.config.UpstreamTlsConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a service's {@code tls} says, with the content of its files. Connections by terms that are equal are as good as one another.
 *
 * @param config of the service
 * @param discovered the name of servers that discovery finds; null: there is none
 * @param named the servers of the file, if there is discovery
 * @param protocols that are offered by ALPN
 * @param authorities null: those that the JDK trusts
 * @param identity null: no certificate is shown
 */
record TlsTerms(
    UpstreamTlsConfig config,
    @Nullable String discovered,
    Set<HostAndPort> named,
    List<String> protocols,
    @Nullable List<X509Certificate> authorities,
    @Nullable Identity identity) {
  static final String TLS_1_3 = "TLSv1.3";
  private static final String TLS_1_2 = "TLSv1.2";

  /** Of a session's certificates and keys, some KiB each. A server has one that is of use. */
  private static final int MOST_SESSIONS = 2_048;

  private static final int SESSION_SECONDS = 24 * 60 * 60;

  /** Where a server is. */
  record HostAndPort(String host, int port) {}

  /**
   * Reads the files. Waits for them.
   *
   * @throws IllegalArgumentException if they cannot be used; the message names the file
   */
  static TlsTerms read(ServiceConfig service, UpstreamTlsConfig tls, List<String> protocols) {
    DiscoveryConfig discovery = service.discovery();
    Set<HostAndPort> named = discovery == null
        ? Set.of()
        : service.servers().stream()
            .map(server -> new HostAndPort(server.host(), server.port()))
            .collect(Collectors.toUnmodifiableSet());
    Path trust = tls.trust();
    Path certificate = tls.certificate();
    Path key = tls.key();
    return new TlsTerms(
        tls,
        discovery == null ? null : ServerName.ofDiscovery(discovery.dns()),
        named,
        protocols,
        trust == null ? null : Authorities.read(trust),
        certificate == null || key == null ? null : Identity.read(certificate, key));
  }

  /** Returns these with other protocols. */
  TlsTerms with(List<String> others) {
    return new TlsTerms(config, discovered, named, others, authorities, identity);
  }

  /** Returns what the certificate of a server has to be for. */
  String name(String host, int port) {
    String configured = config.serverName();
    if (configured != null) {
      return configured;
    }
    return discovered != null && !named.contains(new HostAndPort(host, port))
        ? discovered
        : ServerName.withoutFinalDot(host);
  }

  /** Returns what makes engines. Takes a moment with the authorities of the JDK, which are read. */
  SslContext context() throws SSLException {
    SslContextBuilder builder = SslContextBuilder.forClient()
        .sslProvider(SslProvider.JDK)
        .protocols(TLS_1_3, TLS_1_2)
        .sessionCacheSize(MOST_SESSIONS)
        .sessionTimeout(SESSION_SECONDS)
        .endpointIdentificationAlgorithm(null); // each engine says what is compared
    if (config.verify()) {
      builder.trustManager(ServerTrust.of(authorities));
    } else {
      builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
    }
    if (identity != null) {
      builder.keyManager(new ClientKey(identity));
    }
    if (!protocols.isEmpty()) {
      builder.applicationProtocolConfig(new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          protocols));
    }
    return builder.build();
  }
}
