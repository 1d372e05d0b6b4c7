package dev.lblc.gateway.net;

import dev.lblc.config.TlsConfig;
import dev.lblc.config.TlsVersion;
import dev.lblc.tls.Authorities;
import dev.lblc.tls.Identity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCounted;
import io.vertx.core.net.KeyCertOptions;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What TLS of a listener needs: its certificates, what it asks of clients, versions and ciphers. The files are read once, so that what is
 * used is what was checked, whatever is written into them afterwards. Immutable, shared by all event loops.
 *
 * <p>Sessions can be resumed as long as this object is used: it has the keys of their tickets.
 */
public final class ServerTls {
  /**
   * With forward secrecy, and authenticated in one step with the encryption. Of those that JDKs enable by default this leaves out key
   * exchange with RSA, finite fields, CBC and SHA-1. AES-128 comes first: it is as safe and costs less.
   */
  private static final List<String> CIPHERS = List.of(
      "TLS_AES_128_GCM_SHA256",
      "TLS_AES_256_GCM_SHA384",
      "TLS_CHACHA20_POLY1305_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

  /** Whether the log says which engine is used. */
  private static final AtomicBoolean IS_TOLD = new AtomicBoolean();

  /** Gives back what the library has for settings that nobody uses any more. Each connection has a part in it, too. */
  private static final Cleaner CLEANER = Cleaner.create();

  private final TlsEngine engine;
  private final List<Identity> certificates;
  private final TlsConfig config;
  private final List<X509Certificate> trusted;
  private final List<String> protocols;
  private final ServerKeys keys;
  private final SslContext context;

  private ServerTls(
      TlsConfig config,
      TlsEngine engine,
      List<Identity> certificates,
      List<X509Certificate> trusted,
      List<String> protocols) {
    this.config = config;
    this.certificates = certificates;
    this.trusted = trusted;
    this.protocols = protocols;
    this.engine = engine;
    this.keys = new ServerKeys(certificates);
    try {
      this.context = build();
    } catch (SSLException e) {
      throw new IllegalArgumentException(String.valueOf(e), e);
    }
  }

  /**
   * Reads the files of a listener. Waits for them.
   *
   * @param config null: clear text
   * @param protocols that clients may choose from by ALPN, the best first; none: no ALPN
   * @return null if and only if {@code config} is
   * @throws IllegalArgumentException if they cannot be used; the message names the listener
   */
  public static @Nullable ServerTls read(
      String listener, @Nullable TlsConfig config, List<String> protocols) {
    if (config == null) {
      return null;
    }
    try {
      TlsConfig.ClientAuth clientAuth = config.clientAuth();
      List<Identity> certificates = config.certificates().stream()
          .map(each -> Identity.read(each.certificate(), each.key()))
          .toList();
      return new ServerTls(
          config,
          engineFor(listener, certificates),
          certificates,
          clientAuth == null ? List.of() : Authorities.read(clientAuth.trust()),
          List.copyOf(protocols));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("listener " + listener + ": tls: " + e.getMessage(), e);
    }
  }

  private static TlsEngine engineFor(String listener, List<Identity> certificates) {
    TlsEngine ofProcess = TlsEngine.ofProcess();
    if (!IS_TOLD.getAndSet(true)) {
      LOG.info("TLS of listeners: {}", ofProcess.describe());
    }
    for (Identity certificate : certificates) {
      if (!ofProcess.canUse(certificate.chain().get(0).getPublicKey())) {
        LOG.info(
            "listener {}: TLS by the JDK, as OpenSSL cannot use the {} key of {}",
            listener,
            certificate.kind(),
            certificate.chain().get(0).getSubjectX500Principal());
        return TlsEngine.JDK;
      }
    }
    return ofProcess;
  }

  private SslContext build() throws SSLException {
    boolean isNative = engine == TlsEngine.OPENSSL;
    SslContextBuilder builder = SslContextBuilder.forServer(
            isNative ? keys.forOpenSsl() : keys.forJdk())
        .sslProvider(isNative ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
        .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .protocols(
            config.minimum() == TlsVersion.TLS_1_3
                ? List.of("TLSv1.3")
                : List.of("TLSv1.3", "TLSv1.2"));
    if (isNative) {
      builder.option(OpenSslContextOption.USE_TASKS, false); // they would run on the same thread
    }
    if (!protocols.isEmpty()) {
      // What a client asks for in vain is refused before, alike for both engines.
      builder.applicationProtocolConfig(new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          protocols));
    }
    TlsConfig.ClientAuth clientAuth = config.clientAuth();
    if (clientAuth == null) {
      builder.trustManager(new TrustsNobody());
    } else {
      builder
          .trustManager(trusted)
          .clientAuth(clientAuth.required() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
    }
    SslContext built = builder.build();
    if (built.sessionContext() instanceof OpenSslServerSessionContext sessions) {
      sessions.setSessionCacheEnabled(
          false); // tickets, as the JDK's: the clients keep the sessions
      sessions.setTicketKeys(); // made and changed by the library
      CLEANER.register(this, ((ReferenceCounted) built)::release);
    }
    return built;
  }

  /**
   * Returns what makes the handlers of a TCP listener.
   *
   * @param failed is told of each connection on which no TLS came about, on its event loop
   */
  public SslContext handlers(BiConsumer<Channel, Throwable> failed) {
    return new TlsContext(() -> this, true, null, failed);
  }

  /** Returns the engine of a connection that begins. */
  SSLEngine newEngine(ByteBufAllocator allocator) {
    try {
      return context.newEngine(allocator);
    } finally {
      Reference.reachabilityFence(this); // until the engine has its part in the library's context
    }
  }

  /** Returns what makes the engines of connections; not to be used longer than this object. */
  SslContext context() {
    return context;
  }

  /** Returns the protocols that clients may choose from by ALPN; none: what they ask for does not count. */
  List<String> protocols() {
    return protocols;
  }

  /** Returns what does the cryptography. */
  public TlsEngine engine() {
    return engine;
  }

  /** Returns until when each certificate is valid, by the name of its file in the configuration. */
  public Map<String, Instant> expiries() {
    Map<String, Instant> all = new LinkedHashMap<>();
    for (int i = 0; i < certificates.size(); i++) {
      all.put(
          config.certificates().get(i).certificate().toString(),
          certificates.get(i).chain().get(0).getNotAfter().toInstant());
    }
    return all;
  }

  /** Returns the certificates in the form in which servers of Vert.x ask for them. They use {@link VertxTls} all the same. */
  public KeyCertOptions options() {
    return KeyCertOptions.wrap(keys);
  }

  /** Returns whether the other one does the same: it has the same settings, and its files are of the same octets. */
  public boolean isSameAs(@Nullable ServerTls other) {
    return other != null
        && config.equals(other.config)
        && protocols.equals(other.protocols)
        && haveSameFiles(this, other);
  }

  /** Returns whether both have files of the same octets; those of clear text have none. */
  public static boolean haveSameFiles(@Nullable ServerTls one, @Nullable ServerTls other) {
    if (one == null || other == null) {
      return one == other;
    }
    return one.certificates.equals(other.certificates) && one.trusted.equals(other.trusted);
  }
}
