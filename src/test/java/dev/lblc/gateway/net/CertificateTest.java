package dev.lblc.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.SelfSigned;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"rsa2048", "ecp256", "ecp384", "ed25519"})
  void read_aKeyInAnyFormOfOpenSsl_isUsed(String kind, @TempDir Path directory) throws Exception {
    SelfSigned one = SelfSigned.of("one", Algorithm.valueOf(kind));
    Certificate expected = Certificate.read(one.certificate(), one.key());
    for (String command : List.of("pkey", kind.startsWith("rsa") ? "rsa" : "ec")) {
      if (kind.equals("ed25519") && !command.equals("pkey")) {
        continue; // has no other form
      }
      Path other = directory.resolve(command + ".pem");
      List<String> line = new ArrayList<>(
          List.of("openssl", command, "-in", one.key().toString(), "-out", other.toString()));
      if (command.equals("rsa")) {
        line.add("-traditional");
      }
      assertThat(new ProcessBuilder(line).start().waitFor()).isZero();
      assertThat(Certificate.read(one.certificate(), other).kind()).isEqualTo(expected.kind());
    }
  }

  @Test
  void read_aKeyBehindTheParametersOfItsCurve_isUsed(@TempDir Path directory) throws Exception {
    SelfSigned one = SelfSigned.of("one");
    Path key = Files.writeString(
        directory.resolve("key.pem"),
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            + Files.readString(one.key()));
    assertThat(Certificate.read(one.certificate(), key)).isNotNull();
  }

  @Test
  void read_anEncryptedKey_isRefusedWithTheReason(@TempDir Path directory) throws Exception {
    SelfSigned one = SelfSigned.of("one");
    Path key = Files.writeString(
        directory.resolve("key.pem"),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n");
    assertThatThrownBy(() -> Certificate.read(one.certificate(), key))
        .hasMessageContaining("it is encrypted");
  }
}
