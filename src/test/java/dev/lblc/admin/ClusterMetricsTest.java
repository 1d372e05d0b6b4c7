package dev.lblc.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.plugin.ClusterStatus;
import dev.lblc.plugin.ClusterStatus.Node;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ClusterMetricsTest {
  @Test
  void ages_ofNodesWithOneName_areToldApart() {
    assertThat(names(
            node("id-1", "gw-1:5701", true),
            node("id-2", "gw-2:5701", false),
            node("id-3", "gw-2:5701", false)))
        .containsExactlyInAnyOrder("gw-2:5701", "gw-2:5701 id-3");
  }

  @Test
  void metrics_haveTheLabelsOfTheUsersTable() throws IOException {
    String table = Files.readString(Path.of("conf", "README.md"));
    ClusterStatus status = new ClusterStatus(
        "id-1",
        1,
        List.of(node("id-2", "gw-2:5701", false)),
        List.of(),
        Set.of(),
        0,
        Map.of("homes", 3L));
    assertThat(ClusterMetrics.of(status).stream()).hasSize(5).allSatisfy(metric -> {
      String labels = metric.getDataPoints().get(0).getLabels().stream()
          .map(label -> "`" + label.getName() + "` ")
          .collect(Collectors.joining());
      String row = metric instanceof CounterSnapshot ? "_total` | counter | " : "` | gauge | ";
      assertThat(table).contains("| `" + metric.getMetadata().getName() + row + labels + "|");
    });
  }

  private static List<String> names(Node... nodes) {
    ClusterStatus status =
        new ClusterStatus("id-1", 1, List.of(nodes), List.of(), Set.of(), 0, Map.of());
    return ClusterMetrics.of(status).stream()
        .filter(metric -> metric.getMetadata().getName().equals("lblc_peer_report_age_seconds"))
        .map(MetricSnapshot::getDataPoints)
        .flatMap(List::stream)
        .map(DataPointSnapshot::getLabels)
        .map(labels -> labels.get("node"))
        .toList();
  }

  private static Node node(String id, String name, boolean self) {
    return new Node(id, name, "127.0.0.1:5701", self, 1, 20, Map.of(), List.of());
  }
}
