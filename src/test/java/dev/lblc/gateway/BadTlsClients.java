package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.Hellos;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Clients with which no TLS can come about, and what the log and the metrics of a listener have to say of them. */
final class BadTlsClients {
  private final TestGateway gateway;
  private final String listener;

  BadTlsClients(TestGateway gateway, String listener) {
    this.gateway = gateway;
    this.listener = listener;
  }

  /** Connects one after the other; the certificate of the listener is of an elliptic curve. */
  void expectAllToBeSeen() throws Exception {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      expect(
          "certificate_rejected",
          "WARN listener " + listener
              + ": no TLS with client 127.0.0.1: the client does not accept the"
              + " certificate of this listener: alert certificate_unknown",
          () -> handshake(version, null));
    }
    expect(
        "no_common_cipher",
        "INFO listener " + listener + ": no TLS with client 127.0.0.1: ",
        () -> handshake("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
    byte[] old = Hellos.with(1_000);
    old[10] = 2; // the version of its body: TLS 1.1
    expect("no_common_protocol", "speaks no version of TLS", () -> send(old));
    expect("not_tls", "what the client sent is no TLS", () -> send(new byte[] {1, 2, 3, 4, 5, 6}));
    expect("closed", "closed within the handshake", () -> send(new byte[] {22, 3, 1}));
    expect(
        "clear_text",
        "HTTP in clear text",
        () -> send("GET / ".getBytes(StandardCharsets.US_ASCII)));
    try (TlsLines lines = new TlsLines()) {
      long before = sum();
      try (Socket silent = connected()) {
        silent.shutdownOutput();
        assertThat(silent.getInputStream().read()).isEqualTo(-1);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("reset");
      }
      send(new byte[] {1, 2, 3, 4, 5, 6});
      assertThat(lines.await(1)).singleElement().asString().contains("what the client sent");
      assertThat(sum()).isEqualTo(before + 1);
    }
  }

  /** What a client does. */
  private interface Act {
    void run() throws Exception;
  }

  private void expect(String reason, String line, Act act) throws Exception {
    long before = count(reason);
    try (TlsLines lines = new TlsLines()) {
      act.run();
      assertThat(lines.await(1)).singleElement().asString().contains(line);
      Eventually.holds(reason, () -> count(reason) == before + 1);
    }
  }

  private long count(String reason) {
    return gateway.gateway().counts().tlsFailures().getOrDefault(List.of(listener, reason), -1L);
  }

  private long sum() {
    return gateway.gateway().counts().tlsFailures().values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /** Tries a handshake of a client that trusts no such certificate. */
  private void handshake(String version, @Nullable String cipher) throws Exception {
    try (SSLSocket socket = (SSLSocket) SSLContext.getDefault()
        .getSocketFactory()
        .createSocket(InetAddress.getLoopbackAddress(), port())) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setProtocols(new String[] {version});
      if (cipher != null) {
        parameters.setCipherSuites(new String[] {cipher});
      }
      socket.setSSLParameters(parameters);
      assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
    }
  }

  private void send(byte[] bytes) throws Exception {
    try (RawClient client = new RawClient(port())) {
      client.send(bytes).endOutput();
      String unused = client.rest();
    }
  }

  private Socket connected() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port());
  }

  private int port() {
    return gateway.gateway().port(listener);
  }
}
