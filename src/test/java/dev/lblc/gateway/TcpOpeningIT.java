package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Hellos;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection says before it has a route: server name, TLS handshake, PROXY protocol. */
@ParameterizedClass(name = "native transport {0}")
@ValueSource(booleans = {false, true})
final class TcpOpeningIT {
  private static final SelfSignedCertificate CERTIFICATE =
      SelfSignedCertificate.create("localhost");

  private static final int SILENT = 2_000;

  private final TestGateway gateway;

  TcpOpeningIT(boolean isNative) {
    gateway = new TestGateway(isNative);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @Test
  void serverName_ofAHelloInSegmentsOfOneByte_choosesTheRouteAndIsTheDestination()
      throws Exception {
    try (RawServer shard = new RawServer();
        RawServer other = new RawServer()) {
      passThrough(shard, other, "5s");
      byte[] hello = Hellos.with(20, Hellos.padding(100), Hellos.serverName("One.db.example.com"));
      try (RawClient client = new RawClient(gateway.port())) {
        client.socket().setTcpNoDelay(true);
        OutputStream out = client.socket().getOutputStream();
        for (byte octet : hello) {
          out.write(octet);
        }
        try (RawClient served = shard.accept()) {
          assertThat(served.exactly(hello.length)).isEqualTo(latin(hello));
          client.endOutput();
          served.endOutput();
          assertThat(client.rest()).isEmpty();
        }
      }
      assertThat(gateway.scheduled("shard").destination("one.db.example.com")).isNotNull();
    }
  }

  @Test
  void hello_ofEveryOtherKind_takesTheNextRouteUnchanged() throws Exception {
    try (RawServer shard = new RawServer();
        RawServer other = new RawServer()) {
      passThrough(shard, other, "5s");
      for (byte[] first : List.of(
          "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
          new byte[] {(byte) 0x80, 0x2e, 1, 3, 1, 0, 0},
          new byte[] {0, 1, 2, 3},
          Hellos.with(100, Hellos.padding(5)),
          Hellos.with(16_384, Hellos.serverName("db.example.com")),
          Hellos.with(16_384, Hellos.padding(40_000), Hellos.serverName("a.db.example.com")),
          Hellos.ofJdk("www.example.com"))) {
        expectServedBy(other, first, false);
      }
      expectServedBy(
          shard,
          Hellos.with(16_384, Hellos.padding(16 << 10), Hellos.serverName("a.db.example.com")),
          false);
      expectServedBy(other, new byte[] {22, 3, 1}, true);
    }
  }

  @Test
  void silentClients_areCutAndOthersAreServedMeanwhile() throws Exception {
    try (RawServer shard = new RawServer();
        RawServer other = new RawServer();
        AccessLines log = new AccessLines()) {
      passThrough(shard, other, "1s");
      List<RawClient> silent = new ArrayList<>();
      for (int i = 0; i < SILENT; i++) {
        RawClient client = new RawClient(gateway.port());
        if (i % 2 == 0) {
          client.socket().getOutputStream().write(new byte[] {22, 3, 1, 1});
        }
        silent.add(client);
      }
      expectServedBy(other, new byte[] {'x'}, false);
      for (RawClient client : silent) {
        assertThat(client.rest()).isEqualTo("<reset>");
        client.close();
      }
      assertThat(log.await(SILENT + 1))
          .filteredOn(line -> line.endsWith(" - - - hello timed out"))
          .hasSize(SILENT);
    }
  }

  @Test
  void client_thatLeavesWithoutAWord_reachesNoServer() throws Exception {
    try (RawServer shard = new RawServer();
        RawServer other = new RawServer();
        AccessLines log = new AccessLines()) {
      passThrough(shard, other, "5s");
      new RawClient(gateway.port()).close();
      assertThat(log.await(1).get(0)).endsWith(" - - - client closed the connection");
    }
  }

  @Test
  void tls_thatEndsHere_isTakenOffAndItsServerNameIsTheDestination() throws Exception {
    try (RawServer server = new RawServer()) {
      gateway
          .service("s", server.port())
          .listener(tcp().put("tls", certificate()))
          .route(route("s", "{sni}"))
          .start();
      try (SSLSocket socket = tls("One.Example.com");
          RawClient client = new RawClient(socket)) {
        client.send("question");
        try (RawClient served = server.accept()) {
          assertThat(served.exactly(8)).isEqualTo("question");
          socket.shutdownOutput();
          assertThat(served.rest()).isEmpty();
          assertThat(gateway.inactive("s")).isEqualTo(1);
          served.send("answer").endOutput();
          assertThat(client.rest()).isEqualTo("answer");
        }
      }
      assertThat(gateway.scheduled("s").destination("one.example.com")).isNotNull();
    }
  }

  @Test
  void tls_thatIsNone_isRefusedBeforeAServerIsInvolved() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      gateway
          .service("s", server.port())
          .listener(tcp()
              .put("tls", certificate())
              .put("timeouts", new JsonObject().put("hello", "300ms")))
          .route(route("s", "{sni}"))
          .start();
      try (RawClient client = new RawClient(gateway.port())) {
        client.send("GET / HTTP/1.1\r\n\r\n");
        client.rest();
      }
      try (RawClient silent = new RawClient(gateway.port())) {
        assertThat(silent.rest()).isEqualTo("<reset>");
      }
      List<String> lines = log.await(2);
      assertThat(lines.get(0)).contains(" TLS ").endsWith(" - - - tls failed");
      assertThat(lines.get(1)).endsWith(" - - - hello timed out");
    }
  }

  @Test
  void proxyHeader_ofATrustedPeer_saysWhoTheClientIsAndWhereItWent() throws Exception {
    try (RawServer server = new RawServer()) {
      proxied(server, "127.0.0.1", new JsonObject().put("proxyProtocol", "v1"));
      String v1 = "PROXY TCP4 192.0.2.1 198.51.100.7 4711 8443\r\n";
      expectHeader(server, v1.getBytes(StandardCharsets.US_ASCII), v1);
      byte[] v2 = {
        13,
        10,
        13,
        10,
        0,
        13,
        10,
        81,
        85,
        73,
        84,
        10,
        0x21,
        0x11,
        0,
        15,
        (byte) 192,
        0,
        2,
        1,
        (byte) 198,
        51,
        100,
        7,
        0x12,
        0x67,
        0x20,
        (byte) 0xfb,
        4,
        0,
        0
      };
      expectHeader(server, v2, v1);
      String v6 = "PROXY TCP6 2001:db8:0:0:0:0:0:1 2001:db8:0:0:0:0:0:2 1 2\r\n";
      expectHeader(server, v6.getBytes(StandardCharsets.US_ASCII), v6);
      assertThat(gateway.scheduled("s").destination("192.0.2.1|198.51.100.7|8443"))
          .isNotNull();
    }
  }

  @Test
  void proxyHeader_thatSaysNothing_leavesWhatIsSeen() throws Exception {
    try (RawServer server = new RawServer()) {
      proxied(server, "127.0.0.0/8", new JsonObject());
      for (byte[] header : List.of(
          "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII),
          new byte[] {13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x20, 0, 0, 0})) {
        expectHeader(server, header, "");
      }
      assertThat(gateway.scheduled("s").destination("127.0.0.1|127.0.0.1|" + gateway.port()))
          .isNotNull();
    }
  }

  @Test
  void proxyHeader_toTheServer_isV2WhereConfigured() throws Exception {
    try (RawServer server = new RawServer()) {
      gateway
          .service("s", new JsonObject().put("proxyProtocol", "v2"), server.port())
          .listener(tcp())
          .route(route("s", "{client.ip}"))
          .start();
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        client.send("after").endOutput();
        byte[] head = served.rest().getBytes(StandardCharsets.ISO_8859_1);
        assertThat(head)
            .hasSize(16 + 12 + 5)
            .startsWith(
                13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 0, 12, 127, 0, 0, 1, 127,
                0, 0, 1);
        assertThat((head[24] & 0xff) << 8 | (head[25] & 0xff))
            .isEqualTo(client.socket().getLocalPort());
        assertThat((head[26] & 0xff) << 8 | (head[27] & 0xff)).isEqualTo(gateway.port());
        served.endOutput();
        assertThat(client.rest()).isEmpty();
      }
    }
  }

  @Test
  void proxyHeader_thatIsNoneOrOfAStranger_isRefused() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      proxied(server, "127.0.0.1", new JsonObject());
      for (String bad : List.of(
          "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
          "PROXY TCP4 192.0.2.1\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 99999 1\r\n",
          "x".repeat(200))) {
        try (RawClient client = new RawClient(gateway.port())) {
          client.send(bad);
          assertThat(client.rest()).as(bad).isIn("", "<reset>");
        }
      }
      assertThat(log.await(4)).allMatch(line -> line.endsWith(" - - - bad proxy header"));
      try (Socket stranger = new Socket()) {
        stranger.bind(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 9}), 0));
        stranger.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
        assertThat(new RawClient(stranger).rest()).isEqualTo("<reset>");
      }
      assertThat(log.await(5).get(4)).endsWith(" - - - peer not trusted");
    }
  }

  private void passThrough(RawServer shard, RawServer other, String hello) throws Exception {
    gateway
        .service("shard", shard.port())
        .service("other", other.port())
        .listener(tcp().put("timeouts", new JsonObject().put("hello", hello)))
        .route(
            route("shard", "{sni}").put("match", new JsonObject().put("sni", "*.db.example.com")))
        .route(route("other", "{sni}"))
        .start();
  }

  private void proxied(RawServer server, String trusted, JsonObject more) throws Exception {
    gateway
        .service("s", more, server.port())
        .listener(
            tcp().put("proxyProtocol", true).put("trustedPeers", new JsonArray().add(trusted)))
        .route(route("s", "{client.ip}|{local.ip}|{local.port}"))
        .start();
  }

  /** Sends these bytes and expects them, and an answer, to pass. */
  private void expectServedBy(RawServer server, byte[] first, boolean ends) throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.socket().getOutputStream().write(first);
      if (ends) {
        client.endOutput();
      }
      try (RawClient served = server.accept()) {
        assertThat(served.exactly(first.length)).isEqualTo(latin(first));
        if (!ends) {
          client.endOutput();
        }
        served.send("answer").endOutput();
        assertThat(client.rest()).isEqualTo("answer");
      }
    }
  }

  private void expectHeader(RawServer server, byte[] header, String passedOn) throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      client.socket().getOutputStream().write(header);
      client.send("after").endOutput();
      try (RawClient served = server.accept()) {
        assertThat(served.rest()).isEqualTo(passedOn + "after");
        served.endOutput();
        assertThat(client.rest()).isEmpty();
      }
    }
  }

  private SSLSocket tls(String name) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", gateway.port());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static JsonObject certificate() {
    return new JsonObject()
        .put("certificate", CERTIFICATE.certificatePath())
        .put("key", CERTIFICATE.privateKeyPath());
  }

  private static JsonObject tcp() {
    return new JsonObject().put("protocol", "tcp").put("accessLog", true);
  }

  private static JsonObject route(String service, String destination) {
    return new JsonObject()
        .put("listener", "web")
        .put("service", service)
        .put("destination", new JsonArray().add(destination));
  }

  private static String latin(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  /** Certificates are not what these tests are about. */
  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
