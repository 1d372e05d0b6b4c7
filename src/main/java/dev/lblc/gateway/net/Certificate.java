package dev.lblc.gateway.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  private final byte[] chainText;
  private final byte[] keyText;
  private final List<X509Certificate> chain;
  private final PrivateKey key;

  private Certificate(
      byte[] chainText, byte[] keyText, List<X509Certificate> chain, PrivateKey key) {
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
    byte[] chainText = bytes(certificate);
    byte[] keyText = bytes(key);
    List<X509Certificate> chain = certificates(certificate, chainText);
    PrivateKey secret;
    boolean isPair;
    try {
      secret = PemKey.read(
          new String(keyText, StandardCharsets.ISO_8859_1), chain.get(0).getPublicKey());
      isPair = isKeyOf(chain.get(0), secret);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          key + " has no private key in PEM that fits " + certificate + ": " + words(e), e);
    }
    if (!isPair) {
      throw new IllegalArgumentException(
          key + " is not the private key of the first certificate in " + certificate);
    }
    return new Certificate(chainText, keyText, chain, secret);
  }

  /**
   * Reads the certificates of authorities. Waits for the file.
   *
   * @throws IllegalArgumentException if they cannot be used; the message names the file
   */
  public static List<X509Certificate> authorities(Path file) {
    return certificates(file, bytes(file));
  }

  private static List<X509Certificate> certificates(Path file, byte[] text) {
    List<X509Certificate> read = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Matcher block = PEM.matcher(new String(text, StandardCharsets.ISO_8859_1));
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

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  /** Returns what an exception says, by its innermost cause. */
  private static String words(Throwable e) {
    Throwable cause = e.getCause();
    return cause != null ? words(cause) : String.valueOf(e.getMessage());
  }

  /** Returns whether it is of the same octets. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Certificate that
        && Arrays.equals(chainText, that.chainText)
        && Arrays.equals(keyText, that.keyText);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(chainText);
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
    return signature.verify(signed);
  }
}
