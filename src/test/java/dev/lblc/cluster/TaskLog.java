package dev.lblc.cluster;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/** The log of the cluster's thread while this is open, in place of where it is printed otherwise. */
final class TaskLog implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger(ClusterThread.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  TaskLog() {
    log.start();
    logger.setAdditive(false);
    logger.addAppender(log);
  }

  /** Messages of the exceptions that were told of as errors. */
  List<String> failures() {
    return List.copyOf(log.list).stream()
        .filter(event -> event.getLevel() == Level.ERROR)
        .map(event -> failure(event).getMessage())
        .toList();
  }

  private static IThrowableProxy failure(ILoggingEvent event) {
    return Objects.requireNonNull(event.getThrowableProxy(), event.getFormattedMessage());
  }

  @Override
  public void close() {
    logger.detachAppender(log);
    logger.setAdditive(true);
  }
}
