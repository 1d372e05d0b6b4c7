package dev.lblc.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.gateway.net.TlsEngine;

/** Which engine of TLS the listeners of this process have. */
final class TlsEngines {
  private static final String PROPERTY = "lblc.tls";
  private static final String AT_FIRST = System.getProperty(PROPERTY, "");

  private TlsEngines() {}

  /** Has listeners that are read from now on use this one; leaves the test out where it is not there. */
  static void use(TlsEngine engine) {
    System.setProperty(PROPERTY, engine == TlsEngine.JDK ? "jdk" : "");
    assumeTrue(TlsEngine.ofProcess() == engine, engine + " is not available");
  }

  /** Takes that back. */
  static void useAny() {
    System.setProperty(PROPERTY, AT_FIRST);
  }
}
