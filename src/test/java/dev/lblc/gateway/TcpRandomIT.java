package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many connections that open, speak, end on one side and break off at random, beside a model of what must count. */
@ParameterizedClass(name = "transport {0}")
@EnumSource
final class TcpRandomIT {
  private static final int STEPS = 1_500;
  private static final int MOST_OPEN = 150;
  private static final int STEPS_PER_LOOK = 25;

  private final TestGateway gateway;

  TcpRandomIT(SocketTransport transport) {
    gateway = new TestGateway(transport);
  }

  /** Both ends of a connection through the gateway. */
  private static final class Pair {
    final RawClient client;
    final RawClient served;
    boolean clientEnded;
    boolean serverEnded;

    Pair(RawClient client, RawClient served) {
      this.client = client;
      this.served = served;
    }

    boolean isActive() {
      return !clientEnded && !serverEnded;
    }

    void close() throws IOException {
      client.close();
      served.close();
    }
  }

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void counts_underRandomEnds_areTheTruthAtEveryLook(long seed) throws Exception {
    Random random = new Random(seed);
    try (RawServer server = new RawServer()) {
      gateway
          .service("s", server.port())
          .listener(new JsonObject().put("protocol", "tcp"))
          .route(new JsonObject()
              .put("listener", "web")
              .put("service", "s")
              .put("destination", new JsonArray().add("{client.ip}")))
          .start();
      List<Pair> pairs = new ArrayList<>();
      long sockets = sockets();
      for (int step = 0; step < STEPS; step++) {
        act(random, pairs, server);
        if (step % STEPS_PER_LOOK == 0) {
          look(pairs, "seed " + seed + ", step " + step);
        }
      }
      look(pairs, "seed " + seed + ", all steps");
      for (Pair pair : pairs) {
        pair.close();
      }
      gateway.awaitIdle();
      Eventually.holds("no socket is left", () -> sockets() <= sockets);
    }
  }

  /** Sockets that this process has open; 0 where the system does not tell. */
  private static long sockets() throws IOException {
    Path folder = Path.of("/proc/self/fd");
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> descriptors = Files.list(folder)) {
      return descriptors.filter(TcpRandomIT::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed since it was listed
    }
  }

  private void act(Random random, List<Pair> pairs, RawServer server) throws IOException {
    if (pairs.isEmpty() || (pairs.size() < MOST_OPEN && random.nextInt(3) == 0)) {
      RawClient client = new RawClient(gateway.port());
      pairs.add(new Pair(client, server.accept()));
      return;
    }
    Pair pair = pairs.get(random.nextInt(pairs.size()));
    switch (random.nextInt(8)) {
      case 0 -> {
        if (!pair.clientEnded) {
          pair.clientEnded = true;
          pair.client.endOutput();
          assertThat(pair.served.rest()).isEmpty();
        }
      }
      case 1 -> {
        if (!pair.serverEnded) {
          pair.serverEnded = true;
          pair.served.endOutput();
          assertThat(pair.client.rest()).isEmpty();
        }
      }
      case 2 -> {
        pairs.remove(pair);
        if (!pair.clientEnded) { // else its other side could not tell a reset from the end it has
          // seen
          pair.client.reset();
          assertThat(pair.served.rest()).isEqualTo("<reset>");
        }
        pair.close();
      }
      case 3 -> {
        pairs.remove(pair);
        if (!pair.serverEnded) {
          pair.served.reset();
          assertThat(pair.client.rest()).isEqualTo("<reset>");
        }
        pair.close();
      }
      default -> speak(random, pair);
    }
    if (pair.clientEnded && pair.serverEnded) {
      pairs.remove(pair);
      pair.close();
    }
  }

  private static void speak(Random random, Pair pair) throws IOException {
    String text = "x".repeat(1 + random.nextInt(5_000));
    if (!pair.clientEnded) {
      assertThat(pair.client.send(text).socket().isClosed()).isFalse();
      assertThat(pair.served.exactly(text.length())).isEqualTo(text);
    }
    if (!pair.serverEnded) {
      pair.served.send(text);
      assertThat(pair.client.exactly(text.length())).isEqualTo(text);
    }
  }

  private void look(List<Pair> pairs, String when) throws Exception {
    int active = (int) pairs.stream().filter(Pair::isActive).count();
    Eventually.holds(
        when,
        () -> gateway.active("s") == active && gateway.inactive("s") == pairs.size() - active);
    assertThat(gateway.scheduled("s").status().doubleReleases()).as(when).isZero();
  }
}
