package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.tcp;
import static dev.lblc.testing.ConfigJson.timeouts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections end that do not end in an orderly way: what both peers see, what counts, what is logged. */
@ParameterizedClass(name = "transport {0}")
@EnumSource
@ExpectedLog("WARN ConnectionCount: listener web refuses connections")
final class TcpWaysOutIT {
  private final SocketTransport transport;
  private final TestGateway gateway;

  TcpWaysOutIT(SocketTransport transport) {
    this.transport = transport;
    gateway = new TestGateway(transport);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @Test
  void route_thatIsNotThere_resetsTheClient() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      JsonObject elsewhere = new JsonObject().put("client", new JsonArray().add("10.0.0.0/8"));
      gateway
          .service("s", server.port())
          .listener(tcp())
          .route(route(new JsonObject().put("match", elsewhere)))
          .start();
      try (RawClient client = new RawClient(gateway.port())) {
        assertThat(client.rest()).isEqualTo("<reset>");
      }
      assertThat(log.await(1).get(0)).endsWith(" - - - no route");
    }
  }

  @Test
  void silence_forTheTimeAllowed_resetsBoth() throws Exception {
    expectReset(timeouts("idle", "300ms"), "idle for too long");
  }

  @Test
  void traffic_longerThanTheTimeAllowedForSilence_goesOn() throws Exception {
    int echo = gateway.tcp(socket -> socket.handler(socket::write));
    gateway
        .service("s", echo)
        .listener(tcp())
        .route(route(timeouts("idle", "1500ms")))
        .start();
    long start = System.nanoTime();
    try (RawClient client = new RawClient(gateway.port())) {
      while (System.nanoTime() - start < Duration.ofSeconds(4).toNanos()) {
        assertThat(client.isEchoed()).isTrue();
      }
    }
  }

  @Test
  void traffic_inOneDirectionOnly_goesOn() throws Exception {
    int clock = gateway.tcp(
        socket -> Vertx.currentContext().owner().setPeriodic(200, timer -> socket.write("tick ")));
    gateway
        .service("s", clock)
        .listener(tcp())
        .route(route(timeouts("idle", "1500ms")))
        .start();
    long start = System.nanoTime();
    try (RawClient client = new RawClient(gateway.port())) {
      while (System.nanoTime() - start < Duration.ofSeconds(4).toNanos()) {
        assertThat(client.exactly(5)).isEqualTo("tick ");
      }
    }
  }

  @Test
  void peer_thatDoesNotTakeWhatItIsSent_isIdle() throws Exception {
    try (AccessLines log = new AccessLines()) {
      int flood = gateway.tcp(socket -> socket.write(Buffer.buffer(new byte[64 << 20])));
      gateway
          .service("s", flood)
          .listener(tcp())
          .route(route(timeouts("idle", "1s")))
          .start();
      try (RawClient client = new RawClient(gateway.port())) {
        assertThat(log.await(1).get(0)).endsWith(" idle for too long");
        assertThat(client.rest()).endsWith("<reset>");
      }
    }
  }

  @Test
  void lifetime_over_resetsBoth() throws Exception {
    expectReset(timeouts("lifetime", "300ms"), "lifetime over");
  }

  @Test
  void silence_ofOneSideThatHasEnded_isLimitedToo() throws Exception {
    try (RawServer server = new RawServer()) {
      gateway
          .service("s", server.port())
          .listener(tcp())
          .route(route(timeouts("idle", "300ms")))
          .start();
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        client.endOutput();
        assertThat(served.rest()).isEmpty();
        assertThat(client.rest()).isEqualTo("<reset>");
      }
    }
  }

  @Test
  void clientsReset_afterItsEnd_resetsTheServer() throws Exception {
    expectLog("client reset the connection", new JsonObject(), (client, served) -> {
      assumeTrue(transport != SocketTransport.NIO, "NIO does not tell of it");
      client.endOutput();
      assertThat(served.rest()).isEmpty();
      client.reset();
      gateway.awaitIdle();
    });
  }

  @Test
  void serversReset_afterItsEnd_resetsTheClient() throws Exception {
    expectLog("server reset the connection", new JsonObject(), (client, served) -> {
      assumeTrue(transport != SocketTransport.NIO, "NIO does not tell of it");
      served.endOutput();
      assertThat(client.rest()).isEmpty();
      served.reset();
      gateway.awaitIdle();
    });
  }

  @Test
  void connections_pastTheLimit_areRefusedUntilOneEnds() throws Exception {
    int echo = gateway.tcp(socket -> socket.handler(socket::write));
    gateway
        .service("s", echo)
        .listener(tcp().put("maxConnections", 2))
        .route(route(new JsonObject()))
        .start();
    try (AccessLines log = new AccessLines();
        RawClient first = new RawClient(gateway.port());
        RawClient second = new RawClient(gateway.port())) {
      assertThat(first.isEchoed()).isTrue();
      assertThat(second.isEchoed()).isTrue();
      try (RawClient third = new RawClient(gateway.port())) {
        assertThat(third.rest()).isEqualTo("<reset>");
      }
      assertThat(log.await(1).get(0))
          .isEqualTo("127.0.0.1 TCP :" + gateway.port() + " - 0 0 0.0 - - - too many connections");
      assertThat(second.isEchoed()).isTrue();
      first.endOutput();
      assertThat(first.rest()).isEmpty();
      Eventually.holds("there is room again", () -> {
        try (RawClient another = new RawClient(gateway.port())) {
          return another.isEchoed();
        }
      });
    }
  }

  @Test
  void stop_withConnectionsThatDoNotEnd_resetsThemInTheEnd() throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      gateway
          .service("s", server.port())
          .listener(tcp())
          .route(route(new JsonObject()))
          .start(1);
      List<RawClient> peers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        peers.add(new RawClient(gateway.port()));
        peers.add(server.accept());
      }
      peers.get(0).endOutput();
      assertThat(peers.get(1).rest()).isEmpty();
      Future<Void> stopped = gateway.gateway().stop(Duration.ofSeconds(1));
      for (RawClient peer : peers) {
        if (peer != peers.get(1)) { // to which its client's end was the last word
          peer.socket().setSoTimeout(20_000);
          assertThat(peer.rest()).isEqualTo("<reset>");
        }
        peer.close();
      }
      stopped.await(20, TimeUnit.SECONDS);
      assertThat(log.await(3)).allMatch(line -> line.endsWith(" gateway stopped"));
    }
  }

  private void expectReset(JsonObject limits, String reason) throws Exception {
    expectLog(reason, limits, (client, served) -> {
      assertThat(client.rest()).isEqualTo("<reset>");
      assertThat(served.rest()).isEqualTo("<reset>");
    });
  }

  /** What happens between two peers that do nothing else. */
  private interface Events {
    void happen(RawClient client, RawClient served) throws Exception;
  }

  /** Lets something happen to a connection that is in use, and expects that reason of its end. */
  private void expectLog(String reason, JsonObject limits, Events events) throws Exception {
    try (RawServer server = new RawServer();
        AccessLines log = new AccessLines()) {
      gateway.service("s", server.port()).listener(tcp()).route(route(limits)).start();
      try (RawClient client = new RawClient(gateway.port());
          RawClient served = server.accept()) {
        client.send("hello");
        assertThat(served.exactly(5)).isEqualTo("hello");
        events.happen(client, served);
      }
      assertThat(log.await(1).get(0)).endsWith(" s s-0 placed " + reason);
    }
  }

  private static JsonObject route(JsonObject more) {
    return ConfigJson.route("s", "{local.ip}").mergeIn(more);
  }
}
