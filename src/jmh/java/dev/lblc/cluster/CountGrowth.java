package dev.lblc.cluster;

import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What reports of connections cost: nodes that publish and hear counts as those of a cluster do, on the event loop of one
 * Vert.x. Reports go through their written form for each that hears them; sockets, and what Vert.x sends with a message,
 * are left out. Time is the program's: it does not matter what else the machine has to do.
 */
final class CountGrowth {
  private static final long INTERVAL_MILLIS = 50;

  /** Longer than nodes tell all counts for the sake of those that have just joined. */
  private static final long JOIN_MILLIS = 5_000;

  private static final int WARM_UP_INTERVALS = 20;

  private final Vertx vertx = Vertx.vertx(new VertxOptions()
      .setMaxEventLoopExecuteTime(1)
      .setMaxEventLoopExecuteTimeUnit(TimeUnit.HOURS));
  private final Context context = vertx.getOrCreateContext();
  private final ClusterThread thread = ClusterThread.start("lblc-cluster");
  private final List<Node> nodes = new ArrayList<>();
  private final CountReportCodec codec = new CountReportCodec();
  private long nowMillis = 1_000_000;
  private int told;
  private long messages;
  private long bytes;

  /** One node: what it shares, and the servers of all its services. */
  private record Node(SharedCounts counts, List<Held> servers) {}

  private record Held(Servers service, Server server) {}

  /**
   * A line of the table.
   *
   * @param changing servers of which each node's counts change at an interval
   */
  record Result(
      int nodes, int servers, int changing, double messages, double bytes, double cpuMicros) {
    static final String HEAD = "%5s %8s %9s %18s %14s %14s %18s %16s%n"
        .formatted(
            "nodes",
            "servers",
            "changing",
            "messages/interval",
            "bytes/message",
            "CPU us/message",
            "CPU us/interval",
            "MB/s of a node");

    /** Per node; a message is counted where it is received, and of it the CPU that it took to write it and to read it. */
    @Override
    public String toString() {
      double eachMessages = messages / nodes;
      return "%5d %8d %9d %18.1f %14.0f %14.1f %18.0f %16.2f"
          .formatted(
              nodes,
              servers,
              changing,
              eachMessages,
              bytes / Math.max(1, messages),
              cpuMicros / Math.max(1, messages),
              cpuMicros / nodes,
              bytes / nodes / INTERVAL_MILLIS / 1e3);
    }
  }

  private CountGrowth() {}

  /**
   * Measures.
   *
   * @param changing servers of each node whose counts change at each interval
   * @param intervals how many to measure
   */
  static Result measure(int nodes, int services, int servers, int changing, int intervals) {
    CountGrowth growth = new CountGrowth();
    try {
      growth.vertx.eventBus().registerCodec(growth.new ThroughBytes());
      growth.onLoop(() -> growth.start(nodes, services, servers));
      growth.run(1, changing);
      growth.nowMillis += JOIN_MILLIS;
      growth.run(WARM_UP_INTERVALS, changing);
      growth.messages = 0;
      growth.bytes = 0;
      long cpuNanos = growth.run(intervals, changing);
      growth.checkTruth();
      return new Result(
          nodes,
          services * servers,
          changing,
          (double) growth.messages / intervals,
          (double) growth.bytes / intervals,
          cpuNanos / 1e3 / intervals);
    } finally {
      growth.vertx.close().await();
    }
  }

  private void start(int nodeCount, int services, int servers) {
    for (int i = 0; i < nodeCount; i++) {
      Map<String, Servers> ofNode = new LinkedHashMap<>();
      List<Held> held = new ArrayList<>();
      for (int j = 0; j < services; j++) {
        Servers ofService = new Servers();
        for (int k = 0; k < servers; k++) {
          String host = "10.1." + j + "." + k;
          Server server =
              ofService.add(new ServerSpec(host + ":8080", host, 8080, 100, 1_000_000, 0));
          ofService.bind(server);
          held.add(new Held(ofService, server));
        }
        ofNode.put("service-" + j, ofService);
      }
      ClusterTime time = new ClusterTime(() -> nowMillis, () -> nowMillis);
      NodeContext node = new NodeContext("node-" + i, 1, time, thread, new Degradation());
      SharedCounts counts = new SharedCounts(
          "lblc.counts",
          3_000,
          node,
          () -> ofNode,
          new PeerCounts(() -> ofNode),
          vertx.eventBus(),
          null, // only for those that hear nothing
          Map::of,
          Map::of,
          hints -> {},
          () -> {});
      counts.start();
      nodes.add(new Node(counts, held));
    }
  }

  /** Returns the CPU time that the event loop took for so many intervals, in nanoseconds. */
  private long run(int intervals, int changing) {
    long nanos = 0;
    for (int i = 0; i < intervals; i++) {
      int interval = i;
      nanos -= onLoop(() -> nodes.forEach(node -> change(node, interval, changing)));
      onLoop(() -> nodes.forEach(node -> node.counts().tick()));
      nanos += onLoop(() -> {}); // behind all messages
      nowMillis += INTERVAL_MILLIS;
    }
    return nanos;
  }

  /** Returns the CPU time of the event loop when it has done that, in nanoseconds. */
  private long onLoop(Runnable task) {
    Promise<Long> done = Promise.promise();
    context.runOnContext(now -> {
      task.run();
      done.complete(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
    });
    return done.future().await();
  }

  /** Every node sees what all have, or the figures are worth nothing. */
  private void checkTruth() {
    for (int i = 0; i < nodes.get(0).servers().size(); i++) {
      int place = i;
      int all = nodes.stream()
          .mapToInt(node -> node.servers().get(place).server().localActive())
          .sum();
      if (nodes.stream().anyMatch(node -> node.servers().get(place).server().active() != all)) {
        throw new IllegalStateException("nodes do not agree on their counts");
      }
    }
  }

  private static void change(Node node, int interval, int changing) {
    List<Held> servers = node.servers();
    for (int i = 0; i < changing; i++) {
      Held held = servers.get((int) (((long) interval * changing + i) % servers.size()));
      if (held.server().localActive() > 1) {
        held.service().unbindActive(held.server());
      } else {
        held.service().bind(held.server());
      }
    }
  }

  /** Each other node gets a report from its bytes. */
  private final class ThroughBytes implements MessageCodec<CountReport, CountReport> {
    @Override
    public void encodeToWire(Buffer buffer, CountReport report) {
      codec.encodeToWire(buffer, report);
    }

    @Override
    public CountReport decodeFromWire(int position, Buffer buffer) {
      return codec.decodeFromWire(position, buffer);
    }

    @Override
    public CountReport transform(CountReport report) {
      // A report goes to all nodes in the order in which they listened, to its own, too, which
      // needs no bytes.
      if (report.node().equals("node-" + told++ % nodes.size())) {
        return report;
      }
      Buffer buffer = Buffer.buffer();
      codec.encodeToWire(buffer, report);
      messages++;
      bytes += buffer.length();
      return codec.decodeFromWire(0, buffer);
    }

    @Override
    public String name() {
      return codec.name();
    }

    @Override
    public byte systemCodecID() {
      return codec.systemCodecID();
    }
  }
}
