package dev.lblc.cluster;

import dev.lblc.cluster.CountReport.Counts;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Servers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other nodes how many connections go through this one, and takes in what they tell: absolute counts over the
 * event bus, which may lose, delay or repeat them.
 *
 * <p>Confined to the context that it was started on, but for what {@link PeerCounts} guards.
 */
final class SharedCounts {
  private static final Logger LOG = LoggerFactory.getLogger(SharedCounts.class);

  static final String ADDRESS = "lblc.counts";
  private static final long AT_LEAST_EVERY_MILLIS = 1_000;
  private static final long EAGER_MILLIS = 3_000;
  private static final DeliveryOptions OPTIONS =
      new DeliveryOptions().setCodecName(CountReportCodec.NAME);

  private final String node;
  private final long epoch;
  private final Map<String, Servers> services;
  private final PeerCounts peers;
  private final ClusterTime time;
  private final Degradation degradation;
  private final EventBus eventBus;

  private boolean toldOfMalformed;
  private long sequence;
  private Map<String, Map<String, Counts>> lastPublished = Map.of();
  private long lastPublishedMillis;
  private volatile long eagerUntilMillis;
  private @Nullable MessageConsumer<CountReport> consumer;

  SharedCounts(
      String node,
      long epoch,
      Map<String, Servers> services,
      PeerCounts peers,
      ClusterTime time,
      Degradation degradation,
      Vertx vertx) {
    this.node = node;
    this.epoch = epoch;
    this.services = services;
    this.peers = peers;
    this.time = time;
    this.degradation = degradation;
    this.eventBus = vertx.eventBus();
    this.lastPublishedMillis = time.nowMillis() - AT_LEAST_EVERY_MILLIS;
  }

  /** Complete once this node is known to listen. */
  Future<Void> start() {
    MessageConsumer<CountReport> listening = eventBus.consumer(ADDRESS, message -> {
      CountReport report = report(message);
      if (report != null && !report.node().equals(node)) {
        peers.received(report, time.nowMillis());
        degradation.worked(Degradation.node(report.node()));
      }
    });
    consumer = listening;
    beEager();
    return listening.completion();
  }

  /** What the message says; null if it is none of ours: an event bus takes messages from anybody. */
  private @Nullable CountReport report(Message<CountReport> message) {
    try {
      return message.body();
    } catch (RuntimeException e) { // not readable, or not a report
      if (toldOfMalformed) {
        LOG.debug("a message to {} is not a report", ADDRESS, e);
      } else {
        toldOfMalformed = true;
        LOG.warn(
            "a message to {} is not a report; more such are not told of: {}",
            ADDRESS,
            e.toString());
      }
      return null;
    }
  }

  /** For a while every tick publishes: somebody joined, whose registration may take a moment to be known here. */
  void beEager() {
    eagerUntilMillis = time.nowMillis() + EAGER_MILLIS;
  }

  /** Every report interval: publishes what changed, and everything once a second. */
  void tick() {
    long now = time.nowMillis();
    Map<String, Map<String, Counts>> counts = ownCounts();
    boolean isDue =
        now - lastPublishedMillis >= AT_LEAST_EVERY_MILLIS || now - eagerUntilMillis < 0;
    if (isDue || !counts.equals(lastPublished)) {
      lastPublished = counts;
      lastPublishedMillis = now;
      eventBus.publish(ADDRESS, new CountReport(node, epoch, ++sequence, counts), OPTIONS);
    }
  }

  void stop() {
    if (consumer != null) {
      consumer.unregister();
    }
  }

  private Map<String, Map<String, Counts>> ownCounts() {
    Map<String, Map<String, Counts>> counts = new LinkedHashMap<>();
    services.forEach((name, servers) -> {
      Map<String, Counts> own = new LinkedHashMap<>();
      for (Server server : servers.list()) {
        Counts busy = new Counts(server.localActive(), server.localInactive());
        if (!busy.equals(Counts.NONE)) {
          own.put(server.id(), busy);
        }
      }
      counts.put(name, own);
    });
    return counts;
  }
}
