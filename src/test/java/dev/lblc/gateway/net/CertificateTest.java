package dev.lblc.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.SelfSigned;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CertificateTest {
  @ParameterizedTest
  @CsvSource({
    "ecp256, ecp256",
    "ecp256, ecp384",
    "rsa2048, rsa2048",
    "rsa2048, ecp256",
    "ecp256, rsa2048"
  })
  void read_aKeyOfAnotherCertificate_isRefusedWithTheNamesOfTheFiles(
      Algorithm kind, Algorithm otherKind) {
    SelfSigned one = SelfSigned.of("one", kind);
    SelfSigned two = SelfSigned.of("two", otherKind);
    assertThat(Certificate.read(one.certificate(), one.key())).isNotNull();
    assertThatThrownBy(() -> Certificate.read(one.certificate(), two.key()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(one.certificate().toString())
        .hasMessageContaining(two.key().toString());
  }

  @Test
  void read_whatIsNoPem_isRefusedWithTheNameOfTheFile(@TempDir Path directory) throws Exception {
    SelfSigned one = SelfSigned.of("one");
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    assertRefused(empty, one.key(), empty + " has no certificate in PEM");
    assertRefused(one.key(), one.certificate(), one.key() + " has no certificate in PEM");
    assertRefused(one.certificate(), empty, empty + " has no private key in PEM that fits ");
    assertRefused(
        one.certificate(),
        one.certificate(),
        one.certificate() + " has no private key in PEM that fits ");
  }

  private static void assertRefused(Path certificate, Path key, String message) {
    assertThatThrownBy(() -> Certificate.read(certificate, key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("RuntimeException");
  }

  @Test
  void read_certificateAndKeyInOneFile_isUsed(@TempDir Path directory) throws Exception {
    SelfSigned one = SelfSigned.of("one");
    Path both = Files.writeString(
        directory.resolve("both.pem"),
        Files.readString(one.key()) + Files.readString(one.certificate()));
    assertThat(Certificate.read(both, both).chain()).hasSize(1);
  }
}
