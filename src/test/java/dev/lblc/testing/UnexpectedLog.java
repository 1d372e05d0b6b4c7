package dev.lblc.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.ConsoleAppender;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Log of all tests of this JVM, which prints what no {@link ExpectedLog} names and collects the errors among that.
 * Reports of leaked buffers are such errors: {@code -Dio.netty.leakDetection} asks for them.
 */
public final class UnexpectedLog extends ConsoleAppender<ILoggingEvent> {
  /*
   * Static, because logback makes the appender and JUnit the extension. What is logged between two classes belongs to
   * the one before: its Vert.x may still be closing.
   */
  private static volatile List<Pattern> expectedByClass = List.of();
  private static volatile List<Pattern> expectedByTest = List.of();
  private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();
  private static final List<String> ERRORS = new ArrayList<>();

  /** Sets what the tests of a class may log. */
  static void ofClass(List<Pattern> expected) {
    expectedByClass = expected;
    expectedByTest = List.of();
  }

  /** Sets what one test has to log. */
  static void ofTest(List<Pattern> expected) {
    SEEN.clear();
    expectedByTest = expected;
  }

  /** Returns which of these were not logged since {@link #ofTest}. */
  public static List<Pattern> missing(List<Pattern> expected) {
    return expected.stream()
        .filter(pattern -> !SEEN.contains(pattern.pattern()))
        .toList();
  }

  /** Adds an error that another process reported. */
  public static void error(String line) {
    synchronized (ERRORS) {
      ERRORS.add(line);
    }
  }

  /** Returns the errors that nobody expected, and forgets them. */
  static List<String> takeErrors() {
    synchronized (ERRORS) {
      List<String> errors = List.copyOf(ERRORS);
      ERRORS.clear();
      return errors;
    }
  }

  /** Prints what nobody expects. Hazelcast's errors are about members that come and go: they are printed only. */
  @Override
  protected void append(ILoggingEvent event) {
    String name = event.getLoggerName();
    IThrowableProxy thrown = event.getThrowableProxy();
    String line = event.getLevel() + " " + name.substring(name.lastIndexOf('.') + 1) + ": "
        + event.getFormattedMessage()
        + (thrown == null ? "" : ": " + thrown.getClassName() + ": " + thrown.getMessage());
    if (isExpected(line)) {
      return;
    }
    if (event.getLevel().isGreaterOrEqual(Level.ERROR) && !name.startsWith("com.hazelcast.")) {
      error(line);
    }
    super.append(event);
  }

  private static boolean isExpected(String line) {
    boolean expected = false;
    for (Pattern pattern : expectedByTest) {
      if (pattern.matcher(line).find()) {
        SEEN.add(pattern.pattern());
        expected = true;
      }
    }
    return expected
        || expectedByClass.stream().anyMatch(pattern -> pattern.matcher(line).find());
  }
}
