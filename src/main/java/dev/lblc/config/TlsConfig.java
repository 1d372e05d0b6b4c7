package dev.lblc.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a listener. All files are PEM.
 *
 * @param certificates at least one; the first is for clients that ask for a name that none of them has
 * @param minimum oldest version that is spoken
 * @param clientAuth what is asked of clients; null: no certificate
 */
public record TlsConfig(
    List<Certificate> certificates,
    TlsVersion minimum,
    @Nullable ClientAuth clientAuth) {

  /**
   * A certificate of the listener.
   *
   * @param certificate readable file with the certificate chain
   * @param key readable file with the private key
   */
  public record Certificate(Path certificate, Path key) {}

  /**
   * The certificates of clients.
   *
   * @param trust readable file with the certificates of the authorities that issue them
   * @param required whether clients without one are refused
   */
  public record ClientAuth(Path trust, boolean required) {}
}
