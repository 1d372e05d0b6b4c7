package dev.lblc.admin;

import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.QueueStatus;
import dev.lblc.plugin.ServiceStatus;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.ServerState;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;

/**
 * The services' numbers, read when they are asked for: one snapshot of each service per scrape, and nothing is left
 * behind of a server that is gone. Connections are this node's; add up the nodes for all.
 */
final class ServiceMetrics implements MultiCollector {
  private final Lblc lblc;

  ServiceMetrics(Lblc lblc) {
    this.lblc = lblc;
  }

  @Override
  public MetricSnapshots collect() {
    CounterSnapshot.Builder decisions =
        CounterSnapshot.builder().name("lblc_decisions").help("Choices of a server, by reason");
    GaugeSnapshot.Builder destinations =
        GaugeSnapshot.builder().name("lblc_destinations").help("Entries in the destination table");
    CounterSnapshot.Builder replaced = CounterSnapshot.builder()
        .name("lblc_destinations_replaced")
        .help("Entries of the destination table that made room for others because it was full");
    CounterSnapshot.Builder refused = CounterSnapshot.builder()
        .name("lblc_destinations_refused")
        .help("Choices for a destination that was not remembered because the table was full");
    GaugeSnapshot.Builder connections = GaugeSnapshot.builder()
        .name("lblc_connections")
        .help("Connections to a server through this node");
    GaugeSnapshot.Builder up = GaugeSnapshot.builder()
        .name("lblc_server_up")
        .help("1: passes its health checks and is not ejected");
    GaugeSnapshot.Builder states = GaugeSnapshot.builder()
        .name("lblc_server_state")
        .help("1 for the state that the server is in, 0 for the others");
    GaugeSnapshot.Builder weights = GaugeSnapshot.builder()
        .name("lblc_server_weight")
        .help("Weight of a server, as configured or changed since");
    GaugeSnapshot.Builder effectiveWeights = GaugeSnapshot.builder()
        .name("lblc_server_effective_weight")
        .help("Weight that decisions go by: less in a slow start, 0 while the server is drained");
    GaugeSnapshot.Builder imbalance = GaugeSnapshot.builder()
        .name("lblc_imbalance_ratio")
        .help(
            "Active connections per weight of the server that has the most, divided by those of all usable servers, "
                + "through all nodes; 1: evenly spread");
    GaugeSnapshot.Builder queued = GaugeSnapshot.builder()
        .name("lblc_queue_length")
        .help("Requests and connections that wait on this node for a server that is full");
    HistogramSnapshot.Builder waits = HistogramSnapshot.builder()
        .name("lblc_queue_seconds")
        .help("How long those that were served after a wait have waited");
    CounterSnapshot.Builder leftQueue = CounterSnapshot.builder()
        .name("lblc_queue_left")
        .help("Requests and connections that were not served: refused, too late, or gone");
    long doubleReleases = 0;
    for (LblcService service : lblc.services()) {
      ServiceStatus status = service.status();
      String name = status.service();
      status
          .decisions()
          .forEach((reason, count) ->
              decisions.dataPoint(counter(count, "service", name, "reason", reason.label())));
      destinations.dataPoint(gauge((double) status.destinations(), "service", name));
      replaced.dataPoint(counter(status.replaced(), "service", name));
      refused.dataPoint(counter(status.refused(), "service", name));
      imbalance.dataPoint(gauge(Imbalance.of(status.servers()), "service", name));
      for (ServerStatus server : status.servers()) {
        String id = server.id();
        connections.dataPoint(
            gauge(server.active().local(), "service", name, "server", id, "state", "active"));
        connections.dataPoint(
            gauge(server.inactive().local(), "service", name, "server", id, "state", "inactive"));
        up.dataPoint(gauge(server.available() ? 1 : 0, "service", name, "server", id));
        weights.dataPoint(gauge(server.weight(), "service", name, "server", id));
        effectiveWeights.dataPoint(gauge(server.effectiveWeight(), "service", name, "server", id));
        for (ServerState state : ServerState.values()) {
          states.dataPoint(gauge(
              server.state() == state ? 1 : 0,
              "service",
              name,
              "server",
              id,
              "state",
              state.label()));
        }
      }
      QueueStatus queue = status.queue();
      if (queue != null) {
        queued.dataPoint(gauge(queue.length(), "service", name));
        waits.dataPoint(waits(queue, name));
        leftQueue.dataPoint(counter(queue.full(), "service", name, "reason", "queue_full"));
        leftQueue.dataPoint(counter(queue.timeouts(), "service", name, "reason", "queue_timeout"));
        leftQueue.dataPoint(counter(queue.left(), "service", name, "reason", "client_left"));
      }
      doubleReleases += status.doubleReleases();
    }
    CounterSnapshot released = CounterSnapshot.builder()
        .name("lblc_lease_double_release")
        .help("Leases closed more than once: a fault in the program")
        .dataPoint(counter(doubleReleases))
        .build();
    return MetricSnapshots.of(
        decisions.build(),
        destinations.build(),
        replaced.build(),
        refused.build(),
        connections.build(),
        up.build(),
        states.build(),
        weights.build(),
        effectiveWeights.build(),
        imbalance.build(),
        queued.build(),
        waits.build(),
        leftQueue.build(),
        released);
  }

  private static HistogramDataPointSnapshot waits(QueueStatus queue, String service) {
    List<Double> bounds = new ArrayList<>(queue.bounds());
    bounds.add(Double.POSITIVE_INFINITY);
    return HistogramDataPointSnapshot.builder()
        .classicHistogramBuckets(ClassicHistogramBuckets.of(
            bounds, queue.counts().stream().map(count -> (Number) count).toList()))
        .sum(queue.sumSeconds())
        .labels(Labels.of("service", service))
        .build();
  }

  private static CounterDataPointSnapshot counter(long value, String... labels) {
    return CounterDataPointSnapshot.builder()
        .value((double) value)
        .labels(Labels.of(labels))
        .build();
  }

  private static GaugeDataPointSnapshot gauge(double value, String... labels) {
    return GaugeDataPointSnapshot.builder()
        .value(value)
        .labels(Labels.of(labels))
        .build();
  }
}
