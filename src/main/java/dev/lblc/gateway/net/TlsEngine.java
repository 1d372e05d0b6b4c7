package dev.lblc.gateway.net;

import io.netty.handler.ssl.OpenSsl;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Locale;
import java.util.Set;

/** What does the cryptography of TLS for clients. */
public enum TlsEngine {
  /** OpenSSL's successor BoringSSL by netty-tcnative: several times as fast. */
  OPENSSL,
  /** The JDK. */
  JDK;

  /** {@code -Dlblc.tls=jdk} does without OpenSSL where that is present. */
  private static final String PROPERTY = "lblc.tls";

  private static final Set<Integer> CURVE_BITS = Set.of(256, 384);
  private static final String CURVE_NAME = "secp%dr1";

  /** Returns the one that this process uses: {@link #OPENSSL} where its library is present, unless it is told not to. */
  public static TlsEngine ofProcess() {
    boolean isWanted = !"jdk".equals(System.getProperty(PROPERTY));
    return isWanted && OpenSsl.isAvailable() && NativeHalfClose.isPossible() ? OPENSSL : JDK;
  }

  /** Returns what is in use, with its version, for people. */
  public String describe() {
    return this == OPENSSL
        ? "OpenSSL (" + OpenSsl.versionString() + ")"
        : "the JDK (" + System.getProperty("java.version") + ")";
  }

  /** Returns whether it can use such a key. */
  boolean canUse(PublicKey key) {
    if (this == JDK || key instanceof RSAPublicKey) {
      return this == JDK || key.getAlgorithm().equals("RSA");
    }
    // The curve has no other name there than that of its parameters.
    return key instanceof ECPublicKey curve
        && CURVE_BITS.stream()
            .anyMatch(bits -> curve
                .getParams()
                .toString()
                .toLowerCase(Locale.ROOT)
                .contains(CURVE_NAME.formatted(bits)));
  }
}
