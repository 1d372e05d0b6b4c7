package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StandardOutputTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final LoggerContext context = new LoggerContext();
  private final Pipe pipe = new Pipe();
  private final StandardOutput output = new StandardOutput(pipe);

  /** A stream whose reader has to allow each line. */
  private static final class Pipe extends OutputStream {
    final Semaphore asked = new Semaphore(0);
    final Semaphore allowed = new Semaphore(0);
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Override
    public void write(int octet) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] line, int offset, int length) {
      asked.release();
      allowed.acquireUninterruptibly();
      written.write(line, offset, length);
    }

    String text() {
      return written.toString(StandardCharsets.UTF_8);
    }
  }

  @AfterEach
  void stop() {
    pipe.allowed.release(1_000_000);
    output.stop();
  }

  @Test
  void lines_whileTheReaderStops_areDroppedCountedAndTold() throws Exception {
    Logger logger = logger(2);
    logger.info("1");
    pipe.asked.acquire(); // it waits for the reader
    for (int i = 2; i <= 6; i++) {
      logger.info("{}", i); // waits for nobody
    }
    assertThat(output.dropped()).isEqualTo(3);
    assertThat(output.flush(SHORT)).isFalse();
    pipe.allowed.release(1_000_000);
    assertThat(output.flush(LONG)).isTrue();
    assertThat(pipe.text().lines())
        .containsExactly(
            "INFO 1",
            "WARN 3 lines of the log were dropped before this one: what reads standard output did not take them",
            "INFO 2",
            "INFO 3");
    logger.info("7");
    assertThat(output.flush(LONG)).isTrue();
    assertThat(pipe.text()).endsWith("INFO 7\n");
    assertThat(output.dropped()).isEqualTo(3);
  }

  @Test
  void line_whoseArgumentChangesLater_isWrittenAsItWas() {
    StringBuilder line = new StringBuilder("before");
    logger(2).info("{}", line);
    line.append(" and after");
    pipe.allowed.release();
    assertThat(output.flush(LONG)).isTrue();
    assertThat(pipe.text()).isEqualTo("INFO before\n");
  }

  @Test
  void stop_whileTheReaderStops_ends() throws Exception {
    logger(2).info("1");
    pipe.asked.acquire();
    output.stop();
    assertThat(pipe.text()).isEmpty();
    assertThat(output.isStarted()).isFalse();
  }

  private Logger logger(int queue) {
    context.setMDCAdapter(new LogbackMDCAdapter());
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%level %msg%n");
    encoder.start();
    output.setContext(context);
    output.setName("TEST");
    output.setEncoder(encoder);
    output.setQueueSize(queue);
    output.start();
    Logger logger = context.getLogger("test");
    logger.addAppender(output);
    return logger;
  }
}
