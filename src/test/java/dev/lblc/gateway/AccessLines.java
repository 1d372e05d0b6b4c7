package dev.lblc.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lblc.testing.Eventually;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** What the access log says while this is open, instead of where it is said otherwise. */
final class AccessLines implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.lblc.access");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  AccessLines() {
    appender.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(appender);
  }

  /** All lines, when there are so many. */
  List<String> await(int count) throws Exception {
    Eventually.holds(count + " lines", () -> appender.list.size() >= count);
    return soFar();
  }

  /** The lines that there are. */
  List<String> soFar() {
    return Stream.of(appender.list.toArray(ILoggingEvent[]::new))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
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
