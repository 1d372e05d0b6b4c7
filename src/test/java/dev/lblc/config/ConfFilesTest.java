package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.Certificates;
import dev.lblc.plugin.Strategies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shipped in {@code conf/}. */
class ConfFilesTest {
  private static final FileChecks CERTIFICATES = new FileChecks() {
    @Override
    public List<Finding> certificate(Path certificate, Path key) {
      return Certificates.certificate(certificate, key, Instant.now());
    }

    @Override
    public List<Finding> choice(List<TlsConfig.Certificate> certificates) {
      return Certificates.choice(certificates);
    }

    @Override
    public List<Finding> authorities(Path trust) {
      return Certificates.authorities(trust, Instant.now());
    }

    @Override
    public List<Finding> hazelcast(Path file) {
      return List.of();
    }

    @Override
    public List<Finding> accessLog(Path file) {
      return List.of();
    }
  };

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gateway.json",
        "model-servers.json",
        "demo.json",
        "transparent-cache.json",
        "tls-passthrough.json",
        "by-client.json"
      })
  void shippedFile_read_hasNeitherFaultNorWarning(String name) throws Exception {
    GatewayConfig config = ConfigReader.readText(
        name, ConfigFile.text(Path.of("conf", name)), Strategies.ofClassPath(), Map.of());

    assertThat(ConfigAdvice.warnings(config)).isEmpty();
  }

  @Test
  void httpsExample_withTheCertificatesOfThePage_hasNeitherFaultNorWarning(@TempDir Path directory)
      throws Exception {
    String page = Files.readString(Path.of("conf", "README.md"));
    int first = page.indexOf("mkdir -p conf/tls");
    Process shell = new ProcessBuilder(
            "bash", "-e", "-c", page.substring(first, page.indexOf("```", first)))
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .start();
    String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(output).isZero();

    String example = ConfigFile.text(Path.of("conf", "https.json"))
        .replace("conf/tls/", directory + "/conf/tls/");
    for (String text : List.of(example, example.replace("//clientAuth", "clientAuth"))) {
      CheckedConfig checked =
          ConfigReader.check("https.json", text, Sample.STRATEGIES, Map.of(), CERTIFICATES);
      assertThat(checked.warnings()).isEmpty();
      assertThat(ConfigAdvice.warnings(checked.config())).isEmpty();
      assertThat(checked.config().listeners().get(0).tls())
          .isNotNull()
          .extracting(TlsConfig::clientAuth)
          .matches(asked -> (asked == null) == text.equals(example));
    }
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
