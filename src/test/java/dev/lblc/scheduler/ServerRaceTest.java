package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Race;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Connections, peers and thresholds of a {@link Server} that change at once: counts are exact, and the flag fits them. */
final class ServerRaceTest {
  private static final int THREADS = 4;
  private static final int STEPS = Integer.getInteger("lblc.race.rounds", 30_000) / 2;

  @Test
  void binds_atOnce_areAllCountedAndSetTheFlagAtTheThreshold() throws Exception {
    Race.run(
        () -> server(2, 0),
        server -> {
          assertThat(server.active()).isEqualTo(2);
          assertThat(server.saturated()).isTrue();
        },
        Server::bind,
        Server::bind);
  }

  @Test
  void bindsIfNotFull_atOnce_countAsManyAsItMayHave() throws Exception {
    Consumer<Server> bind = server -> {
      boolean unused = server.bindIfNotFull();
    };
    Race.run(
        () -> {
          Server server = server(0, 0);
          server.editMax(2);
          server.setPeers(1, 0);
          return server;
        },
        server -> {
          assertThat(server.active()).isEqualTo(2);
          assertThat(server.full()).isTrue();
        },
        bind,
        bind);
  }

  @Test
  void bindAndUnbinds_atOnce_leaveAnIdleServerWithoutTheFlag() throws Exception {
    Consumer<Server> connection = server -> {
      server.bind();
      server.unbindActive();
    };
    Race.run(
        () -> server(2, 0),
        ServerRaceTest::assertIdle,
        connection,
        connection,
        ServerRaceTest::halfClose);
  }

  @Test
  void lastUnbind_whilePeersLeave_leavesAnIdleServerWithoutTheFlag() throws Exception {
    Race.run(
        () -> {
          Server server = server(1, 1);
          server.bind();
          return server;
        },
        ServerRaceTest::assertIdle,
        Server::unbindActive,
        server -> server.setPeers(0, 0));
  }

  @Test
  void bind_whilePeersArrive_setsTheFlagAtTheThreshold() throws Exception {
    Race.run(
        () -> server(2, 0),
        server -> assertThat(server.saturated()).isTrue(),
        Server::bind,
        server -> server.setPeers(1, 0));
  }

  @Test
  void bindAndUnbind_whileTheThresholdIsLifted_leaveNoFlag() throws Exception {
    Race.run(
        () -> server(1, 0),
        ServerRaceTest::assertIdle,
        server -> {
          server.bind();
          server.unbindActive();
        },
        server -> server.editThresholds(0, 0));
  }

  @Test
  void everything_atRandom_endsIdleWithoutTheFlag() throws Exception {
    long seed = new Random().nextLong();
    Server server = server(3, 0);
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(seed + thread);
        boolean isClusters = thread == 0;
        running.add(pool.submit(() -> {
          for (int step = 0; step < STEPS; step++) {
            if (isClusters) {
              change(server, random);
            } else {
              connect(server, random);
            }
          }
          if (isClusters) {
            server.setPeers(0, 0);
          }
        }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(server.localActive()).as("seed %d", seed).isZero();
    assertThat(server.localInactive()).as("seed %d", seed).isZero();
    assertThat(server.saturated()).as("seed %d", seed).isFalse();
  }

  private static void change(Server server, Random random) {
    if (random.nextInt(4) == 0) {
      int upper = random.nextInt(4);
      server.editThresholds(upper, upper == 0 ? 0 : random.nextInt(upper));
    } else {
      server.setPeers(random.nextInt(4), random.nextInt(2));
    }
  }

  private static void connect(Server server, Random random) {
    if (random.nextBoolean()) {
      halfClose(server);
    } else {
      server.bind();
      server.unbindActive();
    }
  }

  private static void halfClose(Server server) {
    server.bind();
    server.deactivate();
    server.unbindInactive();
  }

  private static Server server(int upper, int peers) {
    Server server = new Server("a");
    server.join(new ServerSpec("a", "127.0.0.1", 1, 1, upper, 0), false);
    server.setPeers(peers, 0);
    return server;
  }

  private static void assertIdle(Server server) {
    assertThat(server.active()).isZero();
    assertThat(server.inactive()).isZero();
    assertThat(server.saturated()).isFalse();
  }
}
