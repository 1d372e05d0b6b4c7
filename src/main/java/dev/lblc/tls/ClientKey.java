package dev.lblc.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that servers may ask for. Immutable.
 *
 * <p>The JDK's own key managers show none unless the server names an authority of its chain. A server that names but the root, when
 * the file has only the certificate itself, would get none; so would those that name too few. Whoever configures a certificate wants
 * it shown.
 */
final class ClientKey extends X509ExtendedKeyManager {
  private static final String ALIAS = "client";

  private final Identity identity;

  ClientKey(Identity identity) {
    this.identity = identity;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] kinds, Principal @Nullable [] authorities, @Nullable SSLEngine engine) {
    return List.of(kinds).contains(identity.key().getAlgorithm()) ? ALIAS : null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] kinds, Principal @Nullable [] authorities, @Nullable Socket socket) {
    return chooseEngineClientAlias(kinds, authorities, null);
  }

  @Override
  public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] authorities) {
    return kind.equals(identity.key().getAlgorithm()) ? new String[] {ALIAS} : null;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identity.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identity.key();
  }

  @Override
  public String @Nullable [] getServerAliases(String kind, Principal @Nullable [] authorities) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String kind, Principal @Nullable [] authorities, @Nullable Socket socket) {
    return null;
  }
}
