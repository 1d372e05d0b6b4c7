package dev.lblc.boot;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The set-up of logging in this process. */
public final class Logging {
  private static final String VARIABLE = "LBLC_LOG_LEVEL";
  private static final Duration FLUSH = Duration.ofSeconds(1);
  private static final String INFO = "INFO";
  private static final String WARN = "WARN";

  /** The levels of logback. It takes everything else for DEBUG. */
  private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", INFO, WARN, "ERROR", "OFF");

  /** The levels at which libraries would say much of what nobody asks for, such as each certificate that the JDK reads. */
  private static final Set<String> BELOW_INFO = Set.of("TRACE", "DEBUG");

  private Logging() {}

  /**
   * Sets this program's own log configuration, unless system properties name another one. To be called before any logger is made.
   *
   * @return a line for the user, whose log level is none; null: there is nothing to say
   */
  public static @Nullable String configure() {
    // Not at the root of the class path, where it would configure other people's applications, too.
    unlessSet("logback.configurationFile", "dev/lblc/boot/logback.xml");
    unlessSet(
        "vertx.logger-delegate-factory-class-name",
        "io.vertx.core.logging.SLF4JLogDelegateFactory");
    String wanted = System.getenv(VARIABLE);
    String level = level(wanted);
    String used = level == null ? INFO : level;
    unlessSet("lblc.log.level", used);
    unlessSet("lblc.log.libraries", libraries(used));
    takeThatOfTheJdk();
    return level == null ? complaint(String.valueOf(wanted)) : null;
  }

  /**
   * Has what is logged by java.util.logging come into this log. So does System.Logger, which the plugin uses, where the JDK does not find
   * what binds it to SLF4J: it looks on the class path that the process was started with, and Maven's exec:java has another one.
   */
  static void takeThatOfTheJdk() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  /** Has all lines written that are logged by now; waits at most a second for the reader of standard output. */
  public static void flush() {
    outputs().forEach(output -> {
      if (!output.flush(FLUSH)) {
        output.addWarn("what reads standard output did not take the last lines of the log");
      }
    });
  }

  /** Returns how many lines of the log were dropped because nobody read them in time. */
  static long dropped() {
    return outputs().mapToLong(StandardOutput::dropped).sum();
  }

  private static Stream<StandardOutput> outputs() {
    List<StandardOutput> outputs = new ArrayList<>();
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
      for (Logger logger : logback.getLoggerList()) {
        logger.iteratorForAppenders().forEachRemaining(appender -> {
          if (appender instanceof StandardOutput output) {
            outputs.add(output);
          }
        });
      }
    }
    return outputs.stream().distinct();
  }

  /** Returns the level that a text names, in any case; null: none. Without a text it is INFO. */
  static @Nullable String level(@Nullable String text) {
    if (text == null) {
      return INFO;
    }
    String level = text.strip().toUpperCase(Locale.ROOT);
    if (level.equals("WARNING")) {
      return WARN;
    }
    return LEVELS.contains(level) ? level : null;
  }

  /** Returns the level of the libraries beside that of the gateway. */
  static String libraries(String level) {
    return BELOW_INFO.contains(level) ? INFO : level;
  }

  private static String complaint(String text) {
    return VARIABLE + ": \"" + text
        + "\" (expected: TRACE, DEBUG, INFO, WARN, ERROR or OFF); INFO is used";
  }

  private static void unlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
