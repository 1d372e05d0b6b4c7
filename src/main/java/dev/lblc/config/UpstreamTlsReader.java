package dev.lblc.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The reader of a service's {@code tls}. */
final class UpstreamTlsReader {
  private UpstreamTlsReader() {}

  /** Reads it; returns null if there is none. */
  static @Nullable UpstreamTlsConfig read(Cursor tls) {
    UpstreamTlsConfig read = tls.object(Keys.UPSTREAM_TLS, keys -> {
      Cursor trust = keys.optional("trust");
      Path authorities = trust.text(FileSyntax.READABLE_FILE);
      if (authorities != null) {
        trust.checkFiles(files -> files.authorities(authorities));
      }
      String serverName = keys.optional("serverName").text(NetSyntax.HOST);
      Cursor certificate = keys.optional("certificate");
      Path chain = certificate.text(FileSyntax.READABLE_FILE);
      Cursor key = keys.optional("key");
      Path secret = key.text(FileSyntax.READABLE_FILE);
      if (certificate.isPresent() != key.isPresent()) {
        // The one that is missing is to blame.
        Cursor missing = certificate.isPresent() ? key : certificate;
        missing.fail(
            missing == key
                ? "the private key of certificate, or neither of them"
                : "the certificate of key, or neither of them");
      }
      if (chain != null && secret != null) {
        tls.checkFiles(files -> files.certificate(chain, secret));
      }
      boolean verify = keys.optional("verify").flag(true);
      if (!verify && trust.isPresent()) {
        trust.warn("does nothing: verify is false, and any certificate will do");
      }
      return new UpstreamTlsConfig(authorities, serverName, chain, secret, verify);
    });
    return tls.isPresent() ? read : null;
  }
}
