package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.route;
import static dev.lblc.testing.ConfigJson.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Hellos;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a connection that is passed on as it is says first: a ClientHello, anything else, or nothing. */
@ParameterizedClass(name = "transport {0}")
@EnumSource(names = {"NIO", "EPOLL"})
final class TcpOpeningIT {
  private static final int SILENT = 2_000;
  private static final int LONG = 12_000;

  private final TestGateway gateway;

  TcpOpeningIT(SocketTransport transport) {
    gateway = new TestGateway(transport);
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
        client.trickle(hello);
        expectServedBy(shard, client, hello);
      }
      assertThat(gateway.scheduled("shard").destination("one.db.example.com")).isNotNull();
    }
  }

  @Test
  void serverName_thatOnlyADestinationNeeds_isLookedFor() throws Exception {
    try (RawServer server = new RawServer()) {
      gateway
          .service("s", server.port())
          .listener(tcp())
          .route(route("s", "{sni}"))
          .start();
      expectServedBy(server, Hellos.ofJdk("db.example.com"), false);
      assertThat(gateway.scheduled("s").destination("db.example.com")).isNotNull();
    }
  }

  @Test
  void serverName_withAFinalDotOrAnUnderscore_choosesTheRoute() throws Exception {
    try (RawServer shard = new RawServer();
        RawServer other = new RawServer()) {
      passThrough(shard, other, "5s");
      for (String name : List.of("One.db.example.com.", "a_b.db.example.com")) {
        expectServedBy(shard, Hellos.with(1000, Hellos.serverName(name)), false);
      }
      assertThat(gateway.scheduled("shard").destination("one.db.example.com")).isNotNull();
      assertThat(gateway.scheduled("shard").destination("a_b.db.example.com")).isNotNull();
    }
  }

  @Test
  void clientOfPostgresql_thatAsksForTlsOfAServerItDoesNotName_isNamedInTheLog() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      gateway
          .service("s", server.port())
          .listener(tcp())
          .route(route("s", "{sni}").put("match", new JsonObject().put("sni", "db.example.com")))
          .start();
      for (byte last : new byte[] {0x2f, 0x30}) {
        try (RawClient client = new RawClient(gateway.port())) {
          client.send(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, last});
          assertThat(client.rest()).isEqualTo("<reset>");
        }
      }
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2e});
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      List<String> lines = log.await(3);
      assertThat(lines.subList(0, 2))
          .allMatch(line ->
              line.endsWith(" - - - no route for PostgreSQL's SSLRequest, which names no server"));
      assertThat(lines.get(2)).endsWith(" - - - no route");
    }
  }

  @Test
  void longHello_thatIsReadByteByByte_reachesItsServerUnchanged() throws Exception {
    try (RawServer server = new RawServer()) {
      paced(server.port(), "30s");
      byte[] hello = longHello();
      try (RawClient client = new RawClient(gateway.port())) {
        trickle(client, hello);
        expectServedBy(server, client, hello);
      }
      assertThat(gateway.scheduled("s").destination("db.example.com")).isNotNull();
    }
  }

  @Test
  void longHello_thatIsNeverComplete_isCutAndMakesRoomForTheNext() throws Exception {
    paced(gateway.tcp(socket -> socket.handler(socket::write)), "8s");
    try (LoggedErrors errors = new LoggedErrors()) {
      try (RawClient client = new RawClient(gateway.port())) {
        trickle(client, Arrays.copyOf(longHello(), LONG));
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      Eventually.holds("the next is served", () -> {
        try (RawClient next = new RawClient(gateway.port())) {
          return next.isEchoed();
        }
      });
      assertThat(errors.soFar()).isEmpty();
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
          client.send(new byte[] {22, 3, 1, 1});
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

  /** One event loop, with room for one connection and, beside it, for echoes. */
  private void paced(int server, String hello) throws Exception {
    int echo = gateway.tcp(socket -> socket.handler(socket::write));
    gateway
        .service("s", server)
        .service("echo", echo)
        .listener(
            tcp().put("maxConnections", 1).put("timeouts", new JsonObject().put("hello", hello)))
        .listener(tcp().put("name", "pace"))
        .route(route("s", "{sni}"))
        .route(route("echo", "{local.ip}").put("listener", "pace"))
        .start(1);
  }

  /** Sends the next byte when the last one was read: by then the same event loop has passed on an echo. */
  private void trickle(RawClient client, byte[] octets) throws IOException {
    client.socket().setTcpNoDelay(true);
    try (RawClient pace = new RawClient(gateway.gateway().port("pace"))) {
      for (byte octet : octets) {
        client.send(new byte[] {octet});
        assertThat(pace.isEchoed()).isTrue();
      }
    }
  }

  /** Sends these bytes and expects them, and an answer, to pass. */
  private void expectServedBy(RawServer server, byte[] first, boolean ends) throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(first);
      if (ends) {
        client.endOutput();
      }
      expectServedBy(server, client, first);
    }
  }

  private static void expectServedBy(RawServer server, RawClient client, byte[] first)
      throws IOException {
    try (RawClient served = server.accept()) {
      assertThat(served.exactly(first.length)).isEqualTo(RawClient.text(first));
      served.send("answer").endOutput();
      assertThat(client.rest()).isEqualTo("answer");
      if (!client.socket().isOutputShutdown()) {
        client.endOutput();
      }
      assertThat(served.rest()).isEmpty();
    }
  }

  private static byte[] longHello() {
    return Hellos.with(16_384, Hellos.padding(LONG), Hellos.serverName("db.example.com"));
  }
}
