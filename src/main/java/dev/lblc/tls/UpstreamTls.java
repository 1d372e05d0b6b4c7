package dev.lblc.tls;

import dev.lblc.config.DiscoveryConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.config.UpstreamTlsConfig;
import dev.lblc.discovery.Dial;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of connections to the servers of one service. Its files are read once. Immutable but for its memory of sessions; shared by
 * all event loops.
 *
 * <pre>
 * the name that a certificate has to have, and that is sent to the server:
 *   serverName, if the service has one
 *   the name that discovery asks for, if the server was found by it
 *   the host of the server; an address is looked for among those in the certificate, and no name is sent
 * </pre>
 *
 * <p>Sessions are resumed: one for each server is kept, or with TLS 1.3 the tickets that it gave.
 */
public final class UpstreamTls {
  /** Of a session's certificates and keys, some KiB each. A server has one that is of use. */
  private static final int MOST_SESSIONS = 2_048;

  private static final int SESSION_SECONDS = 24 * 60 * 60;

  /** Of engines whose certificates are compared with the name. */
  private static final String BY_NAME = "HTTPS";

  private static final String TLS_1_3 = "TLSv1.3";
  private static final String TLS_1_2 = "TLSv1.2";

  private final UpstreamTlsConfig config;
  private final @Nullable String discovered;
  private final Set<HostAndPort> named;
  private final @Nullable List<X509Certificate> authorities;
  private final @Nullable Identity identity;
  private final List<String> protocols;
  private final Listener listener;
  private final SslContext context;

  /** Is told of servers with which no TLS came about. May be called from any event loop. */
  public interface Listener {
    /** Tells nobody. */
    Listener NONE = (server, failure) -> {};

    /**
     * Notes a failure.
     *
     * @param server its id
     */
    void failed(String server, UpstreamTlsException failure);
  }

  private record HostAndPort(String host, int port) {}

  private UpstreamTls(
      UpstreamTlsConfig config,
      @Nullable String discovered,
      Set<HostAndPort> named,
      List<String> protocols,
      Listener listener)
      throws SSLException {
    Path trust = config.trust();
    Path certificate = config.certificate();
    Path key = config.key();
    this.config = config;
    this.discovered = discovered;
    this.named = named;
    this.authorities = trust == null ? null : Authorities.read(trust);
    this.identity = certificate == null || key == null ? null : Identity.read(certificate, key);
    this.protocols = protocols;
    this.listener = listener;
    this.context = newContext();
  }

  /**
   * Reads the files of a service. Waits for them.
   *
   * @param tls of the service
   * @param protocols that are offered by ALPN, the preferred one first; empty: servers are not asked
   * @param listener is told of failures
   * @throws IllegalArgumentException if they cannot be used; the message names the service
   */
  public static UpstreamTls read(
      ServiceConfig service, UpstreamTlsConfig tls, List<String> protocols, Listener listener) {
    DiscoveryConfig discovery = service.discovery();
    String discovered = discovery == null ? null : ServerName.ofDiscovery(discovery.dns());
    Set<HostAndPort> named = discovery == null
        ? Set.of()
        : service.servers().stream()
            .map(server -> new HostAndPort(server.host(), server.port()))
            .collect(Collectors.toUnmodifiableSet());
    try {
      return new UpstreamTls(tls, discovered, named, protocols, listener);
    } catch (IllegalArgumentException | SSLException e) {
      throw new IllegalArgumentException(
          "service " + service.name() + ": tls: " + e.getMessage(), e);
    }
  }

  private SslContext newContext() throws SSLException {
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
    Identity own = identity;
    if (own != null) {
      builder.keyManager(new ClientKey(own));
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

  /**
   * Returns the handler of a new connection, which begins a handshake once it is in the pipeline of one. It has no time limit of its
   * own.
   *
   * @param host of the server, as it is configured or was found
   * @param port of the server
   */
  public SslHandler handler(ByteBufAllocator allocator, String host, int port) {
    String name = name(host, port);
    // The JDK looks for a session by name and port. Servers may have one name and port, and know
    // only their own sessions.
    int session = name.equals(host) ? port : Objects.hash(host, port);
    SSLEngine engine = context.newEngine(allocator, name, session);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(ServerName.sent(name));
    if (config.verify() && ServerName.isKnownToTheJdk(name)) {
      parameters.setEndpointIdentificationAlgorithm(BY_NAME);
    }
    engine.setSSLParameters(parameters);
    SslHandler handler = new SslHandler(engine);
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  /** Returns what makes its engines, for those who ask what that is: a {@link #handler} knows its server, too. */
  public SslContext context() {
    return context;
  }

  /** Returns the handshake of a connection to a server, to be used once. */
  public Dial.Handshake handshake(String host, int port) {
    return new Dial.Handshake() {
      @Override
      public void begin(Channel channel, Consumer<@Nullable Throwable> told) {
        SslHandler handler;
        try {
          handler = handler(channel.alloc(), host, port);
        } catch (RuntimeException e) { // the caller would wait
          told.accept(new UpstreamTlsException(e));
          return;
        }
        TlsHandshake.begin(channel, handler, told);
      }

      @Override
      public Throwable late() {
        return new UpstreamTlsException(
            new SslHandshakeTimeoutException("the handshake is not complete"));
      }
    };
  }

  /** Returns what the certificate of a server has to be for. */
  private String name(String host, int port) {
    String configured = config.serverName();
    if (configured != null) {
      return configured;
    }
    return discovered != null && !named.contains(new HostAndPort(host, port))
        ? discovered
        : ServerName.withoutFinalDot(host);
  }

  /**
   * Returns whether a server may yet refuse the gateway's certificate, or its lack of one: with TLS 1.3 the handshake is complete on
   * the client's side before the server has read its last part.
   */
  public static boolean mayRefuseLate(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    return handler != null && handler.engine().getSession().getProtocol().equals(TLS_1_3);
  }

  /** Tells of a server with which no TLS came about. */
  public void failed(String server, UpstreamTlsException failure) {
    listener.failed(server, failure);
  }

  /** Returns whether connections of the other one are as good: it means the same, and its files had the same content. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof UpstreamTls that
            && config.equals(that.config)
            && Objects.equals(discovered, that.discovered)
            && named.equals(that.named)
            && protocols.equals(that.protocols)
            && Objects.equals(authorities, that.authorities)
            && Objects.equals(identity, that.identity));
  }

  @Override
  public int hashCode() {
    return config.hashCode();
  }
}
