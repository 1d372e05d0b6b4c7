package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many clients at once whose requests and answers are of every form that HTTP/1 allows, written and read in pieces of any size:
 * every octet of every message is compared with what was sent, at both ends.
 */
@ParameterizedClass(name = "engine {0}, transport {1}")
@CsvSource({"LANE, NIO", "LANE, EPOLL", "LANE, IO_URING", "VERTX, NIO"})
final class HttpRandomIT {
  private static final int CLIENTS = 6;
  private static final int SERVERS = 3;
  private static final int SESSIONS = Integer.getInteger("lblc.random.sessions", 40);

  private final Engine engine;
  private final SocketTransport transport;
  private final AtomicInteger cut = new AtomicInteger();

  HttpRandomIT(Engine engine, SocketTransport transport) {
    this.engine = engine;
    this.transport = transport;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void messages_ofAnyForm_arriveAsTheyWereSent(long seed) throws Exception {
    TestGateway gateway = new TestGateway(engine, transport);
    List<RandomServer> servers = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try (LoggedErrors errors = new LoggedErrors()) {
      for (int i = 0; i < SERVERS; i++) {
        servers.add(new RandomServer(seed * 1000 + i));
      }
      gateway
          .service("s", servers.stream().mapToInt(RandomServer::port).toArray())
          .route("s", new JsonObject())
          .start();
      List<CompletableFuture<Void>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(seed * 100 + i);
        String name = "seed " + seed + ", client " + i;
        running.add(
            CompletableFuture.runAsync(() -> sessions(gateway.port(), random, name), threads));
      }
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get(5, TimeUnit.MINUTES);
      assertThat(cut.get()).as("taken for clients that left").isLessThan(CLIENTS * SESSIONS / 20);
      gateway.awaitIdle();
      for (RandomServer server : servers) {
        assertThat(server.faults()).isEmpty();
      }
      assertThat(servers.stream().mapToInt(RandomServer::broken).sum())
          .as("cut off within their answers")
          .isLessThanOrEqualTo(cut.get());
      Eventually.holds(
          "no server is at work", () -> servers.stream().allMatch(RandomServer::isIdle));
      assertThat(errors.soFar()).isEmpty();
    } finally {
      threads.shutdownNow();
      gateway.stop();
      for (RandomServer server : servers) {
        server.close();
      }
    }
  }

  private void sessions(int port, Random random, String name) {
    for (int i = 0; i < SESSIONS; i++) {
      try {
        if (!new RandomSession(random, engine == Engine.LANE, name + ", session " + i).run(port)) {
          cut.incrementAndGet();
        }
      } catch (Exception e) {
        throw new AssertionError(name + ", session " + i, e);
      }
    }
  }
}
