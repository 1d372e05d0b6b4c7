package dev.lblc.config;

import dev.lblc.config.TlsConfig.Certificate;
import dev.lblc.config.TlsConfig.ClientAuth;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reader of {@code tls} of a listener. */
final class ListenerTlsReader {
  private ListenerTlsReader() {}

  /** Returns what is read; null: there is no {@code tls}. */
  static @Nullable TlsConfig read(Cursor tls) {
    TlsConfig read = tls.object(
        Keys.TLS,
        keys -> new TlsConfig(
            certificates(tls, keys),
            keys.optional("minimum").text(TlsVersion.SYNTAX, TlsVersion.TLS_1_2),
            clientAuth(keys.optional("clientAuth"))));
    return tls.isPresent() ? read : null;
  }

  private static List<Certificate> certificates(Cursor tls, ObjectReader keys) {
    Cursor several = keys.optional("certificates");
    if (!several.isPresent()) {
      if (keys.isObject()
          && !keys.optional("certificate").isPresent()
          && !keys.optional("key").isPresent()) {
        tls.fail("certificate and key, or certificates: a list of objects with both");
        return List.of();
      }
      return List.of(certificate(tls, keys));
    }
    for (String key : List.of("certificate", "key")) {
      Cursor alone = keys.optional(key);
      if (alone.isPresent()) {
        alone.fail("no " + key + " beside certificates");
      }
    }
    List<Certificate> all = List.copyOf(several.list(
        1, each -> each.object(Keys.CERTIFICATE, members -> certificate(each, members))));
    if (several.isRead()) {
      several.checkFiles(files -> files.choice(all));
    }
    return all;
  }

  private static Certificate certificate(Cursor owner, ObjectReader keys) {
    Cursor certificate = keys.required("certificate");
    Path chain = certificate.text(FileSyntax.READABLE_FILE, Path.of(""));
    Cursor key = keys.required("key");
    Path secret = key.text(FileSyntax.READABLE_FILE, Path.of(""));
    if (certificate.isRead() && key.isRead()) {
      owner.checkFiles(files -> files.certificate(chain, secret));
    }
    return new Certificate(chain, secret);
  }

  private static @Nullable ClientAuth clientAuth(Cursor clientAuth) {
    ClientAuth read = clientAuth.object(Keys.CLIENT_AUTH, keys -> {
      Cursor trust = keys.required("trust");
      Path authorities = trust.text(FileSyntax.READABLE_FILE, Path.of(""));
      if (trust.isRead()) {
        trust.checkFiles(files -> files.authorities(authorities));
      }
      return new ClientAuth(authorities, keys.optional("required").flag(true));
    });
    return clientAuth.isPresent() ? read : null;
  }
}
