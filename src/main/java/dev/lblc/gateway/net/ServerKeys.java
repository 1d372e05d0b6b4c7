package dev.lblc.gateway.net;

import dev.lblc.tls.Identity;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates and keys of a listener, as TLS engines ask for them: by the kind of key, while a handshake goes on. Immutable.
 *
 * <p>What the client asks for is a value of the engine's session. It has to be there before the engine sees the ClientHello.
 */
final class ServerKeys extends X509ExtendedKeyManager {
  private static final String ASKED = ServerKeys.class.getName();
  private static final String EC = "EC";

  private final List<Identity> certificates;
  private final CertificateChoice choice;
  private final UnaryOperator<PrivateKey> handedOut;

  ServerKeys(List<Identity> certificates) {
    this(List.copyOf(certificates), new CertificateChoice(certificates), UnaryOperator.identity());
  }

  private ServerKeys(
      List<Identity> certificates, CertificateChoice choice, UnaryOperator<PrivateKey> handedOut) {
    this.certificates = certificates;
    this.choice = choice;
    this.handedOut = handedOut;
  }

  /** What a client asks for. */
  private record Asked(@Nullable String serverName, boolean hasEcdsa) {}

  /** Notes what the client of an engine asks for. */
  static void note(SSLEngine engine, ClientHello hello) throws SSLException {
    if (engine instanceof ReferenceCountedOpenSslEngine) {
      engine.beginHandshake(); // with which it forgets what was noted before
    }
    engine.getSession().putValue(ASKED, new Asked(hello.serverName(), hello.hasEcdsa()));
  }

  /** A key as one caller gets it: equal to no other, and known by its octets alone. */
  private static final class KeyOfOneCall implements PrivateKey {
    private static final long serialVersionUID = 1L;
    private final PrivateKey key;

    KeyOfOneCall(PrivateKey key) {
      this.key = key;
    }

    @Override
    public String getAlgorithm() {
      return key.getAlgorithm();
    }

    @Override
    public String getFormat() {
      return key.getFormat();
    }

    @Override
    public byte[] getEncoded() {
      return key.getEncoded();
    }
  }

  /** Returns it in the form in which the engines of the JDK take it. */
  KeyManagerFactory forJdk() {
    return factory(this);
  }

  /**
   * Returns it in the form in which those of OpenSSL take it, which then keep what they have made of each key. They keep it twice, by its
   * name and, the last one, by the key itself. With Netty 4.2.18 a handshake that finds the key in the second while another one has not yet
   * put it into the first counts one use more than it ends, and the native memory is never given back. So none finds it there: each asks with
   * a key of its own.
   */
  KeyManagerFactory forOpenSsl() {
    return new OpenSslCachingX509KeyManagerFactory(
        factory(new ServerKeys(certificates, choice, KeyOfOneCall::new)));
  }

  private static KeyManagerFactory factory(KeyManager keys) {
    return new SimpleKeyManagerFactory() {
      @Override
      protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {
        throw new UnsupportedOperationException("it has its keys");
      }

      @Override
      protected void engineInit(ManagerFactoryParameters parameters) {
        throw new UnsupportedOperationException("it has its keys");
      }

      @Override
      protected KeyManager[] engineGetKeyManagers() {
        return new KeyManager[] {keys};
      }
    };
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String kind, Principal @Nullable [] issuers, SSLEngine engine) {
    Asked asked = (Asked) engine.getSession().getValue(ASKED);
    Map<String, Identity> chosen = choice.of(asked == null ? null : asked.serverName());
    Identity certificate = chosen.get(kind);
    // The JDK asks for kinds that the client has; OpenSSL for any, EC first.
    boolean isForOthers =
        kind.equals(EC) && asked != null && !asked.hasEcdsa() && chosen.size() > 1;
    return certificate == null || isForOthers
        ? null
        : Integer.toString(certificates.indexOf(certificate));
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return of(alias).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return handedOut.apply(of(alias).key());
  }

  private Identity of(String alias) {
    return certificates.get(Integer.parseInt(alias));
  }

  @Override
  public String @Nullable [] getServerAliases(String kind, Principal @Nullable [] issuers) {
    String[] aliases = certificates.stream()
        .filter(certificate -> certificate.kind().equals(kind))
        .map(certificate -> Integer.toString(certificates.indexOf(certificate)))
        .toArray(String[]::new);
    return aliases.length == 0 ? null : aliases;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String kind, Principal @Nullable [] issuers, @Nullable Socket socket) {
    Identity certificate = choice.of(null).get(kind);
    return certificate == null ? null : Integer.toString(certificates.indexOf(certificate));
  }

  @Override
  public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] kinds, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
