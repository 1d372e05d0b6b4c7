package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.route;
import static dev.lblc.testing.ConfigJson.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import dev.lblc.gateway.net.TlsEngine;
import dev.lblc.testing.Hellos;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS that ends at the listener: how it begins, and above all how it ends. */
@ParameterizedClass(name = "transport {0}, TLS {1}")
@CsvSource({"NIO, JDK", "NIO, OPENSSL", "EPOLL, JDK", "EPOLL, OPENSSL", "IO_URING, OPENSSL"})
final class TcpTlsIT {
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";
  private static final byte ALERT = 21;
  private static final byte DATA = 23;
  private static final int MUCH = 64 << 20;

  private static final SelfSigned CERTIFICATE = SelfSigned.of("localhost");

  private final TestGateway gateway;

  TcpTlsIT(SocketTransport transport, TlsEngine engine) {
    TlsEngines.use(engine);
    gateway = new TestGateway(transport);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
    TlsEngines.useAny();
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void tls_isTakenOffAndItsServerNameIsTheDestination(String version) throws Exception {
    try (RawServer server = new RawServer()) {
      start(server.port());
      try (Socket plain = connected();
          SSLSocket socket = tls(plain, version);
          RawClient client = new RawClient(socket)) {
        client.send("question");
        try (RawClient served = server.accept()) {
          assertThat(served.exactly(8)).isEqualTo("question");
          served.send("answer");
          assertThat(client.exactly(6)).isEqualTo("answer");
          client.endOutput();
          assertThat(served.rest()).isEmpty();
          assertThat(gateway.inactive("s")).isEqualTo(1);
          served.endOutput();
          assertThat(client.rest()).isEmpty();
        }
      }
      assertThat(gateway.scheduled("s").destination("one.example.com")).isNotNull();
    }
  }

  @Test
  void closeNotify_ofTls13_endsOneDirectionOnly() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (Socket plain = connected();
          RawClient client = new RawClient(tls(plain, TLS13))) {
        client.send("question").endOutput();
        try (RawClient served = server.accept()) {
          assertThat(served.rest()).isEqualTo("question");
          served.send("answer").endOutput();
          assertThat(client.rest()).isEqualTo("answer");
        }
      }
      assertThat(log.await(1).get(0)).endsWith(" s s-0 placed -");
    }
  }

  @Test
  void closeNotify_ofTls12AfterAll_isAnOrderlyEnd() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (Socket plain = connected();
          RawClient client = new RawClient(tls(plain, TLS12))) {
        client.send("question");
        try (RawClient served = server.accept()) {
          served.send("answer");
          assertThat(client.exactly(6)).isEqualTo("answer");
          client.endOutput();
          assertThat(client.rest()).isEmpty();
          assertThat(served.rest()).isEqualTo("question");
        }
      }
      assertThat(log.await(1).get(0)).endsWith(" s s-0 placed -");
    }
  }

  @Test
  void closeNotify_ofTls12WhileTheServerSends_resetsTheServer() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (Socket plain = connected();
          RawClient client = new RawClient(tls(plain, TLS12))) {
        client.send("question");
        try (RawClient served = server.accept()) {
          CompletableFuture<Boolean> cutOff =
              CompletableFuture.supplyAsync(() -> isCutOffSending(served));
          client.exactly(1 << 20);
          client.endOutput().rest();
          assertThat(cutOff.get(10, TimeUnit.SECONDS)).isTrue();
        }
      }
      assertThat(log.await(1).get(0)).endsWith(" client closed the connection");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void end_withoutCloseNotify_isAResetAfterWhatCame(String version) throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (Socket plain = connected();
          RawClient client = new RawClient(tls(plain, version))) {
        client.send("data");
        plain.shutdownOutput();
        try (RawClient served = server.accept()) {
          assertThat(served.rest()).isEqualTo("data<reset>");
        }
      }
      assertThat(log.await(1).get(0)).endsWith(" tls failed");
    }
  }

  @Test
  void end_withoutCloseNotifyBeforeThereIsAServer_isAResetAfterWhatCame() throws Exception {
    try (DeafServer deaf = new DeafServer();
        RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port(), deaf.port());
      for (int i = 0; i < 2; i++) { // one of them is sent to the deaf one first
        try (Socket plain = connected();
            RawClient client = new RawClient(tls(plain, TLS13))) {
          client.send("data");
          plain.shutdownOutput();
          try (RawClient served = server.accept()) {
            assertThat(served.rest()).isEqualTo("data<reset>");
          }
        }
      }
      assertThat(log.await(2)).allMatch(line -> line.endsWith(" tls failed"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void end_inTheMiddleOfARecord_isAReset(String version) throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (Socket plain = connected();
          RawClient client = new RawClient(tls(plain, version))) {
        client.send("data");
        try (RawClient served = server.accept()) {
          assertThat(served.exactly(4)).isEqualTo("data");
          plain.getOutputStream().write(new byte[] {DATA, 3, 3, 0, 100, 1, 2, 3});
          plain.shutdownOutput();
          assertThat(served.rest()).isEqualTo("<reset>");
        }
      }
      assertThat(log.await(1).get(0)).endsWith(" tls failed");
    }
  }

  @Test
  void serversEnd_isACloseNotifyAndATls13ClientMayGoOn() throws Exception {
    afterServersEnd(TLS13, (client, plain, served) -> {
      client.send("more").endOutput();
      assertThat(served.rest()).isEqualTo("more");
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void end_withoutCloseNotifyAfterTheServers_isAnOrderlyEnd(String version) throws Exception {
    afterServersEnd(version, (client, plain, served) -> {
      plain.shutdownOutput();
      assertThat(served.rest()).isEmpty();
    });
  }

  @Test
  void handshake_thatFails_isAnsweredWithAnAlertBeforeAServerIsInvolved() throws Exception {
    List<byte[]> all = List.of(
        Hellos.records(new byte[] {99, 0, 0, 1, 0}, 1000), // no message there is
        Hellos.with(1000)); // of TLS 1.2, with a cipher suite of TLS 1.3
    try (RawServer server = new RawServer()) {
      start(server.port());
      for (byte[] bad : all) {
        assertThat(answerTo(bad)).startsWith(RawClient.text(ALERT, (byte) 3));
      }
    }
  }

  @Test
  void bytes_thatAreNoTls_areAnsweredWithAnEndBeforeAServerIsInvolved() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server.port());
      for (String bad : List.of("SSH-2.0-x\r\n", "*1\r\n$4\r\nPING\r\n", "QUIT\r\n")) {
        assertThat(answerTo(bad.getBytes(StandardCharsets.US_ASCII))).isIn("", "<reset>");
      }
    }
  }

  @Test
  void request_inClearText_isAnswered400BeforeAServerIsInvolved() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n");
        client.send(new byte[1_000_000]);
        assertThat(client.response())
            .startsWith("HTTP/1.1 400 Bad Request\r\n")
            .endsWith("400 this port speaks HTTPS, and the request came as HTTP\n");
        client.endOutput();
        assertThat(client.rest()).isEmpty();
      }
      assertThat(log.await(1).get(0)).endsWith(" - - - clear text on a TLS port");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientOfPostgresql_thatAsksForTls_getsIt(boolean asksForGssFirst) throws Exception {
    try (RawServer server = new RawServer()) {
      start(server.port());
      try (Socket plain = connected()) {
        if (asksForGssFirst) {
          expectAnswer(plain, 0x30, "N");
        }
        expectAnswer(plain, 0x2f, "S");
        try (RawClient client = new RawClient(tls(plain, TLS13))) {
          client.send("question").endOutput();
          try (RawClient served = server.accept()) {
            assertThat(served.rest()).isEqualTo("question");
            served.endOutput();
          }
        }
      }
      assertThat(gateway.scheduled("s").destination("one.example.com")).isNotNull();
    }
  }

  /** Sends the question of a client of PostgreSQL that ends with this byte, and expects the answer alone. */
  private static void expectAnswer(Socket plain, int last, String answer) throws IOException {
    RawClient asking = new RawClient(plain);
    asking.trickle(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, (byte) last});
    assertThat(asking.exactly(1)).isEqualTo(answer);
  }

  @Test
  void clientOfPostgresql_thatAsksForever_isClosed() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        for (int i = 0; i < 3; i++) {
          client.send(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f});
        }
        assertThat(client.rest()).isIn("SS", "SS<reset>");
      }
      assertThat(log.await(1).get(0)).endsWith(" - - - tls failed");
    }
  }

  @Test
  void handshake_thatTheClientAsksForAgain_isRefused() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (Socket plain = connected();
          SSLSocket socket = tls(plain, TLS12);
          RawClient client = new RawClient(socket)) {
        client.send("question");
        try (RawClient served = server.accept()) {
          assertThat(served.exactly(8)).isEqualTo("question");
          try {
            socket.startHandshake();
            client.send("more");
          } catch (IOException e) {
            assertThat(e).hasMessageNotContaining("timed out");
          }
          assertThat(served.rest()).isEqualTo("<reset>");
          assertThat(client.rest()).isIn("", "<reset>");
        }
      }
      assertThat(log.await(1).get(0)).endsWith(" tls failed");
    }
  }

  @Test
  void clients_withWhichNoTlsComesAbout_areLoggedAndCounted() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server.port());
      new BadTlsClients(gateway, "web").expectAllToBeSeen();
    }
  }

  @Test
  void handshake_thatDoesNotBegin_timesOut() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (RawClient silent = new RawClient(gateway.port())) {
        assertThat(silent.rest()).isEqualTo("<reset>");
      }
      assertThat(log.await(1).get(0)).endsWith(" - - - hello timed out");
    }
  }

  /** What may happen between a client, on that socket, and its server. */
  private interface Events {
    void happen(RawClient client, Socket plain, RawClient served) throws IOException;
  }

  /** Lets something happen after the client has read the server's answer and its end, which ends in an orderly way. */
  private void afterServersEnd(String version, Events events) throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      start(server.port());
      try (Socket plain = connected();
          RawClient client = new RawClient(tls(plain, version))) {
        client.send("question");
        try (RawClient served = server.accept()) {
          assertThat(served.exactly(8)).isEqualTo("question");
          served.send("answer").endOutput();
          assertThat(client.exactly(6)).isEqualTo("answer");
          // JSSE takes any end for an orderly one and answers it. In TLS 1.3 an alert looks like
          // data.
          assertThat(plain.getInputStream().readAllBytes())
              .startsWith(version.equals(TLS13) ? DATA : ALERT);
          events.happen(client, plain, served);
        }
      }
      assertThat(log.await(1).get(0)).endsWith(" s s-0 placed -");
    }
  }

  /** All that comes back for bytes with which TLS cannot begin. */
  private String answerTo(byte[] bad) throws Exception {
    try (RawClient client = new RawClient(gateway.port());
        AccessLines log = new AccessLines()) {
      client.send(bad);
      String answer = client.rest();
      assertThat(log.await(1).get(0)).contains(" TLS ").endsWith(" - - - tls failed");
      return answer;
    }
  }

  private void start(int... servers) throws Exception {
    gateway
        .service("s", servers)
        .listener(tcp()
            .put("tls", CERTIFICATE.json())
            .put("timeouts", new JsonObject().put("hello", "2s")))
        .route(route("s", "{sni}").put("timeouts", new JsonObject().put("connect", "200ms")))
        .start();
  }

  private Socket connected() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), gateway.port());
  }

  /** On a socket that is connected, and closed with it; the handshake comes with the first byte. */
  private static SSLSocket tls(Socket plain, String version) throws Exception {
    SSLContext context = TrustsAll.context();
    SSLSocket socket = (SSLSocket)
        context.getSocketFactory().createSocket(plain, "127.0.0.1", plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName("One.Example.com")));
    parameters.setProtocols(new String[] {version});
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static boolean isCutOffSending(RawClient served) {
    try {
      for (int sent = 0; sent < MUCH; sent += 1 << 16) {
        served.send(new byte[1 << 16]);
      }
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
