package dev.lblc.gateway.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lblc.gateway.http.Failure;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

final class UpstreamFailureTest {
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(UpstreamFailure.class);

  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    LOGGER.addAppender(lines);
    LOGGER.setAdditive(false);
  }

  @AfterEach
  void leave() {
    LOGGER.detachAppender(lines);
    LOGGER.setAdditive(true);
  }

  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of(new HttpClosedException("closed"), Failure.CLOSED_EARLY),
        Arguments.of(new PrematureChannelClosureException("closed"), Failure.CLOSED_EARLY),
        Arguments.of(new IOException("reset"), Failure.CLOSED_EARLY),
        Arguments.of(new TooLongFrameException("long"), Failure.BAD_ANSWER),
        Arguments.of(new VertxException("nonsense"), Failure.BAD_ANSWER),
        Arguments.of(new NumberFormatException("length"), Failure.BAD_ANSWER));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void of_theServersFault_isThatAndNoError(Throwable cause, Failure failure) {
    assertThat(UpstreamFailure.of(cause)).isEqualTo(failure);
    assertThat(lines.list).noneMatch(line -> line.getLevel() == Level.ERROR);
  }

  static Stream<Throwable> unknown() {
    return Stream.of(
        new NullPointerException(),
        new IllegalStateException("asked for too early"),
        new AssertionError());
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void of_whatNoServerCauses_isInternalAndLogged(Throwable cause) {
    assertThat(UpstreamFailure.of(cause)).isEqualTo(Failure.INTERNAL);
    assertThat(lines.list)
        .singleElement()
        .satisfies(line -> assertThat(line.getLevel()).isEqualTo(Level.ERROR));
  }
}
