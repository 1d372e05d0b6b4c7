package dev.lblc.boot;

/** The set-up of logging in this process. */
public final class Logging {
  private Logging() {}

  /** Sets this program's own log configuration, unless system properties name another one. To be called before any logger is made. */
  public static void configure() {
    // Not at the root of the class path, where it would configure other people's applications, too.
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
