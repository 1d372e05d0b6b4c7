package dev.lblc.gateway.net;

import dev.lblc.config.TlsConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A certificate of a listener with its private key. The files are read once, so that what is used is what was checked,
 * whatever is written into them afterwards. Immutable.
 */
public final class Certificate {
  /** How each kind of key signs, for the check that a key is the certificate's. Those of RSA show it without. */
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "EdDSA", "EdDSA", "RSA", "", "RSASSA-PSS", "");

  private final Buffer chain;
  private final Buffer key;
  private final KeyManagerFactory keys;

  private Certificate(Buffer chain, Buffer key, KeyManagerFactory keys) {
    this.chain = chain;
    this.key = key;
    this.keys = keys;
  }

  /**
   * Reads the files of a listener. Waits for them.
   *
   * @param config null: clear text
   * @return null if and only if {@code config} is
   * @throws IllegalArgumentException if they cannot be used; the message names the listener
   */
  public static @Nullable Certificate read(String listener, @Nullable TlsConfig config) {
    try {
      return config == null ? null : read(config.certificate(), config.key());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("listener " + listener + ": tls: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a certificate and its key. Waits for the files.
   *
   * @throws IllegalArgumentException if they cannot be used; the message names the files
   */
  public static Certificate read(Path certificate, Path key) {
    KeyManagerFactory keys;
    Buffer chain;
    Buffer secret;
    boolean isPair;
    try {
      chain = Buffer.buffer(Files.readAllBytes(certificate));
      secret = Buffer.buffer(Files.readAllBytes(key));
      keys = pem(chain, secret).getKeyManagerFactory(null); // only paths would need a Vert.x
      isPair = areOfOneAnother(keys);
    } catch (Exception e) { // all that getKeyManagerFactory declares
      throw new IllegalArgumentException(
          certificate + " and " + key + " are not a certificate and its key in PEM: " + words(e),
          e);
    }
    if (!isPair) {
      throw new IllegalArgumentException(
          key + " is not the private key of the first certificate in " + certificate);
    }
    return new Certificate(chain, secret, keys);
  }

  /** Returns what an exception says; with its class, unless that says nothing. */
  private static String words(Exception e) {
    String message = e.getMessage();
    return e.getClass() == RuntimeException.class && message != null ? message : e.toString();
  }

  /** Returns it for a server of Vert.x. */
  public PemKeyCertOptions options() {
    return pem(chain, key);
  }

  /** Returns the TLS of a TCP listener. */
  public SslContext context() {
    try {
      return new TlsContext(
          SslContextBuilder.forServer(keys).protocols("TLSv1.3", "TLSv1.2").build(), true, null);
    } catch (IOException e) {
      throw new IllegalArgumentException("tls: " + e, e);
    }
  }

  /** Returns whether it is of the same octets. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Certificate that && chain.equals(that.chain) && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return chain.hashCode();
  }

  private static PemKeyCertOptions pem(Buffer chain, Buffer key) {
    return new PemKeyCertOptions().addCertValue(chain).addKeyValue(key);
  }

  /** The handshakes of a key that is another certificate's would all fail, and nothing else would tell. */
  private static boolean areOfOneAnother(KeyManagerFactory keys) throws GeneralSecurityException {
    for (KeyManager manager : keys.getKeyManagers()) {
      for (String kind : SIGNATURES.keySet()) {
        if (manager instanceof X509KeyManager x509) {
          String[] aliases = x509.getServerAliases(kind, null);
          for (String alias : aliases == null ? new String[0] : aliases) {
            if (!isKeyOf(x509.getCertificateChain(alias)[0], x509.getPrivateKey(alias))) {
              return false;
            }
          }
        }
      }
    }
    return true;
  }

  private static boolean isKeyOf(X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException {
    String kind = certificate.getPublicKey().getAlgorithm();
    String name = SIGNATURES.get(kind);
    if (name == null || !key.getAlgorithm().equals(kind)) {
      return name == null;
    }
    if (certificate.getPublicKey() instanceof RSAKey rsa && key instanceof RSAKey secret) {
      return rsa.getModulus().equals(secret.getModulus());
    }
    Signature signature = Signature.getInstance(name);
    signature.initSign(key);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    return signature.verify(signed);
  }
}
