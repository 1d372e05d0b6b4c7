package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.route;
import static dev.lblc.testing.ConfigJson.tcp;
import static dev.lblc.testing.ProxyHeaders.ENDS;
import static dev.lblc.testing.ProxyHeaders.LOCAL;
import static dev.lblc.testing.ProxyHeaders.PATHS;
import static dev.lblc.testing.ProxyHeaders.PROXY;
import static dev.lblc.testing.ProxyHeaders.TCP4;
import static dev.lblc.testing.ProxyHeaders.TCP6;
import static dev.lblc.testing.ProxyHeaders.UDP4;
import static dev.lblc.testing.ProxyHeaders.UNIX;
import static dev.lblc.testing.ProxyHeaders.octets;
import static dev.lblc.testing.ProxyHeaders.v2;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol in both directions: what is believed of a header that comes, what goes out to a server. */
@ParameterizedClass(name = "transport {0}")
@EnumSource(names = {"NIO", "EPOLL"})
final class TcpProxyHeaderIT {
  private static final String V1 = "PROXY TCP4 192.0.2.1 198.51.100.7 4711 8443\r\n";

  private static final String NOTHING = octets(4, 0, 0);

  /** The second address is IPv4 once it is parsed. */
  private static final String TWO_FAMILIES = "PROXY TCP6 2001:db8::1 ::ffff:192.0.2.7 1 2\r\n";

  private final TestGateway gateway;

  TcpProxyHeaderIT(SocketTransport transport) {
    gateway = new TestGateway(transport);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @Test
  void header_ofATrustedPeer_saysWhoTheClientIsAndWhereItWent() throws Exception {
    try (RawServer server = new RawServer()) {
      proxied(server, "127.0.0.1", "v1");
      expectHeader(server, V1, V1);
      expectHeader(server, v2(PROXY, TCP4, ENDS + NOTHING), V1);
      expectHeader(
          server,
          "PROXY TCP6 2001:DB8:0:0:0:0:0:1 2001:db8:0::2 1 2\r\n",
          "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n");
      assertThat(gateway.scheduled("s").destination("192.0.2.1|198.51.100.7|8443"))
          .isNotNull();
      String noPorts = "PROXY TCP4 192.0.2.1 198.51.100.7 0 0\r\n";
      expectHeader(server, noPorts, noPorts);
      assertThat(gateway.scheduled("s").destination("2001:db8::1|2001:db8::2|2"))
          .isNotNull();
    }
  }

  @Test
  void header_inSegmentsOfOneByte_isUnderstood() throws Exception {
    try (RawServer server = new RawServer()) {
      proxied(server, "127.0.0.1", "v1");
      for (String header : List.of(V1, v2(PROXY, TCP4, ENDS + NOTHING))) {
        try (RawClient client = new RawClient(gateway.port())) {
          client.trickle(header.getBytes(StandardCharsets.ISO_8859_1));
          expectAfterIt(server, client, V1);
        }
      }
    }
  }

  @Test
  void header_thatSaysNothing_leavesWhatIsSeen() throws Exception {
    try (RawServer server = new RawServer()) {
      proxied(server, "127.0.0.0/8", null);
      for (String header : List.of(
          "PROXY UNKNOWN\r\n",
          v2(LOCAL, 0, ""),
          v2(LOCAL, TCP4, ENDS),
          v2(PROXY, UNIX, PATHS),
          v2(PROXY, UDP4, ENDS))) {
        expectHeader(server, header, "");
      }
      assertThat(gateway.scheduled("s").status().destinations()).isEqualTo(1);
      assertThat(gateway.scheduled("s").destination("127.0.0.1|127.0.0.1|" + gateway.port()))
          .isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void header_withAddressesOfTwoFamilies_goesOutWithOneOfThemMapped(String version)
      throws Exception {
    try (RawServer server = new RawServer()) {
      proxied(server, "127.0.0.1", version);
      String mapped = version.equals("v1")
          ? TWO_FAMILIES
          : v2(
              PROXY,
              TCP6,
              octets(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
                  + octets(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7)
                  + octets(0, 1, 0, 2));
      // What its client sends next must not be taken for a header, so it may not be the first.
      expectHeader(server, TWO_FAMILIES + V1, mapped + V1);
    }
  }

  @Test
  void header_toTheServer_isV2WhereConfigured() throws Exception {
    try (RawServer server = new RawServer()) {
      gateway
          .service("s", new JsonObject().put("proxyProtocol", "v2"), server.port())
          .listener(tcp())
          .route(route("s", "{client.ip}"))
          .start();
      try (RawClient client = new RawClient(gateway.port())) {
        int from = client.socket().getLocalPort();
        int to = gateway.port();
        String ends = octets(127, 0, 0, 1, 127, 0, 0, 1) + octets(from >> 8, from, to >> 8, to);
        expectAfterIt(server, client, v2(PROXY, TCP4, ends));
      }
    }
  }

  @Test
  void header_thatIsNoneOrOfAStranger_isRefused() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      proxied(server, "127.0.0.1", null);
      List<String> all = List.of(
          "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
          "PROXY TCP4 192.0.2.1\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 99999 1\r\n",
          "x".repeat(200));
      for (String bad : all) {
        expectRefused(bad);
      }
      assertThat(log.await(all.size())).allMatch(line -> line.endsWith(" - - - bad proxy header"));
      try (Socket stranger = new Socket()) {
        stranger.bind(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 9}), 0));
        stranger.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
        assertThat(new RawClient(stranger).rest()).isEqualTo("<reset>");
      }
      assertThat(log.await(all.size() + 1).get(all.size())).endsWith(" - - - peer not trusted");
    }
  }

  @Test
  void header_withABrokenValue_isRefusedAndNoFaultOfOurs() throws Exception {
    try (RawServer server = new RawServer();
        LoggedErrors errors = new LoggedErrors();
        AccessLines log = new AccessLines()) {
      proxied(server, "127.0.0.1", null);
      String shortTls = octets(0x20, 0, 1, 0); // its flags, and not whether the certificate is good
      expectRefused(v2(PROXY, TCP4, ENDS + shortTls));
      assertThat(log.await(1).get(0)).endsWith(" - - - bad proxy header");
      assertThat(errors.soFar()).isEmpty();
    }
  }

  /** Trusts one peer, and tells the server of the clients in that version, or does not. */
  private void proxied(RawServer server, String trusted, @Nullable String toServer)
      throws Exception {
    JsonObject more =
        toServer == null ? new JsonObject() : new JsonObject().put("proxyProtocol", toServer);
    gateway
        .service("s", more, server.port())
        .listener(
            tcp().put("proxyProtocol", true).put("trustedPeers", new JsonArray().add(trusted)))
        .route(route("s", "{client.ip}|{local.ip}|{local.port}"))
        .start();
  }

  private void expectHeader(RawServer server, String header, String passedOn) throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(header);
      expectAfterIt(server, client, passedOn);
    }
  }

  /** Sends a word after the header, and expects both to pass. */
  private static void expectAfterIt(RawServer server, RawClient client, String passedOn)
      throws IOException {
    client.send("after").endOutput();
    try (RawClient served = server.accept()) {
      assertThat(served.rest()).isEqualTo(passedOn + "after");
      served.endOutput();
      assertThat(client.rest()).isEmpty();
    }
  }

  private void expectRefused(String bad) throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(bad);
      assertThat(client.rest()).as(bad).isIn("", "<reset>");
    }
  }
}
