package dev.lblc.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lblc.testing.Eventually;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** What one logger says while this is open, instead of where it is said otherwise. */
class LoggedLines implements AutoCloseable {
  private final Logger logger;
  private final Function<ILoggingEvent, String> line;
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  /** Begins; {@code line} makes a line of an event. */
  LoggedLines(String logger, Function<ILoggingEvent, String> line) {
    this.logger = (Logger) LoggerFactory.getLogger(logger);
    this.line = line;
    appender.start();
    this.logger.setLevel(Level.INFO);
    this.logger.setAdditive(false);
    this.logger.addAppender(appender);
  }

  /** All lines, when there are so many. */
  List<String> await(int count) throws Exception {
    Eventually.holds(count + " lines", () -> appender.list.size() >= count);
    return soFar();
  }

  /** The lines that there are. */
  List<String> soFar() {
    return Stream.of(appender.list.toArray(ILoggingEvent[]::new)).map(line).toList();
  }

  /** Forgets the lines that there are. */
  void clear() {
    appender.list.clear();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setAdditive(true);
    logger.setLevel(null);
  }
}
