package dev.lblc.boot;

/** The setting of the JDK's TLS that has to be made before any TLS is used in the process. */
final class JdkTls {
  private static final String DISABLED_ON_SERVERS = "jdk.tls.server.disableExtensions";

  private JdkTls() {}

  /**
   * Has servers take clients that ask for names which are no host names by the letter, such as {@code a_b.example.com} or a name with a
   * final dot: the JDK would end the handshake. The gateway reads these names itself. A setting that is there already stays.
   */
  static void acceptAllServerNames() {
    if (System.getProperty(DISABLED_ON_SERVERS) == null) {
      System.setProperty(DISABLED_ON_SERVERS, "server_name");
    }
  }
}
