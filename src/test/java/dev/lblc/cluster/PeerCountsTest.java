package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.cluster.CountChanges.Line;
import dev.lblc.cluster.CountReport.Counts;
import dev.lblc.cluster.PeerCounts.Receipt;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
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
  void whoWaitsOnOtherNodes_isAddedUp_andNoMoreWhenTheyAreServedOrTheirNodeLeaves() {
    peers.received(new CountReport("a", 1, 1, Map.of("images", waiting(3))), 0);
    peers.received(new CountReport("b", 1, 1, Map.of("images", waiting(4))), 0);
    assertThat(servers.peersWaiting()).isEqualTo(7);
    peers.received(
        new CountReport(
            "a", 1, 2, new CountChanges(1, List.of(new Line(0, 1, 0)), Map.of()), Map.of()),
        0);
    assertThat(servers.peersWaiting()).isEqualTo(5);
    peers.left("b");
    assertThat(servers.peersWaiting()).isEqualTo(1);
    peers.received(report("a", 1, 3, 3, 1), 0);
    assertThat(servers.peersWaiting()).isZero();
  }

  private static Map<String, Counts> waiting(int number) {
    return Map.of(CountReport.WAITING, new Counts(number, 0));
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
    for (int i = 100; i < PeerCounts.MOST; i++) {
      peers.received(report("node" + i, 1, 1, most), 0);
    }
    servers.bind(server("s1"));
    assertThat(server("s1").active()).as("no more fits").isEqualTo(PeerTotals.MOST + 1);
    assertThat(server("s1").inactive()).isEqualTo(PeerTotals.MOST);
    assertThat(server("s1").saturated()).isFalse();
    for (int i = 0; i < PeerCounts.MOST; i++) {
      peers.left("node" + i);
    }
    assertThat(server("s1").active()).isEqualTo(1);
    assertThat(server("s1").inactive()).isZero();
  }

  @Test
  void changes_ofTheReportThatIsKnown_areApplied() {
    servers.bind(server("s1"));
    peers.received(new CountReport("a", 1, 5, two(new Counts(3, 1), new Counts(4, 0))), 0);
    assertThat(peers.received(
            changes("a", 1, 6, 5, List.of(new Line(1, 9, 2)), Map.of("s3", new Counts(1, 0))),
            1_000))
        .isEqualTo(Receipt.KNOWN);
    assertThat(server("s1").active()).isEqualTo(4);
    assertThat(server("s1").inactive()).isEqualTo(1);
    assertThat(server("s2").active()).isEqualTo(9);
    assertThat(server("s2").inactive()).isEqualTo(2);
    peers.received(changes("a", 1, 7, 5, List.of(), Map.of("s3", new Counts(7, 0))), 2_000);
    assertThat(peers.dropSilent(4_999, 3_000)).isEmpty();
    servers.add(new ServerSpec("s3", "192.0.2.1", 82, 1, 0, 0));
    peers.servicesChanged();
    assertThat(server("s3").active()).isEqualTo(7);
    peers.received(new CountReport("a", 1, 8, Map.of()), 2_000);
    assertThat(server("s2").active() + server("s3").active()).isZero();
    assertThat(server("s1").active()).isEqualTo(1);
  }

  @Test
  void changes_ofAnotherReportThanIsKnown_areAsGoodAsLost() {
    List<Line> lines = List.of(new Line(0, 9, 0));
    assertThat(peers.received(changes("a", 1, 6, 5, lines, Map.of()), 0))
        .as("of a node that is not known")
        .isEqualTo(Receipt.WITHOUT_BASE);
    assertThat(peers.peer("a")).isNull();
    peers.received(report("a", 1, 5, 3, 0), 0);
    assertThat(peers.received(changes("a", 1, 7, 6, lines, Map.of()), 2_000))
        .as("of one that was lost")
        .isEqualTo(Receipt.WITHOUT_BASE);
    assertThat(peers.received(changes("a", 2, 7, 5, lines, Map.of()), 2_000))
        .as("of a later start")
        .isEqualTo(Receipt.WITHOUT_BASE);
    List<Line> more = List.of(new Line(0, 9, 0), new Line(1, 9, 0));
    assertThat(peers.received(changes("a", 1, 7, 5, more, Map.of("s2", new Counts(1, 0))), 2_000))
        .as("of one with more servers")
        .isEqualTo(Receipt.WITHOUT_BASE);
    assertThat(server("s1").active()).isEqualTo(3);
    assertThat(server("s2").active()).isZero();
    assertThat(peers.dropSilent(3_000, 3_000)).as("they are no sign of life").containsExactly("a");
    assertThat(peers.received(changes("a", 1, 8, 5, lines, Map.of()), 3_000))
        .as("of one that holds no more")
        .isEqualTo(Receipt.WITHOUT_BASE);
    assertThat(server("s1").active()).isZero();
  }

  @Test
  void changes_thatNameMoreAndMoreServers_fillNoMemory() {
    peers.received(report("a", 1, 1, 3, 0), 0);
    Map<String, Counts> half = new HashMap<>();
    for (int i = 0; i < CountReport.MOST_ENTRIES / 2; i++) {
      half.put("x" + i, new Counts(1, 0));
    }
    assertThat(peers.received(changes("a", 1, 2, 1, List.of(), half), 0)).isEqualTo(Receipt.KNOWN);
    assertThat(peers.received(changes("a", 1, 3, 1, List.of(), Map.of("s2", new Counts(4, 0))), 0))
        .isEqualTo(Receipt.KNOWN);
    Map<String, Counts> more = new HashMap<>();
    half.forEach((server, counts) -> more.put("y" + server, counts));
    more.put("s2", new Counts(9, 0));
    assertThat(peers.received(changes("a", 1, 4, 1, List.of(), more), 0))
        .isEqualTo(Receipt.WITHOUT_BASE);
    assertThat(server("s2").active()).isEqualTo(4);
    peers.received(report("a", 1, 5, 5, 0), 0);
    assertThat(peers.received(changes("a", 1, 6, 5, List.of(), half), 0)).isEqualTo(Receipt.KNOWN);
  }

  @Test
  void changes_thatComeLate_changeNothing() {
    peers.received(report("a", 1, 5, 3, 0), 0);
    peers.received(changes("a", 1, 7, 5, List.of(new Line(0, 7, 0)), Map.of()), 0);
    assertThat(peers.received(changes("a", 1, 6, 5, List.of(new Line(0, 6, 0)), Map.of()), 0))
        .isEqualTo(Receipt.KNOWN);
    assertThat(peers.received(report("a", 1, 4, 4, 0), 0)).isEqualTo(Receipt.KNOWN);
    assertThat(server("s1").active()).isEqualTo(7);
  }

  @Test
  void nodes_ofWhichOneIsOfAnEarlierRelease_doNotAllReadChanges() {
    assertThat(peers.allReadChanges()).isTrue();
    peers.received(report("a", 1, 1, 3, 0), 0);
    assertThat(peers.allReadChanges()).isTrue();
    CountReport earlier = new CountReport("b", 1, 1, Map.of(), Map.of(), Map.of(), null, false);
    peers.received(earlier, 0);
    assertThat(peers.allReadChanges()).isFalse();
    peers.left("b");
    assertThat(peers.allReadChanges()).isTrue();
  }

  @Test
  void servers_thatComeAndGo_haveWhatWasReportedOfThem() {
    peers.received(new CountReport("a", 1, 1, two(new Counts(3, 0), new Counts(4, 0))), 0);
    servers.bind(server("s1")); // else it would be forgotten
    Server gone = servers.remove("s1");
    peers.received(changes("a", 1, 2, 1, List.of(new Line(0, 5, 0)), Map.of()), 0);
    assertThat(gone.active()).isEqualTo(1);
    servers.add(new ServerSpec("s1", "192.0.2.1", 80, 1, 0, 0));
    peers.received(changes("a", 1, 3, 1, List.of(), Map.of()), 0);
    assertThat(server("s1")).isSameAs(gone);
    assertThat(gone.active()).isEqualTo(1 + 5);
    servers.remove("s1");
    servers.add(new ServerSpec("s1", "192.0.2.9", 80, 1, 0, 0));
    peers.servicesChanged();
    assertThat(server("s1").active()).isEqualTo(5);
    assertThat(gone.active()).isEqualTo(1);
  }

  @Test
  void services_thatComeAndGo_haveWhatWasReportedOfThem() {
    Map<String, Servers> services = new HashMap<>();
    PeerCounts changing = new PeerCounts(() -> Map.copyOf(services));
    changing.received(report("a", 1, 1, 3, 0), 0);
    services.put("images", servers);
    changing.servicesChanged();
    assertThat(server("s1").active()).isEqualTo(3);
    services.clear();
    changing.received(report("a", 1, 2, 4, 0), 0);
    assertThat(server("s1").active()).as("no more than it was told").isEqualTo(3);
    services.put("images", servers);
    changing.received(changes("a", 1, 3, 2, List.of(), Map.of()), 0);
    assertThat(server("s1").active()).isEqualTo(4);
    changing.left("a");
    assertThat(server("s1").active()).isZero();
  }

  /**
   * Against a model: three nodes publish by {@link OwnCounts}, all counts or what changed, and servers come and go on this
   * one. Without faults each report is the truth at once; with them the next whole ones are.
   */
  @Test
  void reports_lostRepeatedAndReordered_leaveNoDrift() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Sender> senders = List.of(new Sender("a"), new Sender("b"), new Sender("c"));
    List<CountReport> onTheWay = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      boolean isQuiet = i / 1_000 % 2 == 1; // every other thousand has no faults
      Sender sender = senders.get(random.nextInt(senders.size()));
      if (i % 1_000 == 0 && isQuiet) {
        onTheWay.forEach(late -> peers.received(late, 0));
        onTheWay.clear();
        senders.forEach(one -> peers.received(one.tellAll(), 0));
      }
      switch (random.nextInt(20)) {
        case 0 -> {
          sender.startAgain();
          if (isQuiet || random.nextBoolean()) {
            peers.left(sender.node);
          }
          if (isQuiet) {
            peers.received(sender.tellAll(), i);
          }
        }
        case 1 -> {
          String id = random.nextBoolean() ? "s1" : "s2";
          if (servers.find(id) != null) {
            servers.remove(id);
          } else {
            servers.add(new ServerSpec(id, "192.0.2.1", id.equals("s1") ? 80 : 81, 1, 0, 0));
          }
          peers.servicesChanged();
        }
        case 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 -> {
          sender.change(random);
          CountReport next = random.nextInt(5) == 0 ? sender.tellAll() : sender.tellChanges();
          if (isQuiet) {
            peers.received(throughTheWire(next), 0);
            assertNoDrift(senders, seed);
          } else {
            onTheWay.add(next);
          }
        }
        default -> {
          if (!onTheWay.isEmpty()) {
            CountReport any = onTheWay.get(random.nextInt(onTheWay.size()));
            if (random.nextInt(3) > 0) { // else it may come again
              onTheWay.remove(any);
            }
            if (random.nextInt(5) > 0) { // else it is lost
              peers.received(throughTheWire(any), 0);
            }
            if (random.nextInt(50) == 0) {
              peers.dropSilent(0, 0);
            }
          }
        }
      }
    }
    senders.forEach(sender -> peers.received(sender.tellAll(), 20_000));
    Collections.shuffle(onTheWay, random);
    onTheWay.forEach(late -> peers.received(late, 20_000));
    assertNoDrift(senders, seed);
  }

  private void assertNoDrift(List<Sender> senders, long seed) {
    for (Server server : servers.list()) {
      Counts sum = senders.stream()
          .map(sender -> sender.counts.getOrDefault(server.id(), Counts.NONE))
          .reduce(Counts.NONE, Counts::plus);
      assertThat(new Counts(server.active(), server.inactive()))
          .as("seed %d: %s", seed, server)
          .isEqualTo(sum);
    }
  }

  private static CountReport throughTheWire(CountReport report) {
    Buffer buffer = Buffer.buffer();
    report.writeTo(buffer);
    return CountReport.readFrom(buffer, 0);
  }

  /** A node that tells its counts of two servers. */
  private static final class Sender {
    private final String node;
    private OwnCounts told = new OwnCounts();
    private Map<String, Counts> counts = Map.of();
    private long epoch;
    private long sequence;

    Sender(String node) {
      this.node = node;
    }

    void startAgain() {
      epoch++;
      sequence = 0;
      told = new OwnCounts();
      counts = Map.of();
    }

    /** To others, some of them none, so that these are not in a report. */
    void change(Random random) {
      Map<String, Counts> next = new TreeMap<>(counts);
      for (String id : List.of("s1", "s2")) {
        switch (random.nextInt(4)) {
          case 0 -> next.remove(id);
          case 1, 2 -> next.put(id, counts(random));
          default -> {} // as it is
        }
      }
      counts = next;
    }

    CountReport tellAll() {
      told.tellAll(++sequence, services());
      return new CountReport(node, epoch, sequence, services());
    }

    CountReport tellChanges() {
      if (sequence == 0) {
        return tellAll();
      }
      return new CountReport(node, epoch, ++sequence, told.tellChanges(services()), Map.of());
    }

    private Map<String, Map<String, Counts>> services() {
      return counts.isEmpty() ? Map.of() : Map.of("images", counts);
    }
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

  private static Map<String, Map<String, Counts>> two(Counts first, Counts second) {
    return Map.of("images", new TreeMap<>(Map.of("s1", first, "s2", second)));
  }

  private static CountReport changes(
      String node,
      long epoch,
      long sequence,
      long base,
      List<Line> lines,
      Map<String, Counts> others) {
    CountChanges changes =
        new CountChanges(base, lines, others.isEmpty() ? Map.of() : Map.of("images", others));
    return new CountReport(node, epoch, sequence, changes, Map.of());
  }

  private Server server(String id) {
    return Objects.requireNonNull(servers.find(id));
  }
}
