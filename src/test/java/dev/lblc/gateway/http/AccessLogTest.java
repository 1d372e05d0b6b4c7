package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class AccessLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.lblc.access");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void capture() {
    lines.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(lines);
  }

  @AfterEach
  void release() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  @Test
  void write_anExchange_isOneLineWithoutTheQuery() {
    AccessLog.write(
        "192.0.2.1",
        "GET",
        "/a/b?token=secret",
        Protocol.HTTP_1_1,
        200,
        12,
        1_260_000,
        "images",
        "cache-1",
        "hit",
        null);
    assertThat(line()).isEqualTo("192.0.2.1 GET /a/b HTTP/1.1 200 12 1.2 images cache-1 hit -");
  }

  @Test
  void write_whatIsNotKnown_isADash() {
    AccessLog.write(
        "192.0.2.1", "GET", null, null, 503, 0, 0, null, null, null, "no server available");
    assertThat(line()).isEqualTo("192.0.2.1 GET - - 503 0 0.0 - - - no server available");
  }

  @Test
  void write_whatAClientMadeUp_cannotStartALineOrAColumn() {
    AccessLog.write(
        "192.0.2.1",
        "G\tT",
        "/a b\r\n\u001b[31m\u0085\u2028{}\\u000a",
        Protocol.HTTP_2,
        400,
        0,
        0,
        null,
        null,
        null,
        null);
    assertThat(line())
        .isEqualTo(
            "192.0.2.1 G\\u0009T /a\\u0020b\\u000d\\u000a\\u001b[31m\\u0085\\u2028{}\\u005cu000a"
                + " HTTP/2 400 0 0.0 - - - -");
  }

  @Test
  void write_aVeryLongPath_isCut() {
    AccessLog.write(
        "192.0.2.1",
        "GET",
        "/" + "a".repeat(9000),
        Protocol.HTTP_2,
        414,
        0,
        0,
        null,
        null,
        null,
        null);
    assertThat(line()).hasSizeLessThan(2200).endsWith(" HTTP/2 414 0 0.0 - - - -");
  }

  private String line() {
    assertThat(lines.list).hasSize(1);
    return lines.list.get(0).getFormattedMessage();
  }
}
