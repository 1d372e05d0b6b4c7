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
      bothOrNone(certificate, "certificate", key, "key");
      bothOrNone(key, "key", certificate, "certificate");
      if (chain != null && secret != null) {
        tls.checkFiles(files -> files.certificate(chain, secret));
      }
      return new UpstreamTlsConfig(
          authorities, serverName, chain, secret, keys.optional("verify").flag(true));
    });
    return tls.isPresent() ? read : null;
  }

  private static void bothOrNone(Cursor one, String name, Cursor other, String otherName) {
    if (one.isPresent() && !other.isPresent() && !one.hasFailed()) {
      one.fail("no " + name + ", or " + otherName + " beside it");
    }
  }
}
