package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.plugin.QueueStatus;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests and connections that wait because all servers have as many as they may have. */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
final class QueueIT {
  private final TestGateway gateway;
  private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();

  QueueIT(Engine engine) {
    gateway = new TestGateway(engine);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @Test
  void requests_beyondMax_waitInOrder_leaveWithTheirClients_andAreRefusedBeyondLength()
      throws Exception {
    start(1, new JsonObject().put("length", 3).put("timeout", "60s"), gateway.http(held::add));
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        RawClient client = new RawClient(gateway.port());
        clients.add(client.send(get("/models/" + i)));
        int waiting = i;
        Eventually.holds("it waits", () -> held.size() == 1 && queue().length() == waiting);
      }
      String refused = RawClient.get(gateway.port(), "/models/4");
      assertThat(refused)
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("\r\nretry-after: 1\r\n")
          .contains("too many requests wait for a server");
      clients.get(2).close();
      Eventually.holds("it has left", () -> queue().length() == 2);
      for (int next : new int[] {0, 1, 3}) {
        HttpServerRequest request =
            Objects.requireNonNull(held.poll(10, TimeUnit.SECONDS), "the next one");
        assertThat(request.path()).isEqualTo("/models/" + next);
        assertThat(held).as("one at a time").isEmpty();
        request.response().end("answer " + next);
        assertThat(clients.get(next).response()).endsWith("answer " + next);
      }
      assertThat(queue())
          .extracting(QueueStatus::length, QueueStatus::full, QueueStatus::left)
          .containsExactly(0, 1L, 1L);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void request_thatWaitsForTooLong_isRefused_andOneWithABodyIsSentWhole() throws Exception {
    start(1, new JsonObject().put("length", 3).put("timeout", "300ms"), gateway.http(request -> {
      if (request.path().endsWith("/held")) {
        held.add(request);
      } else {
        request.body().onSuccess(body -> request.response().end(String.valueOf(body.length())));
      }
    }));
    try (RawClient first = new RawClient(gateway.port())) {
      first.send(get("/models/held"));
      HttpServerRequest request = Objects.requireNonNull(held.poll(10, TimeUnit.SECONDS));
      assertThat(RawClient.get(gateway.port(), "/models/late"))
          .startsWith("HTTP/1.1 503 ")
          .contains("no server had room in time");
      String body = "b".repeat(100_000);
      try (RawClient second = new RawClient(gateway.port())) {
        second.send(
            RawClient.head("POST /models/body HTTP/1.1", "Host: h", "Content-Length: 100000"));
        second.send(body.substring(0, 50_000));
        Eventually.holds("it waits", () -> queue().length() == 1);
        request.response().end("first");
        second.send(body.substring(50_000));
        assertThat(second.response()).endsWith("100000");
      }
      assertThat(first.response()).endsWith("first");
    }
  }

  @Test
  void crowd_onTwoServers_neverExceedsTheirMax_andIsServedWhole() throws Exception {
    AtomicInteger[] active = {new AtomicInteger(), new AtomicInteger()};
    AtomicInteger most = new AtomicInteger();
    int[] ports = new int[2];
    for (int i = 0; i < ports.length; i++) {
      AtomicInteger own = active[i];
      ports[i] = gateway.http(request -> {
        most.accumulateAndGet(own.incrementAndGet(), Math::max);
        Vertx.currentContext().owner().setTimer(2, timer -> {
          own.decrementAndGet();
          request.response().end();
        });
      });
    }
    start(5, new JsonObject().put("length", 1_000).put("timeout", "60s"), ports);
    ExecutorService clients = Executors.newFixedThreadPool(40);
    try {
      List<Future<Integer>> served = new ArrayList<>();
      for (int client = 0; client < 40; client++) {
        int number = client;
        served.add(clients.submit(() -> {
          try (RawClient connection = new RawClient(gateway.port())) {
            for (int i = 0; i < 25; i++) {
              String answer =
                  connection.send(get("/models/" + (number + i) % 9)).response();
              if (!answer.startsWith("HTTP/1.1 200 ")) {
                return i;
              }
            }
            return 25;
          }
        }));
      }
      for (Future<Integer> all : served) {
        assertThat(all.get(60, TimeUnit.SECONDS)).isEqualTo(25);
      }
      assertThat(most).hasValueLessThanOrEqualTo(5);
      assertThat(queue().length()).isZero();
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void connection_beyondMax_waits_andIsRelayedWhole() throws Exception {
    int echo = gateway.tcp(socket -> socket.handler(socket::write));
    gateway
        .listener(new JsonObject().put("name", "edge").put("protocol", "tcp"))
        .route(ConfigJson.route("models", "{local.ip}").put("listener", "edge"));
    schedule(
        1, new JsonObject().put("length", 1).put("timeout", "60s").put("homeWait", "60s"), echo);
    gateway.start();
    int port = gateway.gateway().port("edge");
    RawClient first = new RawClient(port);
    assertThat(first.isEchoed()).isTrue();
    try (RawClient second = new RawClient(port)) {
      second.send("later\n");
      Eventually.holds("it waits", () -> queue().length() == 1);
      try (RawClient third = new RawClient(port)) {
        assertThat(third.rest()).isEqualTo("<reset>");
      }
      first.close();
      assertThat(second.until("\n")).isEqualTo("later\n");
    } finally {
      first.close();
    }
  }

  private void start(int max, JsonObject queue, int... ports) throws Exception {
    schedule(max, queue, ports);
    gateway.route("models", new JsonObject()).start();
  }

  private void schedule(int max, JsonObject queue, int... ports) {
    JsonArray servers = new JsonArray();
    for (int port : ports) {
      servers.add(new JsonObject()
          .put("id", "s" + servers.size())
          .put("host", "127.0.0.1")
          .put("port", port)
          .put("max", max));
    }
    gateway.service("models", new JsonObject().put("queue", queue).put("servers", servers));
  }

  private QueueStatus queue() {
    return Objects.requireNonNull(gateway.scheduled("models").status().queue());
  }

  private static String get(String path) {
    return RawClient.head("GET " + path + " HTTP/1.1", "Host: h");
  }
}
