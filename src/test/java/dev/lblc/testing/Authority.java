package dev.lblc.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.NetUtil;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** An authority of certificates; its files are deleted by the end of the process. */
public final class Authority {
  private static final String SUBJECT_ALTERNATIVES = "2.5.29.17";
  private static final byte SEQUENCE = 0x30;
  private static final int DNS_NAME = 0x82;
  private static final int IP_ADDRESS = 0x87;
  private static final int LONGEST = 127;

  private final X509Bundle bundle;
  private final Path certificate;

  private Authority(X509Bundle bundle) throws IOException {
    this.bundle = bundle;
    this.certificate = temporary(bundle.toTempRootCertPem());
  }

  /**
   * A certificate that an authority has issued, with its key, as files of PEM.
   *
   * @param certificate file of the certificate
   * @param key file of the key
   * @param bundle both, for the JDK
   */
  public record Issued(Path certificate, Path key, X509Bundle bundle) {
    /** For a server or a client of Vert.x. */
    public PemKeyCertOptions options() {
      return new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString());
    }
  }

  /** A new authority. */
  public static Authority named(String name) {
    try {
      return new Authority(builder(name).setIsCertificateAuthority(true).buildSelfSigned());
    } catch (Exception e) { // all that CertificateBuilder declares
      throw new IllegalStateException("no authority " + name, e);
    }
  }

  /** Its certificate, as a file of PEM. */
  public Path certificate() {
    return certificate;
  }

  /** Its certificate, as text. */
  public String text() throws IOException {
    return Files.readString(certificate);
  }

  /** For those of Vert.x who trust it. */
  public PemTrustOptions trust() {
    return new PemTrustOptions().addCertPath(certificate.toString());
  }

  /** For those of the JDK who trust it. */
  public X509Bundle bundle() {
    return bundle;
  }

  /** A new certificate for these names and addresses. */
  public Issued issue(String... names) {
    return issue(builder -> builder, names);
  }

  /** A new certificate for a name or address, valid from one time until another. */
  public Issued issue(String name, Instant from, Instant until) {
    return issue(builder -> builder.notBefore(from).notAfter(until), name);
  }

  /** A new certificate for a name or address that only clients may show. */
  public Issued issueForClients(String name) {
    return issue(CertificateBuilder::addExtendedKeyUsageClientAuth, name);
  }

  private Issued issue(UnaryOperator<CertificateBuilder> more, String... names) {
    try {
      CertificateBuilder builder = more.apply(builder(names[0]));
      builder.addExtensionOctetString(SUBJECT_ALTERNATIVES, false, alternatives(names));
      X509Bundle issued = builder.buildIssuedBy(bundle);
      return new Issued(
          temporary(issued.toTempCertChainPem()), temporary(issued.toTempPrivateKeyPem()), issued);
    } catch (Exception e) {
      throw new IllegalStateException("no certificate for " + names[0], e);
    }
  }

  /** The names by hand: the builder takes none with an asterisk or an underscore. */
  private static byte[] alternatives(String... names) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String name : names) {
      byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
      byte[] value = address == null ? name.getBytes(StandardCharsets.US_ASCII) : address;
      all.write(address == null ? DNS_NAME : IP_ADDRESS);
      all.write(value.length);
      all.writeBytes(value);
    }
    byte[] content = all.toByteArray();
    if (content.length > LONGEST) {
      throw new IllegalArgumentException("too many names");
    }
    return ByteBuffer.allocate(2 + content.length)
        .put(SEQUENCE)
        .put((byte) content.length)
        .put(content)
        .array();
  }

  private static CertificateBuilder builder(String name) {
    return new CertificateBuilder()
        .algorithm(CertificateBuilder.Algorithm.ecp256)
        .subject("CN=" + name);
  }

  private static Path temporary(File file) {
    file.deleteOnExit();
    return file.toPath();
  }
}
