package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.tcp;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** TCP through the gateway: what arrives, what counts, where it goes. */
@ParameterizedClass(name = "transport {0}")
@EnumSource
final class TcpRelayIT {
  private final TestGateway gateway;
  private final SocketTransport transport;

  TcpRelayIT(SocketTransport transport) {
    this.transport = transport;
    gateway = new TestGateway(transport);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
  }

  @Test
  void bytes_inBothDirections_arriveAndCountAsOneActiveConnection() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server);
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        client.send("ping");
        assertThat(served.exactly(4)).isEqualTo("ping");
        served.send("pong, first");
        assertThat(client.exactly(11)).isEqualTo("pong, first");
        assertThat(gateway.active("echo")).isEqualTo(1);
      }
      gateway.awaitIdle();
    }
  }

  @Test
  void server_thatSpeaksFirst_isHeard() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server);
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        served.send("220 ready");
        assertThat(client.exactly(9)).isEqualTo("220 ready");
      }
    }
  }

  @Test
  void client_thatEndsFirst_countsAsInactiveUntilTheServerEnds() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server);
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        client.send("question").endOutput();
        assertThat(served.rest()).isEqualTo("question");
        assertThat(gateway.active("echo")).isZero();
        assertThat(gateway.inactive("echo")).isEqualTo(1);
        served.send("answer").endOutput();
        assertThat(client.rest()).isEqualTo("answer");
        assertThat(gateway.inactive("echo")).isZero();
      }
      gateway.awaitIdle();
    }
  }

  @Test
  void server_thatEndsFirst_countsAsInactiveUntilTheClientEnds() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server);
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        served.send("greeting").endOutput();
        assertThat(client.rest()).isEqualTo("greeting");
        assertThat(gateway.active("echo")).isZero();
        assertThat(gateway.inactive("echo")).isEqualTo(1);
        client.send("thanks").endOutput();
        assertThat(served.rest()).isEqualTo("thanks");
        assertThat(gateway.inactive("echo")).isZero();
      }
      gateway.awaitIdle();
    }
  }

  @Test
  void reset_ofEitherSide_reachesTheOther() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server);
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        client.send("x");
        assertThat(served.exactly(1)).isEqualTo("x");
        client.reset();
        assertThat(served.rest()).isEqualTo("<reset>");
      }
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        served.reset();
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      gateway.awaitIdle();
    }
  }

  @Test
  void reset_afterTheOtherSideHasEnded_reachesItToo() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server);
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        client.endOutput();
        assertThat(served.rest()).isEmpty();
        served.reset();
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      gateway.awaitIdle();
    }
  }

  @Test
  void bulk_toAServerThatDoesNotRead_waitsAndThenArrivesWhole() throws Exception {
    int size = 96 << 20;
    try (RawServer server = new RawServer()) {
      start(server);
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Void> sending =
            CompletableFuture.runAsync(() -> sendPattern(client.socket(), size, sent));
        awaitStall(sent);
        assertThat(sent.get()).as("taken without being read").isLessThan(48 << 20);
        assertPattern(served.socket(), size);
        sending.get(20, SECONDS);
        served.send("done").endOutput();
        assertThat(client.rest()).isEqualTo("done");
      }
      gateway.awaitIdle();
    }
  }

  /** Of a side that has ended nothing more is read, but it has to be written to for as long as it reads. */
  @Test
  void bulk_toASideThatHasEndedAndReadsLate_arrivesWhole() throws Exception {
    assumeTrue(transport != SocketTransport.IO_URING, "now and then the last of it stays there");
    int size = 48 << 20;
    try (RawServer server = new RawServer()) {
      start(server);
      for (boolean toClient : List.of(true, false)) {
        try (RawClient client = new RawClient(gateway.port());
            RawClient served = server.accept()) {
          RawClient ended = toClient ? client : served;
          RawClient other = toClient ? served : client;
          ended.send("send").endOutput();
          assertThat(other.rest()).isEqualTo("send");
          AtomicLong sent = new AtomicLong();
          CompletableFuture<Void> sending =
              CompletableFuture.runAsync(() -> sendPattern(other.socket(), size, sent));
          awaitStall(sent);
          assertPattern(ended.socket(), size);
          sending.get(20, SECONDS);
        }
        gateway.awaitIdle();
      }
    }
  }

  @Test
  void localAddress_asDestination_isWhatTheClientConnectedTo() throws Exception {
    try (RawServer one = new RawServer();
        RawServer two = new RawServer()) {
      gateway
          .service("echo", one.port(), two.port())
          .listener(tcp().put("host", "0.0.0.0"))
          .route(route("{local.ip}:{local.port}|{client.ip}"))
          .start();
      for (String ip : List.of("127.0.0.1", "127.0.0.2", "127.9.8.7")) {
        try (RawClient client = new RawClient(new Socket(ip, gateway.port()))) {
          String local = ip + ":" + gateway.port();
          String from = client.socket().getLocalAddress().getHostAddress();
          Eventually.holds(
              "known: " + local,
              () -> gateway.scheduled("echo").destination(local + "|" + from) != null);
        }
      }
      assertThat(gateway.scheduled("echo").destinations(10, null)).hasSize(3);
    }
  }

  @Test
  void ports_andRanges_areAllListenedTo() throws Exception {
    List<Integer> free = Ports.free(2);
    try (RawServer server = new RawServer();
        RawServer other = new RawServer()) {
      JsonArray ports = new JsonArray().add(free.get(0) + "-" + free.get(0)).add(free.get(1));
      gateway
          .service("echo", server.port())
          .service("other", other.port())
          .listener(tcp().put("ports", ports))
          .route(route("{local.ip}")
              .put("service", "other")
              .put("match", new JsonObject().put("port", new JsonArray().add(free.get(1)))))
          .route(route("{local.ip}"))
          .start();
      try (RawClient first = new RawClient(free.get(0));
          RawClient second = new RawClient(free.get(1));
          RawClient served = server.accept();
          RawClient servedOther = other.accept()) {
        served.send("first");
        servedOther.send("second");
        assertThat(first.exactly(5)).isEqualTo("first");
        assertThat(second.exactly(6)).isEqualTo("second");
      }
    }
  }

  @Test
  void listeners_withARouteEach_keepThemApart() throws Exception {
    try (RawServer server = new RawServer();
        RawServer other = new RawServer()) {
      gateway
          .service("echo", server.port())
          .service("other", other.port())
          .listener(tcp())
          .listener(tcp().put("name", "second"))
          .route(route("{local.ip}").put("listener", "second").put("service", "other"))
          .route(route("{local.ip}"))
          .start();
      try (RawClient first = new RawClient(gateway.port());
          RawClient second = new RawClient(gateway.gateway().port("second"));
          RawClient served = server.accept();
          RawClient servedOther = other.accept()) {
        first.send("first");
        second.send("second");
        assertThat(served.exactly(5)).isEqualTo("first");
        assertThat(servedOther.exactly(6)).isEqualTo("second");
      }
    }
  }

  @Test
  void start_onAPortInUse_failsAndNothingListens() throws Exception {
    int free = Ports.free();
    try (RawServer taken = new RawServer()) {
      gateway
          .service("echo", taken.port())
          .listener(tcp().put("ports", new JsonArray().add(free).add(taken.port())))
          .route(route("{local.ip}"));
      assertThatThrownBy(() -> gateway.start())
          .hasMessageContaining("port " + taken.port() + ": ")
          .hasMessageContaining("in use");
      Eventually.holds("nothing listens, as soon as the loop of NIO has turned", () -> {
        try {
          new RawClient(free).close();
          return false;
        } catch (IOException e) {
          return true;
        }
      });
    }
  }

  @Test
  void stop_withAConnectionOpen_letsItEnd() throws Exception {
    try (RawServer server = new RawServer()) {
      start(server);
      int port = gateway.port();
      try (RawClient client = new RawClient(port);
          RawClient served = server.accept()) {
        server.refuse(); // else it would keep a connection that tries whether others are refused
        Future<Void> stopped = gateway.gateway().stop();
        Eventually.holds("others are refused", () -> refuses(port));
        assertThat(stopped.isComplete()).isFalse();
        client.send("last words").endOutput();
        assertThat(served.rest()).isEqualTo("last words");
        served.endOutput();
        assertThat(client.rest()).isEmpty();
        stopped.await(5, SECONDS);
      }
    }
  }

  private void start(RawServer server) throws Exception {
    gateway
        .service("echo", server.port())
        .listener(tcp())
        .route(route("{client.ip}"))
        .start();
  }

  private static JsonObject route(String destination) {
    return ConfigJson.route("echo", destination);
  }

  private static boolean refuses(int port) {
    try {
      new RawClient(port).close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static void sendPattern(Socket socket, int size, AtomicLong sent) {
    try {
      OutputStream out = socket.getOutputStream();
      byte[] piece = new byte[1 << 16];
      for (int i = 0; i < size >> 16; i++) {
        Arrays.fill(piece, (byte) i);
        out.write(piece);
        sent.addAndGet(piece.length);
      }
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void assertPattern(Socket socket, int size) throws IOException {
    byte[] piece = new byte[1 << 16];
    byte[] expected = new byte[1 << 16];
    for (int i = 0; i < size >> 16; i++) {
      assertThat(socket.getInputStream().readNBytes(piece, 0, piece.length))
          .isEqualTo(piece.length);
      Arrays.fill(expected, (byte) i);
      assertThat(Arrays.equals(piece, expected)).as("piece %d", i).isTrue();
    }
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  /** Until nothing more was taken for ten looks in a row. */
  private static void awaitStall(AtomicLong sent) throws Exception {
    long[] seen = {0, 0};
    Eventually.holds("stalled", () -> {
      long now = sent.get();
      seen[1] = now > 0 && now == seen[0] ? seen[1] + 1 : 0;
      seen[0] = now;
      return seen[1] >= 30;
    });
  }
}
