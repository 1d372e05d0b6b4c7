package dev.lblc.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.File;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** An authority of a test, which issues certificates. Files of PEM go with the process. */
public final class TestAuthority {
  private final X509Bundle root;

  /** An authority of that name. */
  public TestAuthority(String name) {
    try {
      root = new CertificateBuilder()
          .algorithm(Algorithm.ecp256)
          .subject("CN=" + name)
          .setIsCertificateAuthority(true)
          .setKeyUsage(true, CertificateBuilder.KeyUsage.keyCertSign)
          .buildSelfSigned();
    } catch (Exception e) { // all that CertificateBuilder declares
      throw new IllegalStateException("no authority " + name, e);
    }
  }

  /** Issues a certificate with whatever the builder gets. */
  public Issued issue(UnaryOperator<CertificateBuilder> certificate) {
    try {
      CertificateBuilder builder = new CertificateBuilder().algorithm(Algorithm.ecp256);
      return new Issued(certificate.apply(builder).buildIssuedBy(root));
    } catch (Exception e) { // all that CertificateBuilder declares
      throw new IllegalStateException("not issued", e);
    }
  }

  /** The file of its own certificate. */
  public Path file() throws Exception {
    return kept(root.toTempRootCertPem());
  }

  /** Its own certificate in PEM. */
  public String pem() {
    return root.getRootCertificatePEM();
  }

  /** A certificate that it has issued. */
  public record Issued(X509Bundle bundle) {
    /** The file of the certificate. */
    public Path certificate() throws Exception {
      return kept(bundle.toTempCertChainPem());
    }

    /** The file of its key. */
    public Path key() throws Exception {
      return kept(bundle.toTempPrivateKeyPem());
    }

    /** A client that shows it, and trusts any server. */
    public SSLContext client(TrustManager trust) throws Exception {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          bundle.toKeyManagerFactory().getKeyManagers(),
          new TrustManager[] {trust},
          new SecureRandom());
      return context;
    }
  }

  private static Path kept(File file) {
    file.deleteOnExit();
    return file.toPath();
  }
}
