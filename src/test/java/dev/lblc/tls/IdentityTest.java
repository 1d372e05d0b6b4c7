package dev.lblc.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.SelfSigned;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdentityTest {
  /** A key of RSA takes a second to make. */
  private static final Map<String, SelfSigned> MADE = new ConcurrentHashMap<>();

  private static SelfSigned certificate(String name, Algorithm kind) {
    return MADE.computeIfAbsent(name + kind, made -> SelfSigned.of(name, kind));
  }

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
    SelfSigned one = certificate("one", kind);
    SelfSigned two = certificate("two", otherKind);
    assertThat(Identity.read(one.certificate(), one.key())).isNotNull();
    assertThatThrownBy(() -> Identity.read(one.certificate(), two.key()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            two.key() + " is not the private key of the first certificate in " + one.certificate())
        .hasMessageEndingWith(
            kind.name().startsWith("rsa") == otherKind.name().startsWith("rsa")
                ? one.certificate().toString()
                : ": it is a key of " + family(otherKind) + ", and the certificate's is one of "
                    + family(kind));
  }

  private static String family(Algorithm kind) {
    return kind.name().startsWith("rsa") ? "RSA" : "EC";
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
    Path absent = directory.resolve("absent.pem");
    assertRefused(absent, one.key(), absent + " cannot be read: ");
    assertThatThrownBy(() -> Authorities.read(absent))
        .hasMessageStartingWith(absent + " cannot be read: ");
  }

  private static void assertRefused(Path certificate, Path key, String message) {
    assertThatThrownBy(() -> Identity.read(certificate, key))
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
    assertThat(Identity.read(both, both).chain()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa2048", "ecp256", "ecp384", "ed25519"})
  void read_aKeyInAnyFormOfOpenSsl_isUsed(String kind, @TempDir Path directory) throws Exception {
    SelfSigned one = certificate("one", Algorithm.valueOf(kind));
    Identity expected = Identity.read(one.certificate(), one.key());
    assertThat(expected).isEqualTo(Identity.read(one.certificate(), one.key()));
    assertThat(expected.key().getAlgorithm()).isEqualTo(expected.kind());
    SelfSigned rsa = certificate("two", Algorithm.rsa2048);
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
      assertThat(Identity.read(one.certificate(), other).kind()).isEqualTo(expected.kind());
      assertThatThrownBy(() -> Identity.read(rsa.certificate(), other))
          .hasMessageContaining("is not the private key of the first certificate in ");
    }
  }

  @Test
  void read_aKeyBehindTheParametersOfItsCurve_isUsed(@TempDir Path directory) throws Exception {
    SelfSigned one = SelfSigned.of("one");
    Path key = Files.writeString(
        directory.resolve("key.pem"),
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            + Files.readString(one.key()));
    assertThat(Identity.read(one.certificate(), key)).isNotNull();
  }

  @Test
  void read_anEncryptedKey_isRefusedWithTheReason(@TempDir Path directory) throws Exception {
    SelfSigned one = SelfSigned.of("one");
    Path key = Files.writeString(
        directory.resolve("key.pem"),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n");
    assertThatThrownBy(() -> Identity.read(one.certificate(), key))
        .hasMessageContaining("it is encrypted");
  }
}
