package dev.lblc.gateway;

import static dev.lblc.gateway.TlsServer.TLS_1_2;
import static dev.lblc.gateway.TlsServer.TLS_1_3;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.Authority;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS to TCP servers: what passes, and above all how it ends. */
@ParameterizedClass(name = "transport {0}")
@EnumSource
final class UpstreamTlsTcpIT {
  private static final Authority AUTHORITY = Authority.named("authority");
  private static final Authority.Issued CERTIFICATE = AUTHORITY.issue("127.0.0.1");

  private static final int SMALL = 64 << 10;
  private static final String END = "!";

  private final SocketTransport transport;
  private final TestGateway gateway;

  UpstreamTlsTcpIT(SocketTransport transport) {
    this.transport = transport;
    gateway = new TestGateway(transport);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void session_ofServerAndClient_endsInOrder(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version);
        AccessLines log = new AccessLines()) {
      start(new JsonObject(), server.port());
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.secured()) {
        served.send("welcome");
        assertThat(client.exactly(7)).isEqualTo("welcome");
        client.send("question");
        assertThat(served.exactly(8)).isEqualTo("question");
        served.send("answer").leave();
        assertThat(client.rest()).isEqualTo("answer");
        client.endOutput();
      }
      assertThat(log.await(1).get(0)).endsWith(" s s-0 placed -").contains(" 8 13 ");
    }
  }

  @Test
  void end_ofTheClient_isACloseNotifyAndTheServerGoesOn() throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, TLS_1_3);
        AccessLines log = new AccessLines()) {
      start(new JsonObject(), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send("question").endOutput();
        try (RawClient served = server.accept()) {
          assertThat(served.rest()).isEqualTo("question");
          assertThat(gateway.inactive("s")).isEqualTo(1);
          served.send("answer").endOutput();
          assertThat(client.rest()).isEqualTo("answer");
        }
      }
      assertThat(log.await(1).get(0)).endsWith(" s s-0 placed -");
    }
  }

  @Test
  void closeNotify_ofTheServerWithTls13_endsOneDirectionOnly() throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, TLS_1_3);
        AccessLines log = new AccessLines()) {
      start(new JsonObject(), server.port());
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.secured()) {
        served.send("answer").endOutput();
        assertThat(client.rest()).isEqualTo("answer");
        client.send("question").endOutput();
        assertThat(served.rest()).isEqualTo("question");
      }
      assertThat(log.await(1).get(0)).endsWith(" s s-0 placed -");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void end_ofTheServerWithoutCloseNotify_isAResetAfterWhatCame(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version);
        AccessLines log = new AccessLines()) {
      start(new JsonObject(), server.port());
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.secured()) {
        served.send("part");
        assertThat(client.exactly(4)).isEqualTo("part");
        served.vanish();
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      assertThat(log.await(1).get(0)).endsWith(" s s-0 placed tls of the server failed");
    }
  }

  /** So nginx answers the end of a client. What comes behind it, or a record that is not whole, may be a part. */
  @ParameterizedTest
  @CsvSource({
    "TLSv1.2, NOTHING, ''",
    "TLSv1.3, NOTHING, ''",
    "TLSv1.2, DATA, part<reset>",
    "TLSv1.3, DATA, part<reset>",
    "TLSv1.3, PART_OF_A_RECORD, <reset>"
  })
  void end_ofTheServerWithoutCloseNotifyAfterTheClients_isOneIfNothingCameBehindIt(
      String version, Behind behind, String seen) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version);
        AccessLines log = new AccessLines()) {
      start(new JsonObject(), server.port());
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.secured()) {
        served.send("welcome");
        assertThat(client.exactly(7)).isEqualTo("welcome");
        client.send("question").endOutput();
        assertThat(served.exactly(8)).isEqualTo("question");
        Eventually.holds("the client's end is passed on", () -> gateway.inactive("s") == 1);
        switch (behind) {
          case NOTHING -> served.endBluntly();
          case DATA -> served.send("part").endBluntly();
          case PART_OF_A_RECORD -> served.endBluntly(23, 3, 3, 0, 100, 1, 2);
        }
        assertThat(client.rest()).isIn(seen, seen.replace("part", ""));
      }
      assertThat(log.await(1).get(0))
          .endsWith(
              " s s-0 placed " + (behind == Behind.NOTHING ? "-" : "tls of the server failed"));
    }
  }

  /** What comes from a server behind the end of the client. */
  enum Behind {
    NOTHING,
    DATA,
    PART_OF_A_RECORD
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void reset_ofTheClient_isAResetOfTheServer(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version)) {
      start(new JsonObject(), server.port());
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.secured()) {
        served.send("part");
        assertThat(client.exactly(4)).isEqualTo("part");
        client.reset();
        assertThat(served.rest()).isEqualTo("<reset>");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void session_isResumed(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version)) {
      start(new JsonObject(), server.port());
      for (int i = 0; i < 3; i++) {
        try (RawClient client = new RawClient(gateway.port());
            RawClient served = server.secured()) {
          served.send("welcome").leave();
          assertThat(client.rest()).isEqualTo("welcome");
        }
      }
      assertThat(server.shown()).isEqualTo(1);
    }
  }

  @Test
  void proxyHeader_comesBeforeTls() throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE)) {
      start(new JsonObject().put("proxyProtocol", "v1"), server.port());
      try (RawClient client = new RawClient(gateway.port());
          Socket plain = server.plain()) {
        String header = "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.socket().getLocalPort() + " "
            + gateway.port() + "\r\n";
        byte[] read = plain.getInputStream().readNBytes(header.length());
        assertThat(new String(read, StandardCharsets.ISO_8859_1)).isEqualTo(header);
        try (RawClient served = server.secured(plain)) {
          client.send("question").endOutput();
          assertThat(served.rest()).isEqualTo("question");
          served.send("answer").leave();
          assertThat(client.rest()).isEqualTo("answer");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void much_passesBothWaysAndIsHeldBack(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version)) {
      server.receiveBuffer(SMALL);
      start(new JsonObject(), server.port());
      boolean isOlder = version.equals(TLS_1_2);
      assumeTrue(
          Boolean.getBoolean("lblc.tls.all") || isOlder == (transport == SocketTransport.NIO),
          "a version for each transport is enough: -Plong");
      try (RawClient client = new RawClient(connected(gateway.port()));
          RawClient served = server.secured()) {
        Flood down = Flood.into(served);
        Flood up = Flood.into(client);
        Flood.awaitStall(List.of(down, up));
        CompletableFuture<Long> received = reading(client);
        CompletableFuture<Long> receivedByServer = reading(served);
        assertThat(down.end()).as("down").isGreaterThan(SMALL);
        assertThat(up.end()).as("up").isGreaterThan(SMALL);
        served.send(END);
        client.send(END);
        assertThat(received.get(20, SECONDS)).isEqualTo(down.sent() + END.length());
        assertThat(receivedByServer.get(20, SECONDS)).isEqualTo(up.sent() + END.length());
      }
    }
  }

  private static Socket connected(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(SMALL); // before it is connected, or the window is large
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  /** Reads on a thread of its own, and tells how much came. */
  private static CompletableFuture<Long> reading(RawClient from) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return (long) from.until(END).length();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> new Thread(task).start());
  }

  private void start(JsonObject service, int port) throws Exception {
    JsonObject tls = new JsonObject().put("trust", AUTHORITY.certificate().toString());
    gateway
        .service("s", service.put("tls", tls), port)
        .listener(ConfigJson.tcp())
        .route(ConfigJson.route("s", "{client.ip}").mergeIn(ConfigJson.timeouts("connect", "20s")))
        .start(1);
  }
}
