package dev.lblc.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with those of its authorities, and its private key: of a listener, or for servers that ask for one. The files are
 * read once, so that what is used is what was checked, whatever is written into them afterwards. Immutable.
 */
public final class Identity {
  /** How each kind of key signs, for the check that a key is the certificate's. Those of RSA show it without. */
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "EdDSA", "EdDSA", "RSA", "", "RSASSA-PSS", "");

  private final byte[] chainText;
  private final byte[] keyText;
  private final List<X509Certificate> chain;
  private final PrivateKey key;

  private Identity(byte[] chainText, byte[] keyText, List<X509Certificate> chain, PrivateKey key) {
    this.chainText = chainText;
    this.keyText = keyText;
    this.chain = List.copyOf(chain);
    this.key = key;
  }

  /**
   * Reads a certificate and its key. Waits for the files.
   *
   * @throws IllegalArgumentException if they cannot be used; the message names the files
   */
  public static Identity read(Path certificate, Path key) {
    byte[] chainText = Authorities.octets(certificate);
    byte[] keyText = Authorities.octets(key);
    List<X509Certificate> chain = Authorities.certificates(certificate, chainText);
    PrivateKey secret;
    boolean isPair;
    try {
      secret = PemKey.read(Authorities.text(keyText), chain.get(0).getPublicKey());
      isPair = isKeyOf(chain.get(0), secret);
    } catch (PemKey.OtherKindException e) {
      throw new IllegalArgumentException(isNotThePair(certificate, key) + ": " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          key + " has no private key in PEM that fits " + certificate + ": " + Authorities.words(e),
          e);
    }
    if (!isPair) {
      throw new IllegalArgumentException(isNotThePair(certificate, key));
    }
    return new Identity(chainText, keyText, chain, secret);
  }

  private static String isNotThePair(Path certificate, Path key) {
    return key + " is not the private key of the first certificate in " + certificate;
  }

  /** The handshakes of a key that is another certificate's would all fail, and nothing else would tell. */
  private static boolean isKeyOf(X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException {
    String kind = certificate.getPublicKey().getAlgorithm();
    String name = SIGNATURES.get(kind);
    if (name == null) {
      throw new InvalidKeyException(
          "its kind is " + kind + ", and TLS has " + String.join(", ", SIGNATURES.keySet()));
    }
    if (certificate.getPublicKey() instanceof RSAKey rsa && key instanceof RSAKey secret) {
      return rsa.getModulus().equals(secret.getModulus());
    }
    Signature signature = Signature.getInstance(name);
    byte[] message = {1}; // of none the JDK cannot verify the signature with EdDSA
    signature.initSign(key);
    signature.update(message);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(message);
    try {
      return signature.verify(signed);
    } catch (SignatureException e) { // of another length: of another curve
      return false;
    }
  }

  /** Returns the certificate, and behind it those of its authorities that the file has. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** Returns the private key of the first certificate of the chain. */
  public PrivateKey key() {
    return key;
  }

  /** Returns the kind of the key, such as {@code RSA} or {@code EC}. */
  public String kind() {
    return chain.get(0).getPublicKey().getAlgorithm();
  }

  /** Returns whether it is of the same octets. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Identity that
        && Arrays.equals(chainText, that.chainText)
        && Arrays.equals(keyText, that.keyText);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(chainText);
  }
}
