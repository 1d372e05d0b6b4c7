package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cluster.Address;
import com.hazelcast.map.IMap;
import dev.lblc.cluster.CountReport.Counts;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.EditRecord;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reports of connections over a real event bus that loses and repeats them; and what comes from strangers. */
@ExpectedLog({"WARN Degradation: .* does not work", "WARN Dropped: dropped what is not a re"})
final class ReportsOnTheBusIT {
  private static final DeliveryOptions AS_REPORT =
      new DeliveryOptions().setCodecName(CountReportCodec.NAME);

  private static List<ClusteredVertx> members = List.of();
  private static final List<LblcService> NODES = new ArrayList<>();

  /** To the port of the first node's member: of one that says nothing, of one that says half of what it should, and of a frame. */
  private static final List<Socket> SILENT = new ArrayList<>();

  /** Two nodes, and a member that schedules nothing: who else is on the event bus. */
  @BeforeAll
  static void startMembers() throws Exception {
    members = ClusteredVertx.start(3);
    NODES.add(members.get(0).deploy(new JsonObject()));
    NODES.add(members.get(1).deploy(new JsonObject()));
    Address port = members.get(0).hazelcast().getCluster().getLocalMember().getAddress();
    byte[] frameOfMuch = Buffer.buffer("HZC")
        .appendByte((byte) 4)
        .appendShort((short) 1)
        .appendInt(0)
        .appendInt(1 << 20)
        .getBytes();
    for (byte[] said : List.of(new byte[0], new byte[] {'H'}, frameOfMuch)) {
      Socket socket = new Socket(port.getHost(), port.getPort());
      socket.getOutputStream().write(said);
      SILENT.add(socket);
    }
  }

  @AfterAll
  static void closeMembers() throws Exception {
    NODES.clear();
    for (Socket socket : SILENT) {
      socket.close();
    }
    SILENT.clear();
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
  void connections_thatDoNotSayWhoTheyAreOf_areClosedAndThoseOfMembersStay() throws Exception {
    for (Socket socket : SILENT) {
      socket.setSoTimeout(20_000);
      InputStream in = socket.getInputStream();
      int last;
      do { // a member says hello to whoever claims to be one
        last = in.read();
      } while (last >= 0);
    }
    assertThat(members.get(0).hazelcast().getCluster().getMembers()).hasSize(3);
    assertThat(Objects.requireNonNull(Lblc.of(members.get(0).vertx()).cluster()).degraded())
        .isEmpty();
  }

  /** As after a fault, when the map does not answer: whoever can be reached is to be reached. */
  @Test
  void addressOfANode_onceKnown_isNotAskedOfTheMapAgain() throws Exception {
    String other = members.get(1).node();
    String before = address(0, other);
    IMap<String, Object> addresses = members.get(0).hazelcast().getMap("__vertx.nodeInfo");
    Object removed = Objects.requireNonNull(addresses.remove(other));
    try {
      assertThat(address(0, other)).isEqualTo(before);
      assertThatThrownBy(() -> address(2, "none")).hasMessageContaining("Not a member");
    } finally {
      addresses.put(other, removed);
    }
  }

  private static String address(int member, String node) throws Exception {
    Promise<NodeInfo> info = Promise.promise();
    ((VertxInternal) members.get(member).vertx()).clusterManager().getNodeInfo(node, info);
    NodeInfo found = info.future().await(20, TimeUnit.SECONDS);
    return found.host() + ":" + found.port();
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
    Queue<CountReport> heard = new ConcurrentLinkedQueue<>();
    MessageConsumer<Buffer> ear = stranger.consumer(
        "lblc.counts", message -> heard.add(CountReport.readFrom(message.body(), 0)));
    AtomicLong sequence = new AtomicLong();
    long timer = members.get(2).vertx().setPeriodic(100, tick -> {
      Buffer report = Buffer.buffer();
      new CountReport(
              "stranger",
              1,
              sequence.incrementAndGet(),
              Map.of("images", Map.of("s1", new Counts(7, 0))))
          .writeTo(report);
      report.setByte(0, (byte) 3); // of a release that reads no changes
      stranger.publish("lblc.counts", report, AS_REPORT);
    });
    Eventually.holds(
        "a report that comes after them on the same connections is taken in",
        () -> seen(NODES.get(0)) == 7 && seen(NODES.get(1)) == 7);
    Eventually.holds("the stranger hears the nodes", () -> !heard.isEmpty());
    heard.clear();
    Lease lease = NODES.get(0).acquire("/mine");
    Eventually.holds(
        "the stranger hears of it",
        () -> heard.stream()
            .anyMatch(report -> report.services().values().stream()
                .anyMatch(servers -> servers.containsValue(new Counts(1, 0)))));
    assertThat(heard).as("for its sake all are whole").allMatch(report -> report.changes() == null);
    members.get(2).vertx().cancelTimer(timer);
    Eventually.holds(
        "the nodes hear each other, and no more of a stranger that is silent",
        () -> seen(NODES.get(0)) == 1 && seen(NODES.get(1)) == 1);
    lease.close();
    Eventually.holds("it ends", () -> seen(NODES.get(0)) == 0 && seen(NODES.get(1)) == 0);
    for (int i = 0;
        i < 20 && !tellOfChanges(heard);
        i++) { // what is told as a second ends is in a whole report
      Lease next = NODES.get(0).acquire("/mine");
      Eventually.holds("it counts", () -> seen(NODES.get(0)) == 1 && seen(NODES.get(1)) == 1);
      next.close();
      Eventually.holds("it ends", () -> seen(NODES.get(0)) == 0 && seen(NODES.get(1)) == 0);
    }
    assertThat(tellOfChanges(heard)).as("now that all read changes").isTrue();
    ear.unregister().await(10, TimeUnit.SECONDS);
    stranger.unregisterCodec(CountReportCodec.NAME);
  }

  private static boolean tellOfChanges(Queue<CountReport> heard) {
    return heard.stream()
        .map(CountReport::changes)
        .anyMatch(changes ->
            changes != null && changes.lines().size() + changes.others().size() == 1);
  }

  /** A member that is none of ours writes into the maps of ours. */
  @Test
  void records_thatAreNone_harmNobody() throws Exception {
    NODES.get(0).edit(new ServerEdit.Change("s3", 50, null, null)).await(10, TimeUnit.SECONDS);
    String home = place(0, "/kept");
    Eventually.holds(
        "both know home and weight", () -> place(1, "/kept").equals(home) && weight(1) == 50);
    IMap<Object, Object> homes = members.get(2).hazelcast().getMap("lblc.homes.images");
    IMap<Object, Object> edits = members.get(2).hazelcast().getMap("lblc.servers.images");
    List<Object> strange = List.of(
        "a text",
        new int[] {1},
        StrangeRecord.UNKNOWN,
        new StrangeRecord(WrittenForm.FACTORY, 99, new byte[0]),
        new StrangeRecord(WrittenForm.FACTORY, WrittenForm.HOME_RECORD, millionHomes()),
        new StrangeRecord(WrittenForm.FACTORY, WrittenForm.SERVER_RECORD, new byte[] {1}),
        new HomeRecord(List.of("s9"), 9, System.currentTimeMillis() + TimeUnit.DAYS.toMillis(365)));
    for (int i = 0; i < strange.size(); i++) {
      homes.set("/strange/" + i, strange.get(i));
      homes.set("/kept", strange.get(i));
      edits.set("s3", strange.get(i));
      edits.set("strange" + i, strange.get(i));
      assertThat(place(i % 2, "/kept")).isEqualTo(home);
    }
    homes.set(7, "a key that is no text");
    homes.set(StrangeRecord.UNKNOWN, "a key that nobody can read");
    homes.set("k".repeat(5_000), new HomeRecord(List.of("s1"), 1, 1));
    edits.set(
        "other",
        new ServerRecord(
            new EditRecord(1, 1, null, new ServerSpec("s1", "stranger", 1, 1, 0, 0), false)));
    Eventually.holds(
        "what the nodes know is in the maps again",
        () -> homes(homes, "/kept").equals(List.of(home)) && edited(edits, "s3") == 50);
    for (int node = 0; node < 2; node++) {
      int here = node;
      Eventually.holds("each is dropped and counted", () -> dropped(here, "homes") >= 2 * 7 + 3);
      Eventually.holds("so are edits", () -> dropped(here, "edits") >= 2 * 7 + 1);
      assertThat(place(node, "/kept")).isEqualTo(home);
      assertThat(weight(node)).isEqualTo(50);
      assertThat(NODES.get(node).status().servers())
          .allMatch(server -> server.host().equals("127.0.0.1"))
          .hasSize(3);
    }
    for (int i = 0; i < strange.size(); i++) {
      String key = "/strange/" + i;
      String placed = place(0, key);
      Eventually.holds(
          "a decision takes the place of " + key,
          () -> homes(homes, key).equals(List.of(placed)) && place(1, key).equals(placed));
    }
    assertThat(members.get(0).hazelcast().getLifecycleService().isRunning()).isTrue();
    homes.set("/strange/late", strange.get(4));
    joinsAmongStrangers(home);
  }

  /** The third member as one more node: it reads maps in which others wrote. */
  private static void joinsAmongStrangers(String home) throws Exception {
    LblcService joined = members.get(2).deploy(new JsonObject());
    try (Lease lease = joined.acquire("/kept")) {
      assertThat(lease.server().id()).isEqualTo(home);
      assertThat(
              Objects.requireNonNull(Lblc.of(members.get(2).vertx()).cluster()).dropped())
          .hasEntrySatisfying("homes", count -> assertThat(count).isPositive());
    } finally {
      for (String id : members.get(2).vertx().deploymentIDs()) {
        members.get(2).vertx().undeploy(id).await(10, TimeUnit.SECONDS);
      }
      members.get(2).vertx().eventBus().unregisterCodec(CountReportCodec.NAME);
    }
  }

  private static byte[] millionHomes() {
    Buffer record = Buffer.buffer().appendByte((byte) 1).appendInt(7).appendLong(0x1234);
    record.appendInt(1_000_000);
    for (int i = 0; i < 1_000_000; i++) {
      record.appendInt(2).appendString("s1");
    }
    return record.getBytes();
  }

  private static String place(int node, String destination) {
    try (Lease lease = NODES.get(node).acquire(destination)) {
      return lease.server().id();
    }
  }

  private static int weight(int node) {
    return NODES.get(node).status().servers().stream()
        .filter(server -> server.id().equals("s3"))
        .mapToInt(ServerStatus::weight)
        .sum();
  }

  private static long dropped(int node, String kind) {
    return Objects.requireNonNull(Lblc.of(members.get(node).vertx()).cluster())
        .dropped()
        .getOrDefault(kind, 0L);
  }

  private static List<String> homes(IMap<Object, Object> map, String destination) {
    HomeRecord record = EntryChange.record(() -> map.get(destination), HomeRecord.class);
    return record == null ? List.of() : record.homes();
  }

  private static int edited(IMap<Object, Object> map, String id) {
    ServerRecord record = EntryChange.record(() -> map.get(id), ServerRecord.class);
    return record == null ? -1 : Objects.requireNonNull(record.edits().server()).weight();
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
