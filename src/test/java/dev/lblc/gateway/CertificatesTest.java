package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.ConfigWarning.Severity;
import dev.lblc.config.FileChecks.Finding;
import dev.lblc.config.TlsConfig;
import dev.lblc.testing.SelfSigned;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CertificatesTest {
  private static final Instant FROM = Instant.parse("2030-01-01T00:00:00Z");
  private static final SelfSigned QUARTER = of(Duration.ofDays(90));
  private static final SelfSigned DAYS = of(Duration.ofDays(6));

  @ParameterizedTest(name = "{0} at {1}")
  @CsvSource({
    "QUARTER, -1ms, ERROR",
    "QUARTER, 0ms, ",
    "QUARTER, 75d, ",
    "QUARTER, 77d, WARNING",
    "QUARTER, 90d, WARNING",
    "QUARTER, 91d, ERROR",
    "DAYS, 0ms, ",
    "DAYS, 4d, ",
    "DAYS, 5d, WARNING",
    "DAYS, 7d, ERROR"
  })
  void certificate_atATime_isValidOrEndsSoonOrIsNotValid(
      String which, String time, Severity severity) {
    SelfSigned files = which.equals("DAYS") ? DAYS : QUARTER;
    Instant now = FROM.plus(
        time.endsWith("d")
            ? Duration.ofDays(Long.parseLong(time.replace("d", "")))
            : Duration.ofMillis(Long.parseLong(time.replace("ms", ""))));

    for (List<Finding> findings : List.of(
        Certificates.certificate(files.certificate(), files.key(), now),
        Certificates.authorities(files.certificate(), now))) {
      if (severity == null) {
        assertThat(findings).isEmpty();
      } else {
        assertThat(findings).singleElement().satisfies(finding -> {
          Finding.Suspicion suspicion = (Finding.Suspicion) finding;
          assertThat(suspicion.severity()).isEqualTo(severity);
          assertThat(suspicion.message()).startsWith(files.certificate() + ": ");
        });
      }
    }
  }

  @Test
  void authority_thatHasExpiredBesideOthers_isAWarningUnlessAllHave(@TempDir Path directory)
      throws Exception {
    Path both = Files.writeString(
        directory.resolve("both.pem"),
        Files.readString(QUARTER.certificate()) + Files.readString(DAYS.certificate()));
    assertThat(Certificates.authorities(both, FROM.plus(Duration.ofDays(30))))
        .singleElement()
        .satisfies(finding -> {
          Finding.Suspicion suspicion = (Finding.Suspicion) finding;
          assertThat(suspicion.severity()).isEqualTo(Severity.WARNING);
          assertThat(suspicion.message())
              .contains(" has expired on 2030-01-07T00:00:00Z: what it has issued is accepted");
        });
    assertThat(Certificates.authorities(both, FROM.plus(Duration.ofDays(100))))
        .hasSize(2)
        .allSatisfy(finding ->
            assertThat(((Finding.Suspicion) finding).severity()).isEqualTo(Severity.ERROR));
  }

  @ParameterizedTest
  @CsvSource({"/proc/self/mem", "pom.xml", "src"})
  void file_thatIsNoCertificate_isAFaultWithItsName(Path file) {
    assertThat(Certificates.certificate(file, file, FROM))
        .singleElement()
        .satisfies(finding -> assertThat(((Finding.Fault) finding).found()).startsWith(file + " "));
    assertThat(Certificates.authorities(file, FROM))
        .singleElement()
        .satisfies(finding -> assertThat(((Finding.Fault) finding).found()).startsWith(file + " "));
  }

  private static SelfSigned of(Duration time) {
    return SelfSigned.of("quarter", FROM, FROM.plus(time));
  }

  @Test
  void choice_ofCertificatesThatAreNeverUsed_isSuspicious() {
    SelfSigned first = SelfSigned.of("a.example.com", "*.example.com");
    SelfSigned twin = SelfSigned.of("a.example.com", Algorithm.rsa2048);
    SelfSigned same = SelfSigned.of("a.example.com");
    SelfSigned partly = SelfSigned.of("a.example.com", "c.example.com");
    SelfSigned other = SelfSigned.of("b.example.com");
    SelfSigned nameless = SelfSigned.withoutName();
    assertThat(suspicions(first, twin, other)).isEmpty();
    assertThat(suspicions(nameless, first)).isEmpty();
    assertThat(suspicions(first, same, partly, nameless))
        .satisfiesExactly(
            message -> assertThat(message)
                .startsWith(same.certificate() + " is never used: ")
                .contains("a.example.com (" + first.certificate() + ")"),
            message -> assertThat(message)
                .startsWith(partly.certificate() + " is not used for all its names: ")
                .contains("a.example.com (" + first.certificate() + ")")
                .doesNotContain("c.example.com"),
            message -> assertThat(message)
                .startsWith(nameless.certificate() + " is never used: it has no name"));
  }

  private static List<String> suspicions(SelfSigned... certificates) {
    return Certificates.choice(Stream.of(certificates)
            .map(each -> new TlsConfig.Certificate(each.certificate(), each.key()))
            .toList())
        .stream()
        .map(finding -> ((Finding.Suspicion) finding).message())
        .toList();
  }
}
