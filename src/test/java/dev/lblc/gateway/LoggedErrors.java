package dev.lblc.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What is logged as an error by anyone while this is open; it is said elsewhere, too. */
final class LoggedErrors implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  LoggedErrors() {
    appender.start();
    logger.addAppender(appender);
  }

  List<String> soFar() {
    return List.copyOf(appender.list).stream()
        .filter(event -> event.getLevel() == Level.ERROR)
        .map(ILoggingEvent::toString)
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
  }
}
