package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LoggingTest {
  @ParameterizedTest(name = "level \"{0}\"")
  @CsvSource({
    "DEBUG, DEBUG", "debug, DEBUG", "Info, INFO", "' WARN ', WARN", "warning, WARN", "error, ERROR",
    "off, OFF", "trace, TRACE", "'',", "verbose,", "ALL,", "1,"
  })
  void level_isOneOfLogbackOrNone(String text, String level) {
    assertThat(Logging.level(text)).isEqualTo(level);
  }

  @Test
  void level_withoutAVariable_isInfo() {
    assertThat(Logging.level(null)).isEqualTo("INFO");
  }

  @ParameterizedTest
  @CsvSource({"TRACE, INFO", "DEBUG, INFO", "INFO, INFO", "WARN, WARN", "OFF, OFF"})
  void libraries_sayNoMoreThanInfo(String level, String libraries) {
    assertThat(Logging.libraries(level)).isEqualTo(libraries);
  }
}
