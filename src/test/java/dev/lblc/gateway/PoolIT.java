package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many connections to a server there are at once. What an engine does with requests in excess is its own. */
final class PoolIT {
  private static final String REQUEST = "GET /%s/x HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final String OK = RawClient.head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok";

  private final Queue<NetSocket> asked = new ConcurrentLinkedQueue<>();

  @ParameterizedTest
  @EnumSource
  void connections_atTheLimitOfTheirService_areWaitedFor(Engine engine) throws Exception {
    TestGateway gateway = new TestGateway(engine);
    try {
      int port = gateway.tcp(socket -> socket.handler(request -> asked.add(socket)));
      JsonObject one = new JsonObject().put("pool", new JsonObject().put("maxConnections", 1));
      gateway
          .service("one", one, port)
          .service("many", gateway.tcp(socket -> socket.handler(request -> asked.add(socket))))
          .route("one", new JsonObject())
          .route("many", new JsonObject())
          .start(1);
      try (RawClient first = new RawClient(gateway.port());
          RawClient second = new RawClient(gateway.port());
          RawClient third = new RawClient(gateway.port())) {
        first.send(REQUEST.formatted("one"));
        Eventually.holds("the first has the connection", () -> asked.size() == 1);
        second.send(REQUEST.formatted("one"));
        Eventually.holds("the second waits for it", () -> gateway.active("one") == 2);
        third.send(REQUEST.formatted("many"));
        Eventually.holds("the third has one of another service", () -> asked.size() == 2);
        NetSocket only = asked.remove();
        only.write(OK);
        assertThat(first.response()).endsWith("ok");
        Eventually.holds("the second has it", () -> asked.contains(only));
        asked.forEach(socket -> socket.write(OK));
        assertThat(second.response()).endsWith("ok");
        assertThat(third.response()).endsWith("ok");
      }
      gateway.awaitIdle();
    } finally {
      gateway.stop();
    }
  }

  /** The wait is at most the route's limit for connects; each engine has some tenths of a second to notice. */
  @ParameterizedTest
  @EnumSource
  void wait_forAConnection_endsWithTheLimitForConnects(Engine engine) throws Exception {
    TestGateway gateway = new TestGateway(engine);
    try (RawServer server = new RawServer()) {
      JsonObject one = new JsonObject().put("pool", new JsonObject().put("maxConnections", 1));
      JsonObject brief = new JsonObject().put("timeouts", new JsonObject().put("connect", "300ms"));
      gateway.service("two", one, server.port()).route("two", brief).start(1);
      try (RawClient first = new RawClient(gateway.port());
          RawClient second = new RawClient(gateway.port());
          RawClient busy = asked(first, server)) {
        long began = System.nanoTime();
        second.send(REQUEST.formatted("two"));
        assertThat(second.response()).contains("504 connect timed out");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
            .isBetween(Duration.ofMillis(300), Duration.ofMillis(1200));
        busy.send(OK);
        assertThat(first.response()).endsWith("ok");
      }
      gateway.awaitIdle();
    } finally {
      gateway.stop();
    }
  }

  /** The places of two that have left would make two connections; the one that is needed is the first of them. */
  @Test
  void requests_whoseClientsHaveLeft_waitNoMore() throws Exception {
    TestGateway gateway = new TestGateway(Engine.LANE);
    try (RawServer server = new RawServer()) {
      JsonObject two = new JsonObject().put("pool", new JsonObject().put("maxConnections", 2));
      JsonObject patient = new JsonObject().put("timeouts", new JsonObject().put("connect", "60s"));
      gateway.service("two", two, server.port()).route("two", patient).start(1);
      try (RawClient first = new RawClient(gateway.port());
          RawClient second = new RawClient(gateway.port());
          RawClient next = new RawClient(gateway.port())) {
        try (RawClient one = asked(first, server);
            RawClient other = asked(second, server);
            RawClient gone = new RawClient(gateway.port());
            RawClient goneToo = new RawClient(gateway.port())) {
          gone.send(REQUEST.formatted("two"));
          goneToo.send(REQUEST.formatted("two"));
          Eventually.holds("all wait or are served", () -> gateway.active("two") == 4);
          gone.reset();
          goneToo.reset();
          Eventually.holds("those that wait have left", () -> gateway.active("two") == 2);
          for (RawClient busy : new RawClient[] {one, other}) {
            busy.send(OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
          }
          assertThat(first.response()).endsWith("ok");
          assertThat(second.response()).endsWith("ok");
        }
        try (RawClient only = asked(next, server)) {
          only.send(OK);
          assertThat(next.response()).endsWith("ok");
          assertThat(server.hasMore()).isFalse();
        }
      }
      gateway.awaitIdle();
    } finally {
      gateway.stop();
    }
  }

  /** The lane's time is the test's; Vert.x counts in seconds of its own. */
  @Test
  void connection_beyondItsAge_servesNoFurtherRequest() throws Exception {
    TestGateway gateway = new TestGateway(Engine.LANE);
    try {
      Queue<NetSocket> opened = new ConcurrentLinkedQueue<>();
      int port = gateway.tcp(socket -> {
        opened.add(socket);
        socket.handler(request -> socket.write(OK));
      });
      JsonObject aged =
          new JsonObject().put("pool", new JsonObject().put("maxAge", "10m").put("idle", "24h"));
      gateway.service("aged", aged, port).route("aged", new JsonObject()).start(1);
      try (RawClient client = new RawClient(gateway.port())) {
        for (int i = 0; i < 2; i++) {
          assertThat(client.send(REQUEST.formatted("aged")).response()).endsWith("ok");
        }
        assertThat(opened).hasSize(1);
        gateway.later.set(Duration.ofMinutes(11).toNanos());
        gateway.awaitTicks();
        try (RawClient another = new RawClient(gateway.port())) {
          assertThat(another.send(REQUEST.formatted("aged")).response()).endsWith("ok");
          Eventually.holds("a new one is used", () -> {
            assertThat(another.send(REQUEST.formatted("aged")).response()).endsWith("ok");
            return opened.size() == 2;
          });
        }
      }
      gateway.awaitIdle();
    } finally {
      gateway.stop();
    }
  }

  private static RawClient asked(RawClient client, RawServer server) throws Exception {
    client.send(REQUEST.formatted("two"));
    return server.accept();
  }
}
