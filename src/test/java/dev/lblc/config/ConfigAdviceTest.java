package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigAdviceTest {
  @ParameterizedTest(name = "{0} with weights {1}")
  @CsvSource(delimiter = '|', textBlock = """
          lblc  | 1,1,1     | true
          lblcr | 1,1       | true
          lblc  | 2,2       | true
          lblc  | 100,1     | true
          lblc  | 1,1,0     | true
          lblc  | 1         | false
          lblc  | 1,0       | false
          lblc  | 0,0       | false
          lblc  | 1,100,100 | false
          lblc  | 3,3       | false
          lblc  | 100,100   | false
          wlc   | 1,1       | false
          """)
  void weights_thatKeepEveryHome_areWarnedAbout(String strategy, String weights, boolean warned)
      throws Exception {
    List<ConfigWarning> warnings = ConfigAdvice.warnings(config(strategy, weights.split(",", -1)));

    assertThat(warnings).hasSize(warned ? 1 : 0).allSatisfy(warning -> {
      assertThat(warning.path()).isEqualTo("$.services['my svc'].servers");
      assertThat(warning.message()).contains("set each weight");
    });
  }

  private static GatewayConfig config(String strategy, String[] weights) throws ConfigException {
    String servers = IntStream.range(0, weights.length)
        .mapToObj(i -> "{\"id\": \"s" + i + "\", \"host\": \"h\", \"port\": 1, \"weight\": "
            + weights[i] + "}")
        .collect(Collectors.joining(","));
    return Sample.read(
        "{\"listeners\": [{\"name\": \"web\", \"protocol\": \"http\", \"port\": 0}], \"routes\": [],"
            + "\"services\": {\"my svc\": {\"strategy\": \"" + strategy + "\", \"servers\": ["
            + servers + "]}}}");
  }
}
