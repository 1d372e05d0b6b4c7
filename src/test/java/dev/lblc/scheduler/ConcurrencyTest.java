package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.SchedulerOptions.Ties;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many event loops on one table at once. */
final class ConcurrencyTest {
  private static final int THREADS = 8;

  static Stream<Named<Strategy.Factory>> strategies() {
    return Stream.of(
        Named.of("lblc", LocalityBased::new),
        Named.of("lblcr", ReplicatedLocalityBased::new),
        Named.of(
            "lblc-adaptive",
            context -> new AdaptiveLocalityBased(context.withOwnOptions(() -> new AdaptiveOptions(
                1,
                1,
                1,
                0.01,
                8,
                java.time.Duration.ofMillis(1),
                java.time.Duration.ofMillis(20))))));
  }

  @Test
  void choose_sameNewDestinationsFromAllThreads_onePlacementAndOneHomeEach() throws Exception {
    TestService service = new TestService().with("a", "b", "c");
    Strategy lblc = service.strategy(LocalityBased::new);
    Map<String, String> homes = new ConcurrentHashMap<>();
    List<String> strays = new ArrayList<>();
    onAllThreads(thread -> {
      for (int i = 0; i < 20_000; i++) {
        String destination = "/" + i;
        String chosen = String.valueOf(TestService.id(lblc.choose(destination)));
        String first = homes.putIfAbsent(destination, chosen);
        if (first != null && !first.equals(chosen)) {
          synchronized (strays) {
            strays.add(destination);
          }
        }
      }
    });
    assertThat(strays).isEmpty();
    assertThat(Objects.requireNonNull(lblc.table()).size()).isEqualTo(20_000);
    assertThat(service.servers.list())
        .extracting(Server::homes)
        .containsExactly(6_667, 6_667, 6_666);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void everything_atOnce_countsHomesAsTheTableDoes(Strategy.Factory factory) throws Exception {
    long seed = new Random().nextLong();
    TestService service = new TestService().with("a", "b", "c", "d").options(Ties.SPREAD, 200, 400);
    service.options = service.options.withExpiration(java.time.Duration.ofMillis(5));
    Strategy strategy = service.strategy(factory);
    DestinationTable table = Objects.requireNonNull(strategy.table());
    ExpiryCheck expiry = new ExpiryCheck(table, () -> service.options, () -> service.nowMillis);
    onAllThreads(thread -> {
      Random random = new Random(seed + thread);
      for (int i = 0; i < 10_000; i++) {
        if (thread == 0) {
          service.nowMillis = i;
          expiry.run(entry -> {});
          String id = String.valueOf((char) ('a' + random.nextInt(4)));
          switch (random.nextInt(40)) {
            case 0 -> service.servers.editWeight(id, random.nextInt(3));
            case 1 -> service.servers.setHealthy(service.server(id), random.nextBoolean());
            case 2 -> {
              service.servers.remove(id);
              service.add(id, 1 + random.nextInt(3));
            }
            default -> table.page(3, "/" + i);
          }
        } else {
          Server server = strategy.choose("/" + random.nextInt(600)).server();
          if (server != null) {
            service.servers.bind(server);
            service.servers.unbindActive(server);
          }
        }
      }
    });
    long homes =
        table.page(1_000, null).stream().mapToLong(row -> row.homes().size()).sum();
    assertThat(table.size()).as("seed %d", seed).isLessThanOrEqualTo(400);
    assertThat(table.page(1_000, null)).as("seed %d", seed).hasSize(table.size());
    assertThat(service.servers.list().stream().mapToLong(Server::homes).sum())
        .as("seed %d", seed)
        .isEqualTo(homes);
    assertThat(service.servers.list())
        .as("seed %d", seed)
        .extracting(Server::active)
        .containsOnly(0);
  }

  @Test
  void shrink_ofAnEntryThatExpiresMeanwhile_countsItsHomesOnce() throws Exception {
    TestService service = new TestService().with("a", "b");
    for (Server server : service.servers.list()) {
      service.servers.editWeight(server.id(), 1);
    }
    Strategy lblcr = service.strategy(ReplicatedLocalityBased::new);
    DestinationTable table = Objects.requireNonNull(lblcr.table());
    lblcr.choose("/");
    Entry entry = Objects.requireNonNull(table.find("/"));
    service.load(entry.home().id(), 2); // overloaded, while the other server is idle
    lblcr.choose("/");
    assertThat(entry.homes()).hasSize(2);
    service.nowMillis = service.options.expiration().toMillis() + 1;
    Thread chooser;
    synchronized (table) { // the chooser finds the entry, then waits here to shrink it
      chooser = new Thread(() -> lblcr.choose("/"));
      chooser.start();
      while (chooser.getState() != Thread.State.BLOCKED) {
        Thread.onSpinWait();
      }
      table.removeIf(Buckets.of("/"), e -> true, e -> {});
    }
    chooser.join();
    assertThat(service.servers.list().stream().mapToInt(Server::homes).sum())
        .isEqualTo(
            table.page(9, null).stream().mapToInt(row -> row.homes().size()).sum());
    assertThat(service.servers.list()).allMatch(server -> server.homes() >= 0);
  }

  private interface Work {
    void on(int thread) throws Exception;
  }

  private static void onAllThreads(Work work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int thread = t;
        running.add(pool.submit(() -> {
          work.on(thread);
          return null;
        }));
      }
      for (Future<?> future : running) {
        future.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
