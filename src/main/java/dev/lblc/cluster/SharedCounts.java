package dev.lblc.cluster;

import dev.lblc.cluster.CountReport.Counts;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Servers;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The publisher and the subscriber of connection counts: absolute counts over the event bus, which may lose, delay or repeat
 * them.
 *
 * <p>Confined to the context that it was started on, but for what {@link PeerCounts} guards.
 */
final class SharedCounts {
  private static final System.Logger LOG = System.getLogger(SharedCounts.class.getName());
  private static final long AT_LEAST_EVERY_MILLIS = 1_000;

  /** Two that were lost make nobody silent. */
  private static final int IN_A_PEER_TIMEOUT = 3;

  private static final long EAGER_MILLIS = 3_000;

  /** While somebody joins, as many servers are told again and again in a millisecond: 2,000 at each interval of 50 ms. */
  private static final int EAGER_PER_MILLI = 40;

  private static final long FIRST_PAUSE_MILLIS = 1_000;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  /** Two reports that did not come in a row: nobody is silent for so long who is there and heard. */
  static final long SILENT_MILLIS = 2 * AT_LEAST_EVERY_MILLIS;

  private static final DeliveryOptions OPTIONS =
      new DeliveryOptions().setCodecName(CountReportCodec.NAME);

  private final String address;
  private final long atLeastEveryMillis;
  private final NodeContext context;
  private final Supplier<Map<String, Servers>> services;
  private final PeerCounts peers;
  private final ClusterTime time;
  private final EventBus eventBus;
  private final Supplier<Future<?>> tellAddress;
  private final Supplier<Map<String, Map<String, Integer>>> configs;
  private final Supplier<Map<String, List<HomeHint>>> hints;
  private final Consumer<Map<String, List<HomeHint>>> heard;
  private final Runnable heardAgain;

  private long sequence;
  private final OwnCounts told = new OwnCounts();
  private long lastDueMillis;
  private volatile long eagerUntilMillis;
  private @Nullable MessageConsumer<CountReport> consumer;
  private Future<Void> listening = Future.succeededFuture();
  private Future<?> telling = Future.succeededFuture();
  private long nextRegistrationMillis;
  private long pauseMillis = FIRST_PAUSE_MILLIS;

  /**
   * Publishes and hears nothing yet.
   *
   * @param peerTimeoutMillis after which other nodes take this one for silent
   * @param tellAddress puts the address of this node's event bus into the cluster's map again; does not wait
   */
  SharedCounts(
      String address,
      long peerTimeoutMillis,
      NodeContext context,
      Supplier<Map<String, Servers>> services,
      PeerCounts peers,
      EventBus eventBus,
      Supplier<Future<?>> tellAddress,
      Supplier<Map<String, Map<String, Integer>>> configs,
      Supplier<Map<String, List<HomeHint>>> hints,
      Consumer<Map<String, List<HomeHint>>> heard,
      Runnable heardAgain) {
    this.address = address;
    this.atLeastEveryMillis =
        Math.min(AT_LEAST_EVERY_MILLIS, peerTimeoutMillis / IN_A_PEER_TIMEOUT);
    this.context = context;
    this.services = services;
    this.peers = peers;
    this.time = context.time();
    this.eventBus = eventBus;
    this.tellAddress = tellAddress;
    this.configs = configs;
    this.hints = hints;
    this.heard = heard;
    this.heardAgain = heardAgain;
    this.lastDueMillis = time.nowMillis() - atLeastEveryMillis;
    this.nextRegistrationMillis = time.nowMillis() + FIRST_PAUSE_MILLIS;
  }

  /** Returns the address that reports are published to. */
  String address() {
    return address;
  }

  /** Subscribes to reports; complete once the other nodes know. */
  Future<Void> start() {
    beEager();
    return listen();
  }

  /** Returns the report in a message; null if it is none of ours: an event bus takes messages from anybody. */
  private @Nullable CountReport report(Message<?> message) {
    try {
      Object body = message.body();
      if (body instanceof CountReport report) {
        return report;
      }
      drop(null, "a body of " + (body == null ? "nothing" : body.getClass().getName()));
      return null;
    } catch (RuntimeException e) { // not readable, or not a report
      drop(null, String.valueOf(e));
      return null;
    }
  }

  /** Publishes all counts again and again for a while: somebody joined, whose registration may take a moment to be known here. */
  void beEager() {
    eagerUntilMillis = time.nowMillis() + EAGER_MILLIS;
  }

  /**
   * Publishes if counts have changed, or a second has passed, or a third of {@code peerTimeout}: then, and while somebody joins, all counts, else those that
   * changed. Nodes of an earlier release need all of them each time. Called every report interval.
   */
  void tick() {
    long now = time.nowMillis();
    Map<String, Map<String, Counts>> counts = ownCounts();
    long sinceDue = now - lastDueMillis;
    boolean isDue = sinceDue >= atLeastEveryMillis
        || (now - eagerUntilMillis < 0 && sinceDue >= told.size() / EAGER_PER_MILLI);
    Map<String, List<HomeHint>> hinted = hints.get();
    if (isDue) {
      lastDueMillis = now;
      publishAll(counts, configs.get(), hinted);
    } else if (!hinted.isEmpty() || told.differ(counts)) {
      if (peers.allReadChanges()) {
        publish(new CountReport(
            context.node(), context.epoch(), ++sequence, told.tellChanges(counts), hinted));
      } else {
        publishAll(counts, Map.of(), hinted);
      }
    }
  }

  private void publishAll(
      Map<String, Map<String, Counts>> counts,
      Map<String, Map<String, Integer>> digests,
      Map<String, List<HomeHint>> hinted) {
    told.tellAll(++sequence, counts);
    publish(new CountReport(context.node(), context.epoch(), sequence, counts, digests, hinted));
  }

  /**
   * Registers anew while some member is not heard, after longer and longer pauses. Called at every tick. Vert.x keeps who listens,
   * and where, in maps of the cluster and copies on every node, and after a fault of the network this node may be missing from any,
   * for ever. Registering anew puts it there and tells all.
   */
  void keepListening(boolean hearsAll) {
    long now = time.nowMillis();
    if (hearsAll) {
      nextRegistrationMillis = now + FIRST_PAUSE_MILLIS;
      pauseMillis = FIRST_PAUSE_MILLIS;
    } else if (now - nextRegistrationMillis >= 0 && listening.isComplete()) {
      nextRegistrationMillis = now + pauseMillis;
      pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
      if (telling.isComplete()) {
        telling = tellAddress.get();
      }
      MessageConsumer<CountReport> before = consumer;
      listen();
      if (before != null) {
        before.unregister(); // what both get is dropped as a repetition
      }
    }
  }

  void stop() {
    if (consumer != null) {
      consumer.unregister();
    }
  }

  /** Publishes a report. Vert.x sends it to one node after the other, and stops at one whose connection was just closed. */
  private void publish(CountReport report) {
    try {
      eventBus.publish(address, report, OPTIONS);
    } catch (IllegalStateException e) {
      LOG.log(
          Level.DEBUG,
          "a report of connections did not reach all nodes; the next tick sends a whole one",
          e);
      lastDueMillis -= atLeastEveryMillis;
    }
  }

  private Future<Void> listen() {
    MessageConsumer<CountReport> started =
        eventBus.consumer(address, message -> received(report(message)));
    consumer = started;
    listening = started.completion();
    return listening;
  }

  private void received(@Nullable CountReport report) {
    if (report != null && !report.node().equals(context.node())) {
      PeerCounts.Receipt receipt = peers.received(report, time.nowMillis());
      if (receipt == PeerCounts.Receipt.ONE_TOO_MANY) {
        drop("node " + report.node(), "one node more than can be (" + PeerCounts.MOST + ")");
        return;
      }
      heard.accept(report.hints()); // late ones too: each stands for itself
      if (receipt == PeerCounts.Receipt.KNOWN
          && context.degradation().worked(Degradation.node(report.node()))) {
        heardAgain.run();
      }
    }
  }

  private void drop(@Nullable String from, String why) {
    context.dropped().dropped(Dropped.Kind.COUNTS, "messages to " + address, from, why);
  }

  private Map<String, Map<String, Counts>> ownCounts() {
    Map<String, Map<String, Counts>> counts = new LinkedHashMap<>();
    services.get().forEach((name, servers) -> {
      Map<String, Counts> own = new LinkedHashMap<>();
      for (Server server : servers.list()) {
        Counts busy = new Counts(server.localActive(), server.localInactive());
        if (!busy.equals(Counts.NONE)) {
          own.put(server.id(), busy);
        }
      }
      if (servers.waiting() > 0) {
        own.put(CountReport.WAITING, new Counts(servers.waiting(), 0));
      }
      counts.put(name, own);
    });
    return counts;
  }
}
