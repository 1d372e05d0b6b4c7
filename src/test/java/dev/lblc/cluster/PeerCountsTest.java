package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.cluster.CountReport.Counts;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PeerCountsTest {
  private final Servers servers = new Servers();
  private final PeerCounts peers = new PeerCounts(() -> Map.of("images", servers));

  @BeforeEach
  void addServers() {
    servers.add(new ServerSpec("s1", "192.0.2.1", 80, 1, 0, 0));
    servers.add(new ServerSpec("s2", "192.0.2.1", 81, 1, 10, 0));
  }

  @Test
  void reports_ofSeveralNodes_areAddedToThisNodesOwn() {
    servers.bind(server("s1"));
    peers.received(report("a", 1, 1, 3, 1), 0);
    peers.received(report("b", 1, 1, 4, 2), 0);
    assertThat(server("s1").active()).isEqualTo(8);
    assertThat(server("s1").inactive()).isEqualTo(3);
    assertThat(server("s1").localActive()).isEqualTo(1);
    assertThat(server("s2").active()).isZero();
  }

  @Test
  void report_repeatedOrOlder_changesNothing() {
    peers.received(report("a", 1, 2, 3, 0), 0);
    peers.received(report("a", 1, 2, 3, 0), 0);
    peers.received(report("a", 1, 1, 9, 0), 0);
    assertThat(server("s1").active()).isEqualTo(3);
  }

  @Test
  void report_afterLostOnes_isTheTruth() {
    peers.received(report("a", 1, 1, 3, 0), 0);
    peers.received(report("a", 1, 9, 5, 0), 0);
    assertThat(server("s1").active()).isEqualTo(5);
  }

  @Test
  void report_ofARestartedNode_countsFromItsFirstAndTheFormerOnesNoMore() {
    peers.received(report("a", 1, 900, 3, 0), 0);
    peers.received(report("a", 2, 1, 1, 0), 0);
    assertThat(server("s1").active()).isEqualTo(1);
    peers.received(report("a", 1, 901, 8, 0), 0);
    assertThat(server("s1").active()).isEqualTo(1);
  }

  @Test
  void report_withoutAServer_takesItsConnectionsBack() {
    peers.received(report("a", 1, 1, 3, 0), 0);
    peers.received(new CountReport("a", 1, 2, Map.of("images", Map.of(), "other", Map.of())), 0);
    assertThat(server("s1").active()).isZero();
  }

  @Test
  void node_thatLeft_countsNoMore() {
    peers.received(report("a", 1, 1, 3, 0), 0);
    peers.received(report("b", 1, 1, 4, 0), 0);
    peers.left("a");
    peers.left("a");
    peers.left(null);
    assertThat(server("s1").active()).isEqualTo(4);
    assertThat(peers.peer("a")).isNull();
  }

  @Test
  void node_thatIsSilent_countsNoMoreUntilItReports() {
    peers.received(report("a", 1, 1, 3, 0), 1_000);
    peers.received(report("b", 1, 1, 4, 0), 2_000);
    assertThat(peers.dropSilent(3_999, 3_000)).isEmpty();
    assertThat(peers.dropSilent(4_000, 3_000)).containsExactly("a");
    assertThat(server("s1").active()).isEqualTo(4);
    peers.received(report("a", 1, 2, 1, 0), 4_001);
    assertThat(server("s1").active()).isEqualTo(5);
  }

  @Test
  void node_thatRepeatsItself_isSilentAllTheSame() {
    peers.received(report("a", 1, 1, 3, 0), 1_000);
    peers.received(report("a", 1, 1, 3, 0), 3_000);
    assertThat(peers.dropSilent(4_000, 3_000)).containsExactly("a");
  }

  @Test
  void thisNode_thatWasAway_countsNobodyUntilTheyReport() {
    peers.received(report("a", 1, 1, 3, 0), 0);
    peers.forgetAll();
    assertThat(server("s1").active()).isZero();
  }

  @Test
  void reports_thatFillAServer_saturateIt() {
    peers.received(report("a", 1, 1, Map.of("s2", new Counts(10, 0))), 0);
    assertThat(server("s2").saturated()).isTrue();
    peers.left("a");
    assertThat(server("s2").saturated()).isFalse();
  }

  @Test
  void reports_atTheMostThatIsBelieved_addUpForAHundredNodes() {
    Map<String, Counts> most =
        Map.of("s1", new Counts(CountReport.MOST_CONNECTIONS, CountReport.MOST_CONNECTIONS));
    for (int i = 0; i < 100; i++) {
      peers.received(report("node" + i, 1, 1, most), 0);
    }
    assertThat(server("s1").active()).isEqualTo(100 * CountReport.MOST_CONNECTIONS);
    assertThat(server("s1").inactive()).isEqualTo(100 * CountReport.MOST_CONNECTIONS);
    assertThat(server("s1").saturated()).isFalse();
  }

  /** Against a model: what every node's last report that got through says, by the order in which it was sent. */
  @Test
  void reports_lostRepeatedAndReordered_leaveNoDrift() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String[] nodes = {"a", "b", "c"};
    Map<String, Map<String, Counts>> truth = new HashMap<>();
    Map<String, Long> epochs = new HashMap<>();
    Map<String, Long> sequences = new HashMap<>();
    List<CountReport> onTheWay = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      String node = nodes[random.nextInt(nodes.length)];
      switch (random.nextInt(20)) {
        case 0 -> { // it starts again
          epochs.merge(node, 1L, Long::sum);
          sequences.put(node, 0L);
          truth.put(node, Map.of());
          if (random.nextBoolean()) {
            peers.left(node);
          }
        }
        case 1 -> peers.dropSilent(random.nextInt(i + 1), 3_000);
        case 2, 3, 4, 5, 6, 7, 8, 9 -> {
          truth.put(node, Map.of("s1", counts(random), "s2", counts(random)));
          onTheWay.add(next(node, epochs, sequences, truth));
        }
        default -> {
          if (!onTheWay.isEmpty()) {
            CountReport any = onTheWay.get(random.nextInt(onTheWay.size()));
            if (random.nextInt(3) > 0) { // else it may come again
              onTheWay.remove(any);
            }
            if (random.nextInt(5) > 0) { // else it is lost
              peers.received(any, i);
            }
          }
        }
      }
    }
    for (String node : nodes) {
      peers.received(next(node, epochs, sequences, truth), 20_000);
    }
    Collections.shuffle(onTheWay, random);
    onTheWay.forEach(late -> peers.received(late, 20_000));
    for (String id : List.of("s1", "s2")) {
      Counts sum = truth.values().stream()
          .map(counts -> counts.getOrDefault(id, Counts.NONE))
          .reduce(Counts.NONE, Counts::plus);
      assertThat(new Counts(server(id).active(), server(id).inactive()))
          .as("seed %d: %s", seed, id)
          .isEqualTo(sum);
    }
  }

  private static CountReport next(
      String node,
      Map<String, Long> epochs,
      Map<String, Long> sequences,
      Map<String, Map<String, Counts>> truth) {
    return report(
        node,
        epochs.getOrDefault(node, 0L),
        sequences.merge(node, 1L, Long::sum),
        truth.getOrDefault(node, Map.of()));
  }

  private static Counts counts(Random random) {
    return new Counts(random.nextInt(20), random.nextInt(20));
  }

  private static CountReport report(
      String node, long epoch, long sequence, int active, int inactive) {
    return report(node, epoch, sequence, Map.of("s1", new Counts(active, inactive)));
  }

  private static CountReport report(
      String node, long epoch, long sequence, Map<String, Counts> counts) {
    return new CountReport(node, epoch, sequence, Map.of("images", counts));
  }

  private Server server(String id) {
    return Objects.requireNonNull(servers.find(id));
  }
}
