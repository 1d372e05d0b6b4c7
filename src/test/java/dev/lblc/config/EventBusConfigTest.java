package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventBusConfigTest {
  @ParameterizedTest
  @CsvSource({
    ", , 10.0.0.1",
    "10.0.0.2, , 10.0.0.2",
    "0.0.0.0, , 10.0.0.1",
    "::, , 10.0.0.1",
    "0.0.0.0, node.example.com, node.example.com",
    ", node.example.com, node.example.com"
  })
  void publicHost_isWhatOthersCanConnectTo(
      @Nullable String host, @Nullable String publicHost, String expected) {
    EventBusConfig config = new EventBusConfig(host, 0, publicHost, 0, null);

    assertThat(config.publicHost("10.0.0.1")).isEqualTo(expected);
  }
}
