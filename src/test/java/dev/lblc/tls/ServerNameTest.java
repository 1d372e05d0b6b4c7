package dev.lblc.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.Authority;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerNameTest {
  private static final Authority AUTHORITY = Authority.named("authority");

  @ParameterizedTest
  @CsvSource({
    "models.internal, models.internal",
    "models.internal., models.internal",
    "_https._tcp.models.internal, models.internal",
    "_https._tcp.models.internal., models.internal",
    "a_b.internal, a_b.internal",
    "_alone, _alone",
  })
  void discovery_ofAName_isForThatNameWithoutTheLabelsOfTheService(String dns, String name) {
    assertThat(ServerName.ofDiscovery(dns)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({"a.test, a.test", "backend, backend", "a_b.test, a_b.test", "10.0.0.1,", "::1,"})
  void name_ofAHost_isSentAndAnAddressIsNot(String name, String sent) {
    if (sent == null) {
      assertThat(ServerName.sent(name)).isEmpty();
    } else {
      assertThat(ServerName.sent(name))
          .singleElement()
          .satisfies(one -> assertThat(new String(one.getEncoded())).isEqualTo(sent));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.test", "backend", "10.0.0.1", "::1"})
  void name_byTheLetter_isLeftToTheJdk(String name) {
    assertThat(ServerName.isKnownToTheJdk(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a_b.test", "_a", "a_b"})
  void name_withAnUnderscore_isNot(String name) {
    assertThat(ServerName.isKnownToTheJdk(name)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "a_b.example.test, a_b.example.test, true",
    "A_B.Example.test, a_b.eXample.TEST, true",
    "a_b.example.test, *.example.test, true",
    "a_b, a_b, true",
    "c.a_b.test, *.a_b.test, true",
    "a_b.example.test, c_b.example.test, false",
    "a_b.example.test, *.test, false",
    "a_b.example.test, *.other.test, false",
    "c.a_b.example.test, *.example.test, false",
    "a_b.test, *.test, false",
    "a_b.example.test, *_b.example.test, false",
    "a_b.example.test, a_b.*.test, false",
    "a_b.example.test, *, false",
    "a_b, *, false",
    "a_b.example.test, b.example.test, false",
  })
  void name_ofACertificate_isCompared(String name, String certified, boolean isFor)
      throws Exception {
    X509Certificate certificate =
        AUTHORITY.issue("first.test", certified).bundle().getCertificate();
    if (isFor) {
      ServerName.require(name, certificate);
    } else {
      assertThatThrownBy(() -> ServerName.require(name, certificate))
          .isInstanceOf(CertificateException.class)
          .satisfies(failure ->
              assertThat(UpstreamTlsFailure.of(failure)).isEqualTo(UpstreamTlsFailure.WRONG_NAME));
    }
  }
}
