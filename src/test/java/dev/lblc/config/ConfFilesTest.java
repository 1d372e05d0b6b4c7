package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shipped in {@code conf/}. */
class ConfFilesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gateway.json",
        "demo.json",
        "transparent-cache.json",
        "tls-passthrough.json",
        "by-client.json"
      })
  void shippedFile_read_hasNeitherFaultNorWarning(String name) throws Exception {
    GatewayConfig config = ConfigReader.readText(
        name, ConfigFile.text(Path.of("conf", name)), Sample.STRATEGIES, Map.of());

    assertThat(ConfigAdvice.warnings(config)).isEmpty();
  }

  @Test
  void jvmOptions_onThisJdk_areTakenInSilence() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process = new ProcessBuilder(java, "@conf/jvm.options", "--version")
        .redirectErrorStream(true)
        .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.lines()).hasSize(3).noneMatch(line -> line.contains("arning"));
  }
}
