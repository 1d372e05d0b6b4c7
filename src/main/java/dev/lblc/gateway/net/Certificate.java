package dev.lblc.gateway.net;

import dev.lblc.config.TlsConfig;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----");

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
    Buffer chain = bytes(certificate);
    Buffer secret = bytes(key);
    // By themselves, so that the message names the file that is to blame.
    List<X509Certificate> unused = certificates(certificate, chain);
    KeyManagerFactory keys;
    boolean isPair;
    try {
      keys = pem(chain, secret).getKeyManagerFactory(null); // only paths would need a Vert.x
      isPair = areOfOneAnother(keys);
    } catch (Exception e) { // all that getKeyManagerFactory declares
      throw new IllegalArgumentException(
          key + " has no private key in PEM that fits " + certificate + ": " + words(e), e);
    }
    if (!isPair) {
      throw new IllegalArgumentException(
          key + " is not the private key of the first certificate in " + certificate);
    }
    return new Certificate(chain, secret, keys);
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

  /** Returns it for a server of Vert.x. */
  public PemKeyCertOptions options() {
    return pem(chain, key);
  }

  /**
   * Returns the TLS of a TCP listener.
   *
   * @param failed is told of each connection on which no TLS came about, on its event loop
   */
  public SslContext context(BiConsumer<Channel, Throwable> failed) {
    try {
      return new TlsContext(
          SslContextBuilder.forServer(keys).protocols("TLSv1.3", "TLSv1.2").build(),
          true,
          null,
          failed);
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
      if (manager instanceof X509KeyManager x509) {
        for (String alias : aliases(x509)) {
          if (!isKeyOf(x509.getCertificateChain(alias)[0], x509.getPrivateKey(alias))) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private static List<String> aliases(X509KeyManager keys) {
    return SIGNATURES.keySet().stream()
        .map(kind -> keys.getServerAliases(kind, null))
        .filter(Objects::nonNull)
        .flatMap(Arrays::stream)
        .distinct()
        .toList();
  }

  /** Returns the certificate with those of its authorities, as the file has them. */
  public List<X509Certificate> chain() {
    List<X509Certificate> all = new ArrayList<>();
    for (KeyManager manager : keys.getKeyManagers()) {
      if (manager instanceof X509KeyManager x509) {
        aliases(x509).forEach(alias -> all.addAll(List.of(x509.getCertificateChain(alias))));
      }
    }
    return all;
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
