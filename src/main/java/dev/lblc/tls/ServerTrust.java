package dev.lblc.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The check of a server's certificate: by the JDK, and of names that the JDK does not compare with certificates by {@link
 * ServerName}. Immutable.
 */
final class ServerTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager jdk;

  private ServerTrust(X509ExtendedTrustManager jdk) {
    this.jdk = jdk;
  }

  /**
   * Returns the check by authorities.
   *
   * @param authorities null: those that the JDK trusts
   */
  static ServerTrust of(@Nullable List<X509Certificate> authorities) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities == null ? null : store(authorities));
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return new ServerTrust(extended);
        }
      }
      throw new IllegalArgumentException("the JDK checks no certificates");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("certificates of authorities: " + e, e);
    }
  }

  private static KeyStore store(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry(Integer.toString(i), authorities.get(i));
    }
    return store;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    jdk.checkServerTrusted(chain, kind, engine);
    String name = engine.getPeerHost();
    if (name != null && !ServerName.isKnownToTheJdk(name)) {
      ServerName.require(name, chain[0]);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    throw new CertificateException("only engines are used here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    throw new CertificateException("only engines are used here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    throw new CertificateException("no clients are checked here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("no clients are checked here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    throw new CertificateException("no clients are checked here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return jdk.getAcceptedIssuers();
  }
}
