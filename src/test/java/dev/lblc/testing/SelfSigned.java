package dev.lblc.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

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

  /** A new certificate of somebody whose name no client asks for. */
  public static SelfSigned withoutName() {
    return build(new CertificateBuilder()
        .algorithm(CertificateBuilder.Algorithm.ecp256)
        .subject("O=Example"));
  }

  /** A new certificate for several host names, also wildcards; the first is its common name. */
  public static SelfSigned of(String host, String... others) {
    List<String> names = new ArrayList<>(List.of(others));
    names.add(0, host);
    ByteArrayOutputStream entries = new ByteArrayOutputStream();
    names.forEach(
        name -> entries.writeBytes(element(0x82, name.getBytes(StandardCharsets.US_ASCII))));
    return build(
        host,
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .addExtensionOctetString("2.5.29.17", false, element(0x30, entries.toByteArray())));
  }

  /** An element of DER that is shorter than 128 bytes. */
  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    element.write(content.length);
    element.writeBytes(content);
    return element.toByteArray();
  }

  /** A new certificate for a host name, with a key of that kind. */
  public static SelfSigned of(String host, CertificateBuilder.Algorithm kind) {
    return build(host, new CertificateBuilder().algorithm(kind).addSanDnsName(host));
  }

  /** A new certificate for a host name, valid from one time until another. */
  public static SelfSigned of(String host, Instant from, Instant until) {
    return build(
        host,
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .addSanDnsName(host)
            .notBefore(from)
            .notAfter(until));
  }

  private static SelfSigned build(String host, CertificateBuilder builder) {
    return build(builder.subject("CN=" + host));
  }

  private static SelfSigned build(CertificateBuilder builder) {
    try {
      X509Bundle bundle = builder.setIsCertificateAuthority(true).buildSelfSigned();
      return new SelfSigned(
          temporary(bundle.toTempCertChainPem()), temporary(bundle.toTempPrivateKeyPem()));
    } catch (Exception e) { // all that CertificateBuilder declares
      throw new IllegalStateException("no certificate", e);
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
