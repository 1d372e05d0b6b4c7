package dev.lblc.boot;

/** Sets up logging of the process; to be called before anything has a logger. */
public final class Logging {
  private Logging() {}

  /** Takes this program's own settings, unless the user names others by the same system properties. */
  public static void configure() {
    // Not at the root of the class path: the same classes go into other people's applications.
    unlessSet("logback.configurationFile", "dev/lblc/boot/logback.xml");
    unlessSet(
        "vertx.logger-delegate-factory-class-name",
        "io.vertx.core.logging.SLF4JLogDelegateFactory");
  }

  private static void unlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
