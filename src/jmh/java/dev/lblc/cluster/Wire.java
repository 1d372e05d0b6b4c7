package dev.lblc.cluster;

import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.metrics.MetricDescriptor;
import com.hazelcast.internal.metrics.collectors.MetricsCollector;
import io.vertx.core.VertxBuilder;
import io.vertx.core.spi.metrics.EventBusMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What nodes of this JVM send to each other, and what they need for it: their counters, and what was added between two looks. */
final class Wire {
  private final LongAdder busMessages = new LongAdder();
  private final LongAdder busBytes = new LongAdder();

  /**
   * A look, or what came between two.
   *
   * @param busMessages of the event bus, sent
   * @param busBytes of these, with Vert.x's part
   * @param mapPackets of Hazelcast, sent
   * @param mapBytes of these
   * @param cpuNanos of all threads but that of the measuring one, the compiler's and the collector's
   * @param nanos by the clock
   */
  record Look(
      long busMessages, long busBytes, long mapPackets, long mapBytes, long cpuNanos, long nanos) {
    /** Returns what came since that one. */
    Look since(Look before) {
      return new Look(
          busMessages - before.busMessages,
          busBytes - before.busBytes,
          mapPackets - before.mapPackets,
          mapBytes - before.mapBytes,
          cpuNanos - before.cpuNanos,
          nanos - before.nanos);
    }

    /** Returns this without what would have come in the same time with nothing to do. */
    Look beyond(Look idle) {
      double share = (double) nanos / idle.nanos;
      return new Look(
          busMessages - Math.round(idle.busMessages * share),
          busBytes - Math.round(idle.busBytes * share),
          mapPackets - Math.round(idle.mapPackets * share),
          mapBytes - Math.round(idle.mapBytes * share),
          cpuNanos - Math.round(idle.cpuNanos * share),
          nanos);
    }
  }

  /** Has a Vert.x count here what its event bus sends. */
  VertxBuilder counting(VertxBuilder builder) {
    EventBusMetrics<Object> metrics = new EventBusMetrics<>() {
      @Override
      public void messageWritten(String address, int numberOfBytes) {
        busMessages.increment();
        busBytes.add(numberOfBytes);
      }
    };
    return builder.withMetrics(options -> new VertxMetrics() {
      @Override
      public EventBusMetrics<?> createEventBusMetrics() {
        return metrics;
      }
    });
  }

  /** Returns what these have sent so far. */
  Look look(List<ClusteredVertx> nodes) {
    long[] map = new long[2];
    for (ClusteredVertx node : nodes) {
      ((HazelcastInstanceProxy) node.hazelcast())
          .getOriginal()
          .node
          .getNodeEngine()
          .getMetricsRegistry()
          .collect(new Sent(map));
    }
    return new Look(
        busMessages.sum(), busBytes.sum(), map[0], map[1], cpuNanos(), System.nanoTime());
  }

  /** Of all threads of Java but this one: no compiler, no collector. */
  private static long cpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (long id : threads.getAllThreadIds()) {
      if (id != Thread.currentThread().getId()) {
        nanos += Math.max(0, threads.getThreadCpuTime(id));
      }
    }
    return nanos;
  }

  /** Adds up packets and bytes of the threads that write for Hazelcast. */
  private record Sent(long[] sums) implements MetricsCollector {
    @Override
    public void collectLong(MetricDescriptor descriptor, long value) {
      if (String.valueOf(descriptor.prefix()).equals("tcp.outputThread")) {
        switch (descriptor.metric()) {
          case "framesTransceived", "priorityFramesTransceived" -> sums[0] += value;
          case "bytesTransceived" -> sums[1] += value;
          default -> {}
        }
      }
    }

    @Override
    public void collectDouble(MetricDescriptor descriptor, double value) {}

    @Override
    public void collectException(MetricDescriptor descriptor, Exception e) {}

    @Override
    public void collectNoValue(MetricDescriptor descriptor) {}
  }
}
