package dev.lblc.tls;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with those of its authorities, and its private key. The files are read once, so that what is used is what was
 * checked, whatever is written into them afterwards. Immutable.
 */
public final class Identity {
  /** How each kind of key signs, for the check that a key is the certificate's. Those of RSA show it without. */
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "EdDSA", "EdDSA", "RSA", "", "RSASSA-PSS", "");

  private final Buffer certificateText;
  private final Buffer keyText;
  private final List<X509Certificate> chain;
  private final PrivateKey key;

  private Identity(
      Buffer certificateText, Buffer keyText, List<X509Certificate> chain, PrivateKey key) {
    this.certificateText = certificateText;
    this.keyText = keyText;
    this.chain = chain;
    this.key = key;
  }

  /**
   * Reads a certificate and its key. Waits for the files.
   *
   * @throws IllegalArgumentException if they cannot be used; the message names the files
   */
  public static Identity read(Path certificate, Path key) {
    Buffer text = Authorities.bytes(certificate);
    Buffer secret = Authorities.bytes(key);
    // By themselves, so that the message names the file that is to blame.
    List<X509Certificate> unused = Authorities.certificates(certificate, text);
    Identity read;
    boolean isPair;
    try {
      read = of(text, secret);
      isPair = read.isPair();
    } catch (Exception e) { // all that getKeyManagerFactory declares
      throw new IllegalArgumentException(
          key + " has no private key in PEM that fits " + certificate + ": " + Authorities.words(e),
          e);
    }
    if (!isPair) {
      throw new IllegalArgumentException(
          key + " is not the private key of the first certificate in " + certificate);
    }
    return read;
  }

  private static Identity of(Buffer text, Buffer secret) throws Exception {
    KeyManagerFactory keys = new PemKeyCertOptions()
        .addCertValue(text)
        .addKeyValue(secret)
        .getKeyManagerFactory(null); // only paths would need a Vert.x
    for (KeyManager manager : keys.getKeyManagers()) {
      if (manager instanceof X509KeyManager x509) {
        for (String alias : aliases(x509)) {
          return new Identity(
              text, secret, List.of(x509.getCertificateChain(alias)), x509.getPrivateKey(alias));
        }
      }
    }
    throw new GeneralSecurityException("no key that can sign");
  }

  private static List<String> aliases(X509KeyManager keys) {
    return SIGNATURES.keySet().stream()
        .map(kind -> keys.getServerAliases(kind, null))
        .filter(Objects::nonNull)
        .flatMap(Arrays::stream)
        .distinct()
        .toList();
  }

  /** The handshakes of a key that is another certificate's would all fail, and nothing else would tell. */
  private boolean isPair() throws GeneralSecurityException {
    X509Certificate certificate = chain.get(0);
    String kind = certificate.getPublicKey().getAlgorithm();
    String name = SIGNATURES.get(kind);
    if (name == null || !key.getAlgorithm().equals(kind)) {
      return name == null;
    }
    if (certificate.getPublicKey() instanceof RSAKey rsa && key instanceof RSAKey secret) {
      return rsa.getModulus().equals(secret.getModulus());
    }
    Signature signature = Signature.getInstance(name);
    byte[] message = {1}; // that of EdDSA takes none that is empty
    signature.initSign(key);
    signature.update(message);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(message);
    return signature.verify(signed);
  }

  /** Returns the certificate, and behind it those of its authorities that the file has. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** Returns the private key of the first certificate. */
  PrivateKey key() {
    return key;
  }

  /** Returns whether it is of the same octets. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Identity that
        && certificateText.equals(that.certificateText)
        && keyText.equals(that.keyText);
  }

  @Override
  public int hashCode() {
    return certificateText.hashCode();
  }
}
