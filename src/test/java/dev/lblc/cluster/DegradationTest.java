package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lblc.testing.ExpectedLog;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@ExpectedLog("WARN Degradation: .* does not work")
final class DegradationTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(Degradation.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private @Nullable Level level;
  private final Degradation degradation = new Degradation();

  @BeforeEach
  void listen() {
    level = logger.getLevel();
    logger.setLevel(Level.INFO);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void listenNoMore() {
    logger.detachAppender(log);
    logger.setLevel(level);
  }

  @Test
  void part_thatFailsManyTimes_isToldOfOnceUntilItWorks() {
    for (int i = 0; i < 3; i++) {
      degradation.failed("table images", new IllegalStateException("away").toString());
    }
    assertThat(degradation.parts()).isEqualTo(Set.of("table images"));
    degradation.worked("table images");
    degradation.worked("table images");
    assertThat(degradation.parts()).isEmpty();
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "the cluster's table images does not work; this node goes on with what it has:"
                + " java.lang.IllegalStateException: away",
            "the cluster's table images works again");
  }

  @Test
  void parts_failOnTheirOwn() {
    degradation.failed(Degradation.node("a"), "silent");
    degradation.failed("table images", "away");
    degradation.worked(Degradation.node("b"));
    degradation.worked("table images");
    assertThat(degradation.parts()).isEqualTo(Set.of("node a"));
  }
}
