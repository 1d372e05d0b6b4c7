package dev.lblc.gateway.net;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
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

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----");

  private final Buffer chainText;
  private final Buffer keyText;
  private final List<X509Certificate> chain;
  private final PrivateKey key;

  private Certificate(
      Buffer chainText, Buffer keyText, List<X509Certificate> chain, PrivateKey key) {
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
  public static Certificate read(Path certificate, Path key) {
    Buffer chain = bytes(certificate);
    Buffer secret = bytes(key);
    // By themselves, so that the message names the file that is to blame.
    List<X509Certificate> unused = certificates(certificate, chain);
    Certificate read;
    boolean isPair;
    try {
      read = of(chain, secret);
      isPair = isKeyOf(read.chain.get(0), read.key);
    } catch (Exception e) { // all that getKeyManagerFactory declares
      throw new IllegalArgumentException(
          key + " has no private key in PEM that fits " + certificate + ": " + words(e), e);
    }
    if (!isPair) {
      throw new IllegalArgumentException(
          key + " is not the private key of the first certificate in " + certificate);
    }
    return read;
  }

  private static Certificate of(Buffer chain, Buffer secret) throws Exception {
    PemKeyCertOptions pem = new PemKeyCertOptions().addCertValue(chain).addKeyValue(secret);
    // Only paths would need a Vert.x.
    for (KeyManager manager : pem.getKeyManagerFactory(null).getKeyManagers()) {
      if (manager instanceof X509KeyManager keys) {
        for (String kind : SIGNATURES.keySet()) {
          String[] aliases = keys.getServerAliases(kind, null);
          if (aliases != null && aliases.length > 0) {
            return new Certificate(
                chain,
                secret,
                List.of(keys.getCertificateChain(aliases[0])),
                keys.getPrivateKey(aliases[0]));
          }
        }
      }
    }
    throw new GeneralSecurityException("keys are " + String.join(", ", SIGNATURES.keySet()));
  }

  /**
   * Reads the certificates of authorities. Waits for the file.
   *
   * @throws IllegalArgumentException if they cannot be used; the message names the file
   */
  public static List<X509Certificate> authorities(Path file) {
    return certificates(file, bytes(file));
  }

  private static List<X509Certificate> certificates(Path file, Buffer text) {
    List<X509Certificate> read = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Matcher block = PEM.matcher(text.toString(StandardCharsets.ISO_8859_1));
      while (block.find()) {
        byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
        read.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded)));
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          file + " has a certificate that cannot be read: " + words(e), e);
    }
    if (read.isEmpty()) {
      throw new IllegalArgumentException(file + " has no certificate in PEM");
    }
    return read;
  }

  private static Buffer bytes(Path file) {
    try {
      return Buffer.buffer(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  /** Returns what an exception says; with its class, unless that says nothing. */
  private static String words(Exception e) {
    String message = e.getMessage();
    return e.getClass() == RuntimeException.class && message != null ? message : e.toString();
  }

  /** Returns whether it is of the same octets. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Certificate that
        && chainText.equals(that.chainText)
        && keyText.equals(that.keyText);
  }

  @Override
  public int hashCode() {
    return chainText.hashCode();
  }

  /** Returns the certificate with those of its authorities, as the file has them. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** Returns the private key of the first certificate of the chain. */
  PrivateKey key() {
    return key;
  }

  /** Returns the kind of the key, such as {@code RSA} or {@code EC}. */
  public String kind() {
    return chain.get(0).getPublicKey().getAlgorithm();
  }

  /** The handshakes of a key that is another certificate's would all fail, and nothing else would tell. */
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
