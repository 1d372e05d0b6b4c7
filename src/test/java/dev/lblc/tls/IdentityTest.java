package dev.lblc.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.SelfSigned;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class IdentityTest {
  @ParameterizedTest
  @EnumSource(names = {"ecp256", "ecp384", "rsa2048"})
  void certificate_withItsKey_isRead(Algorithm kind) {
    SelfSigned files = SelfSigned.of("gateway", kind);
    Identity identity = Identity.read(files.certificate(), files.key());
    assertThat(identity.chain()).hasSize(1);
    assertThat(identity.key().getAlgorithm())
        .isEqualTo(identity.chain().get(0).getPublicKey().getAlgorithm());
    assertThat(identity).isEqualTo(Identity.read(files.certificate(), files.key()));
  }

  @ParameterizedTest
  @EnumSource(names = {"ecp256", "ecp384", "rsa2048"})
  void certificate_withTheKeyOfAnother_isRefused(Algorithm kind) {
    SelfSigned files = SelfSigned.of("gateway", kind);
    SelfSigned other = SelfSigned.of("gateway", kind);
    assertThatThrownBy(() -> Identity.read(files.certificate(), other.key()))
        .hasMessageContaining(other.key() + " is not the private key of the first certificate in ")
        .hasMessageContaining(files.certificate().toString());
  }

  @Test
  void file_withoutACertificate_isNamed(@TempDir Path folder) throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing");
    SelfSigned files = SelfSigned.of("gateway");
    assertThatThrownBy(() -> Identity.read(empty, files.key()))
        .hasMessage(empty + " has no certificate in PEM");
    assertThatThrownBy(() -> Identity.read(files.certificate(), empty))
        .hasMessageStartingWith(empty + " has no private key in PEM that fits ");
    assertThatThrownBy(() -> Authorities.read(folder.resolve("absent.pem")))
        .hasMessageStartingWith(folder.resolve("absent.pem") + " cannot be read: ");
  }
}
