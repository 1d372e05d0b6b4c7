package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.ExpectedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.bridge.SLF4JBridgeHandler;

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

  @Test
  @ExpectedLog("WARN Elsewhere: by the JDK's own")
  void logOfTheJdk_isInThisOne() {
    Logging.takeThatOfTheJdk();
    try {
      java.util.logging.Logger.getLogger("dev.lblc.Elsewhere").warning("by the JDK's own");
    } finally {
      SLF4JBridgeHandler.uninstall();
    }
  }

  @ParameterizedTest
  @CsvSource({"TRACE, INFO", "DEBUG, INFO", "INFO, INFO", "WARN, WARN", "OFF, OFF"})
  void libraries_sayNoMoreThanInfo(String level, String libraries) {
    assertThat(Logging.libraries(level)).isEqualTo(libraries);
  }
}
