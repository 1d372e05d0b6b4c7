package dev.lblc.admin;

import dev.lblc.plugin.ClusterStatus;
import dev.lblc.plugin.Lblc;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.HashSet;
import java.util.Set;

/** How this node sees its cluster, read when it is asked for; nothing, if it is alone by configuration. */
final class ClusterMetrics implements MultiCollector {
  private static final double MILLIS = 1_000;

  private final Lblc lblc;

  ClusterMetrics(Lblc lblc) {
    this.lblc = lblc;
  }

  @Override
  public MetricSnapshots collect() {
    ClusterStatus status = lblc.cluster();
    return status == null ? MetricSnapshots.of() : of(status);
  }

  /** Returns the numbers of a cluster as this node sees it. */
  static MetricSnapshots of(ClusterStatus status) {
    GaugeSnapshot.Builder ages = GaugeSnapshot.builder()
        .name("lblc_peer_report_age_seconds")
        .help("Since another node's last report of its connections; +Inf: it does not report");
    Set<String> names = new HashSet<>();
    for (ClusterStatus.Node node : status.nodes()) {
      if (!node.self()) {
        // Two nodes of one name would make the whole answer invalid.
        String name = names.add(node.name()) ? node.name() : node.name() + " " + node.node();
        ages.dataPoint(point(
            node.reportAgeMillis() < 0 ? Double.POSITIVE_INFINITY : node.reportAgeMillis() / MILLIS,
            Labels.of("node", name)));
      }
    }
    GaugeSnapshot degraded = GaugeSnapshot.builder()
        .name("lblc_cluster_degraded")
        .help("1: a part of the cluster does not work, and this node goes on with what it has")
        .dataPoint(point(status.degraded().isEmpty() ? 0 : 1, Labels.EMPTY))
        .build();
    GaugeSnapshot differing = GaugeSnapshot.builder()
        .name("lblc_config_digest_mismatch")
        .help("Other nodes whose services have another configuration than those of this node")
        .dataPoint(point(
            (double) status.nodes().stream()
                .filter(node -> !node.differences().isEmpty())
                .count(),
            Labels.EMPTY))
        .build();
    CounterSnapshot rejoins = CounterSnapshot.builder()
        .name("lblc_cluster_rejoins")
        .help(
            "How often this node left the cluster and joined it again because a shared map did not work")
        .dataPoint(CounterDataPointSnapshot.builder().value(status.rejoins()).build())
        .build();
    CounterSnapshot.Builder dropped = CounterSnapshot.builder()
        .name("lblc_cluster_dropped")
        .help("Records and messages of the cluster that were dropped: nodes write no such thing");
    status
        .dropped()
        .forEach((kind, count) -> dropped.dataPoint(CounterDataPointSnapshot.builder()
            .value(count)
            .labels(Labels.of("kind", kind))
            .build()));
    return MetricSnapshots.of(ages.build(), degraded, differing, rejoins, dropped.build());
  }

  private static GaugeDataPointSnapshot point(double value, Labels labels) {
    return GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
  }
}
