package dev.lblc.load;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/** A certificate authority of its own and a certificate that it issued, as PEM files. */
record Certificates(Path certificate, Path key, Path trust) {

  /** Makes them in a folder, which is created. */
  static Certificates in(Path folder) throws Exception {
    Files.createDirectory(folder);
    X509Bundle authority = named("CN=authority").setIsCertificateAuthority(true).buildSelfSigned();
    X509Bundle node = named("CN=node").buildIssuedBy(authority);
    return new Certificates(
        Files.writeString(folder.resolve("cert.pem"), node.getCertificatePEM()),
        Files.writeString(folder.resolve("key.pem"), node.getPrivateKeyPEM()),
        Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM()));
  }

  private static CertificateBuilder named(String subject) {
    return new CertificateBuilder()
        .algorithm(CertificateBuilder.Algorithm.ecp256)
        .subject(subject);
  }
}
