package dev.lblc.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lblc.gateway.net.TlsFailures;
import dev.lblc.testing.Eventually;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** What the log says of clients with which no TLS came about while this is open, instead of where it is said otherwise. */
final class TlsLines implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger(TlsFailures.class);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  TlsLines() {
    appender.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(appender);
  }

  /** All lines with their levels, when there are so many. */
  List<String> await(int count) throws Exception {
    Eventually.holds(count + " lines", () -> appender.list.size() >= count);
    return Stream.of(appender.list.toArray(ILoggingEvent[]::new))
        .map(event -> event.getLevel() + " " + event.getFormattedMessage())
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setAdditive(true);
    logger.setLevel(null);
  }
}
