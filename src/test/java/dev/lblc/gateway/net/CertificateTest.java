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
  void read_whatIsNoPem_isRefusedWithTheNamesOfTheFiles(@TempDir Path directory) throws Exception {
    SelfSigned one = SelfSigned.of("one");
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    for (Path[] files :
        new Path[][] {{empty, one.key()}, {one.certificate(), empty}, {one.key(), one.certificate()}
        }) {
      assertThatThrownBy(() -> Certificate.read(files[0], files[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              files[0] + " and " + files[1] + " are not a certificate and its key in PEM: ")
          .hasMessageNotContaining("RuntimeException");
    }
  }
}
