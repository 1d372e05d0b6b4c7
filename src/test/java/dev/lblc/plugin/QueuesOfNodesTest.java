package dev.lblc.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.QueueConfig;
import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.PeriodicTimer;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queues of several nodes that share two servers and know each other's counts as of the last report; the time is a number. */
final class QueuesOfNodesTest {
  private static final int REPORT_MILLIS = 50;
  private static final long SECONDS = 60;

  private final Random random = new Random(7);
  private final List<Node> nodes = new ArrayList<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowMillis;
  private int most;
  private int requestMillis;
  private int max = 5;
  private int mostLater;

  private record Event(long atMillis, long number, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atMillis != other.atMillis
          ? Long.compare(atMillis, other.atMillis)
          : Long.compare(number, other.number);
    }
  }

  @ParameterizedTest(name = "max {0}, requests of {1} ms, {2} clients a node")
  @CsvSource({
    "5, 20, 100",
    "5, 200, 100",
    "5, 2000, 100",
    "5, 200, 20",
    "80, 200, 200",
    "80, 2000, 200"
  })
  void nodes_withAsManyClients_haveEqualShares_andKeepToMax(
      int placesOfAServer, int millis, int clients) {
    max = placesOfAServer;
    requestMillis = millis;
    for (int i = 0; i < 3; i++) {
      nodes.add(new Node(i, clients));
    }
    run();
    int served = nodes.stream().mapToInt(node -> node.served).sum();
    assertThat(nodes)
        .as("served on each node")
        .extracting(node -> (double) node.served)
        .allSatisfy(own -> assertThat(own).isBetween(0.3 * served, 0.37 * served));
    assertThat((double) served)
        .as("places are not left free")
        .isGreaterThan(0.85 * 2 * max * 1_000 * SECONDS / millis);
    assertThat(most).as("none of them knew of the others").isEqualTo(3 * max);
    assertThat(mostLater).as("what is taken twice before a report").isLessThan(max + 4 + max / 4);
  }

  @Test
  void places_fewerThanNodes_areUsedForLongerThanTheyAreFree() {
    max = 1;
    requestMillis = 20;
    for (int i = 0; i < 3; i++) {
      nodes.add(new Node(i, 100));
    }
    run();
    assertThat(nodes)
        .as("of 2,000 that would be a third of all places")
        .allSatisfy(node -> assertThat(node.served).isBetween(1_000, 1_700));
  }

  @Test
  void node_thatComesWhenAllPlacesAreTaken_getsItsShare() {
    requestMillis = 200;
    nodes.add(new Node(0, 100));
    nodes.add(new Node(1, 100));
    nodes.add(new Node(2, 0));
    at(10_000, () -> nodes.get(2).begin(100));
    run();
    assertThat(nodes.get(2).served).isGreaterThan(nodes.get(0).served / 2);
  }

  private void run() {
    while (nowMillis < 1_000 * SECONDS) {
      Event next = events.remove();
      nowMillis = next.atMillis;
      next.what.run();
    }
  }

  private void at(long millis, Runnable what) {
    events.add(new Event(millis, random.nextInt(), what));
  }

  private final class Node {
    final Service service = new Service(
        "images",
        LocalityBased::new,
        SchedulerOptions.DEFAULTS,
        () -> nowMillis,
        true,
        () -> random);
    final ServiceQueue queue;
    int served;
    private int[] reported = new int[3];

    Node(int number, int clients) {
      for (String id : List.of("a", "b")) {
        service.servers().add(new ServerSpec(id, "192.0.2.1", 80, 100, 0, 0, max));
      }
      PeriodicTimer timer = (period, look) -> {
        boolean[] isOver = new boolean[1];
        every(period.toMillis(), () -> isOver[0], look);
        return () -> isOver[0] = true;
      };
      queue = new ServiceQueue(
          service,
          new QueueConfig(1_000, Duration.ofMinutes(1), Duration.ofMillis(50)),
          () -> nowMillis,
          timer,
          () -> random,
          this::acquire);
      at(number * 17L, () -> every(REPORT_MILLIS, () -> false, this::report));
      at(0, () -> begin(clients));
    }

    void begin(int clients) {
      for (int i = 0; i < clients; i++) {
        request();
      }
    }

    private void every(long millis, BooleanSupplier isOver, Runnable what) {
      at(nowMillis + millis, () -> {
        if (!isOver.getAsBoolean()) {
          what.run();
          every(millis, isOver, what);
        }
      });
    }

    private void request() {
      CompletionStage<?> unused = queue
          .enter("/" + random.nextInt(40), Set.of(), Facts.NONE)
          .lease()
          .thenAccept(lease -> {
            String id = lease.server().id();
            int active =
                nodes.stream().mapToInt(node -> node.server(id).localActive()).sum();
            most = Math.max(most, active);
            if (nowMillis > 5_000 + requestMillis) {
              mostLater = Math.max(mostLater, active);
            }
            at(nowMillis + requestMillis / 2 + random.nextInt(requestMillis), () -> {
              served++;
              lease.close();
              at(nowMillis + 1, this::request);
            });
          });
    }

    private Server server(String id) {
      return Objects.requireNonNull(service.servers().find(id));
    }

    private void report() {
      reported = new int[] {
        server("a").localActive(), server("b").localActive(), service.servers().waiting()
      };
      for (Node node : nodes) {
        int[] sums = new int[3];
        nodes.stream()
            .filter(other -> other != node)
            .forEach(other -> Arrays.setAll(sums, i -> sums[i] + other.reported[i]));
        node.service.servers().setPeers(node.server("a"), sums[0], 0);
        node.service.servers().setPeers(node.server("b"), sums[1], 0);
        node.service.servers().setPeersWaiting(sums[2]);
      }
    }

    private Lease acquire(@Nullable String destination, Set<String> except, Facts facts) {
      Choice choice = service.acquire(destination, except, facts);
      Server server = choice.server();
      if (server == null) {
        throw new NoServerException("images");
      }
      return new ServerLease(new QueueOwner(service, queue), server, choice.reason());
    }
  }
}
