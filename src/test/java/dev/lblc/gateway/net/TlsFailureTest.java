package dev.lblc.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.tls.UpstreamTlsFailure;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Some of the messages are those of JDK 17, some those of later ones, which begin with an alert, and some of OpenSSL. */
final class TlsFailureTest {
  private static final Pattern LABEL = Pattern.compile("`([a-z_]+)`");

  @Test
  void reasons_areThoseOfTheUsersTables() throws Exception {
    String page = Files.readString(Path.of("conf", "README.md"));
    assertThat(reasons(page, "lblc_tls_handshake_failures_total{listener,reason}` counts"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(TlsFailure.values()).map(TlsFailure::label).toList());
    assertThat(reasons(page, "lblc_upstream_tls_failures_total{service,reason}` counts"))
        .containsExactlyInAnyOrderElementsOf(Stream.of(UpstreamTlsFailure.values())
            .map(UpstreamTlsFailure::label)
            .toList());
  }

  /** Returns what stands in the first column of the first table behind a text. */
  private static List<String> reasons(String page, String text) {
    String behind = page.substring(page.indexOf(text));
    return behind
        .lines()
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .flatMap(row -> LABEL.matcher(row.substring(0, row.indexOf('|', 1))).results())
        .map(label -> label.group(1))
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', textBlock = """
          Received fatal alert: certificate_unknown                  | certificate_rejected
          (unknown_ca) Received fatal alert: unknown_ca              | certificate_rejected
          Received fatal alert: protocol_version                     | alert
          Received fatal alert: handshake_failure                    | alert
          Client requested protocol TLSv1.1 is not enabled or supported in server context | no_common_protocol
          (protocol_version) The client supported protocol versions[TLSv1.1] are not accepted by server preferences [TLSv1.3] | no_common_protocol
          no cipher suites in common                                 | no_common_cipher
          (handshake_failure) no cipher suites in common             | no_common_cipher
          Unable to negotiate key exchange                           | broken
          Connection closed while SSL/TLS handshake was in progress  | closed
          Unrecognized handshake type                                | broken
          Empty client certificate chain                             | no_client_certificate
          no common protocol in [foo]                                | no_common_alpn
          error:10000416:SSL routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_UNKNOWN | certificate_rejected
          error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA          | certificate_rejected
          error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE   | alert
          error:1000042e:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION    | alert
          error:100000f0:SSL routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL            | no_common_protocol
          error:100000b8:SSL routines:OPENSSL_internal:NO_SHARED_CIPHER                | no_common_cipher
          Unable to find key material for auth method(s): [ECDHE_RSA]                  | no_common_cipher
          error:100000c0:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE | no_client_certificate
          error:10000089:SSL routines:OPENSSL_internal:DECODE_ERROR                    | broken
          """)
  void message_isAReason(String message, String label) {
    assertThat(TlsFailure.of(new SSLHandshakeException(message)).label()).isEqualTo(label);
  }

  @Test
  void typeOfTheFailure_isAReason() {
    EmbeddedChannel channel = new EmbeddedChannel();
    assertThat(TlsFailure.of(new ClearTextException(channel))).isEqualTo(TlsFailure.CLEAR_TEXT);
    assertThat(TlsFailure.of(new NotSslRecordException("x"))).isEqualTo(TlsFailure.NOT_TLS);
    assertThat(TlsFailure.of(new ClosedChannelException())).isEqualTo(TlsFailure.CLOSED);
    assertThat(TlsFailure.of(new IllegalStateException("closed"))).isEqualTo(TlsFailure.BROKEN);
    channel.finishAndReleaseAll();
  }

  @Test
  void faultOfAClientsCertificate_isAReason_withItsInnermostCause() {
    SSLHandshakeException cause = new SSLHandshakeException("General OpenSslEngine problem");
    cause.initCause(new CertificateException("outer", new CertPathValidatorException("expired")));
    assertThat(TlsFailure.of(cause)).isEqualTo(TlsFailure.CLIENT_CERTIFICATE_REFUSED);
    assertThat(TlsFailure.of(cause).describe(cause)).endsWith(" is not accepted: expired");
  }

  @Test
  void description_namesTheAlertOrTheWordsOfTheJdk_inOneLine() {
    assertThat(describe("Received fatal alert: unknown_ca")).endsWith(": alert unknown_ca");
    assertThat(describe("no cipher suites in common")).endsWith(": no cipher suites in common");
    assertThat(describe("one\n two")).endsWith(": one two");
  }

  private static String describe(String message) {
    SSLException cause = new SSLException(message);
    return TlsFailure.of(cause).describe(cause);
  }
}
