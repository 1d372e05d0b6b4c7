package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.cluster.CountReport.Counts;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reports of connections over a real event bus that loses and repeats them; and what comes from strangers. */
@ExpectedLog({"WARN Degradation: .* does not work", "WARN SharedCounts: .* is not a report"})
final class ReportsOnTheBusIT {
  private static final DeliveryOptions AS_REPORT =
      new DeliveryOptions().setCodecName(CountReportCodec.NAME);

  private static List<ClusteredVertx> members = List.of();
  private static final List<LblcService> NODES = new ArrayList<>();

  /** Two nodes, and a member that schedules nothing: who else is on the event bus. */
  @BeforeAll
  static void startMembers() throws Exception {
    members = ClusteredVertx.start(3);
    NODES.add(members.get(0).deploy(new JsonObject()));
    NODES.add(members.get(1).deploy(new JsonObject()));
  }

  @AfterAll
  static void closeMembers() {
    NODES.clear();
    ClusteredVertx.close(members);
  }

  @Test
  void reports_lostAndRepeated_leaveNoDriftOnceTheBusWorks() throws Exception {
    long seed = new Random().nextLong();
    List<Faults> faults = new ArrayList<>();
    for (ClusteredVertx member : members.subList(0, 2)) {
      faults.add(new Faults(member.vertx().eventBus(), new Random(seed + faults.size())));
    }
    Random random = new Random(seed);
    List<Lease> held = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < 20; i++) {
        if (held.isEmpty() || random.nextInt(100) < 51) {
          held.add(NODES.get(random.nextInt(2)).acquire("/" + random.nextInt(1_000)));
        } else {
          held.remove(random.nextInt(held.size())).close();
        }
      }
      TimeUnit.MILLISECONDS.sleep(10); // the rate of the load
    }
    faults.forEach(Faults::loseAll);
    held.add(NODES.get(0).acquire("/last"));
    held.add(NODES.get(1).acquire("/last"));
    Eventually.holds(
        "the last change is lost", () -> faults.stream().allMatch(Faults::hasLostLast));
    faults.forEach(Faults::end);
    Eventually.holds("seed " + seed + ": each sees what both have", () -> drift() == 0);
    assertThat(faults)
        .as("seed %d: lost and repeated", seed)
        .allMatch(f -> f.lost.get() > 5 && f.repeated.get() > 5);
    held.forEach(Lease::close);
    Eventually.holds(
        "seed " + seed + ": each sees that there is none",
        () -> drift() == 0 && seen(NODES.get(0)) == 0);
  }

  @Test
  void messages_thatAreNoReports_harmNobody() throws Exception {
    EventBus stranger = members.get(2).vertx().eventBus();
    stranger.registerCodec(new RawCodec());
    List<String> malformed =
        List.of("", "00", "01", "017fffffff", "01ffffffff", "010000000080000000", "01".repeat(900));
    for (String hex : malformed) {
      stranger.publish("lblc.counts", Buffer.buffer(HexFormat.of().parseHex(hex)), AS_REPORT);
    }
    Buffer negative = Buffer.buffer();
    new CountReport("liar", 1, 1, Map.of("images", Map.of("s1", new Counts(-5, 0))))
        .writeTo(negative);
    stranger.publish("lblc.counts", negative, AS_REPORT);
    stranger.publish("lblc.counts", "a text");
    stranger.publish("lblc.counts", new JsonObject());
    stranger.publish("lblc.counts", null);
    Buffer report = Buffer.buffer();
    new CountReport("stranger", 1, 1, Map.of("images", Map.of("s1", new Counts(7, 0))))
        .writeTo(report);
    stranger.publish("lblc.counts", report, AS_REPORT);
    Eventually.holds(
        "a report that comes after them on the same connections is taken in",
        () -> seen(NODES.get(0)) == 7 && seen(NODES.get(1)) == 7);
    Lease lease = NODES.get(0).acquire("/mine");
    Eventually.holds(
        "the nodes hear each other, and no more of a stranger that is silent",
        () -> seen(NODES.get(0)) == 1 && seen(NODES.get(1)) == 1);
    lease.close();
  }

  private static int drift() {
    int truth = NODES.stream()
        .flatMap(node -> node.status().servers().stream())
        .mapToInt(server -> server.active().local())
        .sum();
    return NODES.stream().mapToInt(node -> Math.abs(seen(node) - truth)).max().orElseThrow();
  }

  private static int seen(LblcService node) {
    return node.status().servers().stream()
        .mapToInt(server -> server.active().cluster())
        .sum();
  }

  /** Loses a third of the reports that a node gets, and sends every other one again, at once or much later. */
  private static final class Faults {
    private static final String COPY = "copy";

    private final EventBus eventBus;
    private final Random random;
    private final List<CountReport> old = new ArrayList<>();
    private final Handler<DeliveryContext<CountReport>> interceptor = this::deliver;
    private boolean losesAll;
    private int lostLast;
    final AtomicInteger lost = new AtomicInteger();
    final AtomicInteger repeated = new AtomicInteger();

    Faults(EventBus eventBus, Random random) {
      this.eventBus = eventBus;
      this.random = random;
      eventBus.addInboundInterceptor(interceptor);
    }

    synchronized void loseAll() {
      losesAll = true;
    }

    /** From either node, whose own reports come here, too. */
    synchronized boolean hasLostLast() {
      return lostLast >= 4;
    }

    void end() {
      eventBus.removeInboundInterceptor(interceptor);
    }

    private synchronized void deliver(DeliveryContext<CountReport> delivery) {
      if (!delivery.message().address().equals("lblc.counts")) {
        delivery.next();
        return;
      }
      if (losesAll) {
        lostLast++;
        return;
      }
      if (!delivery.message().headers().contains(COPY)) {
        if (random.nextInt(3) == 0) {
          lost.incrementAndGet();
          return;
        }
        old.add(delivery.message().body());
        if (random.nextBoolean()) {
          repeated.incrementAndGet();
          eventBus.publish(
              "lblc.counts",
              old.get(random.nextInt(old.size())),
              new DeliveryOptions(AS_REPORT).addHeader(COPY, "yes"));
        }
      }
      delivery.next();
    }
  }

  /** Any bytes, under the name of the reports' codec. */
  private static final class RawCodec implements MessageCodec<Buffer, Buffer> {
    @Override
    public void encodeToWire(Buffer wire, Buffer bytes) {
      wire.appendBuffer(bytes);
    }

    @Override
    public Buffer decodeFromWire(int position, Buffer wire) {
      return wire.slice(position, wire.length());
    }

    @Override
    public Buffer transform(Buffer bytes) {
      return bytes;
    }

    @Override
    public String name() {
      return CountReportCodec.NAME;
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }
}
