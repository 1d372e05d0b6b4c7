package dev.lblc.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.File;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A certificate that is its own authority, with its key, as files of PEM that the end of the process deletes.
 *
 * @param certificate file of the certificate
 * @param key file of the key
 */
public record SelfSigned(Path certificate, Path key) {

  /** A new certificate for a host name. */
  public static SelfSigned of(String host) {
    return of(host, CertificateBuilder.Algorithm.ecp256);
  }

  /** A new certificate for a host name, with a key of that kind. */
  public static SelfSigned of(String host, CertificateBuilder.Algorithm kind) {
    return build(host, new CertificateBuilder().algorithm(kind));
  }

  /** A new certificate for a host name, valid from one time until another. */
  public static SelfSigned of(String host, Instant from, Instant until) {
    return build(
        host,
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .notBefore(from)
            .notAfter(until));
  }

  private static SelfSigned build(String host, CertificateBuilder builder) {
    try {
      X509Bundle bundle = builder
          .subject("CN=" + host)
          .addSanDnsName(host)
          .setIsCertificateAuthority(true)
          .buildSelfSigned();
      return new SelfSigned(
          temporary(bundle.toTempCertChainPem()), temporary(bundle.toTempPrivateKeyPem()));
    } catch (Exception e) { // all that CertificateBuilder declares
      throw new IllegalStateException("no certificate for " + host, e);
    }
  }

  /** For a server. */
  public PemKeyCertOptions keyCertOptions() {
    return new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString());
  }

  /** As {@code tls} of a listener's configuration. */
  public JsonObject json() {
    return new JsonObject().put("certificate", certificate.toString()).put("key", key.toString());
  }

  private static Path temporary(File file) {
    file.deleteOnExit();
    return file.toPath();
  }
}
