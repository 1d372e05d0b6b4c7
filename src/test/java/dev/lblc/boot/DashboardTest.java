package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The dashboard {@code conf/grafana.json}. That its queries answer, PrometheusIT shows. */
final class DashboardTest {
  private static final int COLUMNS = 24;
  private static final JsonObject DASHBOARD = read();
  private static final List<JsonObject> PANELS = objects(DASHBOARD.getJsonArray("panels"));

  private static JsonObject read() {
    try {
      return new JsonObject(Files.readString(Path.of("conf", "grafana.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void dashboard_canBeImportedAnywhere() {
    assertThat(DASHBOARD.getValue("id")).as("Grafana gives it one").isNull();
    assertThat(DASHBOARD.getString("uid")).matches("[a-z-]{1,40}");
    assertThat(DASHBOARD.getInteger("schemaVersion")).isEqualTo(39);
    List<JsonObject> variables =
        objects(DASHBOARD.getJsonObject("templating").getJsonArray("list"));
    assertThat(variables.get(0).getString("type")).isEqualTo("datasource");
    assertThat(DASHBOARD.encode()).doesNotContain("localhost", "http:", "https:");
  }

  @Test
  void panels_areExplained_andAskTheChosenPrometheus() {
    Set<Integer> ids = new HashSet<>();
    for (JsonObject panel : PANELS) {
      assertThat(ids.add(panel.getInteger("id"))).as(panel.encode()).isTrue();
      assertThat(panel.getString("title")).isNotBlank();
      if (!panel.getString("type").equals("row")) {
        assertThat(panel.getString("description"))
            .as(panel.getString("title"))
            .hasSizeGreaterThan(40)
            .endsWith(".");
        assertThat(objects(panel.getJsonArray("targets")))
            .isNotEmpty()
            .extracting(target -> target.getJsonObject("datasource").getString("uid"))
            .containsOnly("${datasource}");
      }
    }
  }

  @Test
  void panels_doNotOverlap_andFillTheirRows() {
    Set<Integer> taken = new HashSet<>();
    int cells = 0;
    int bottom = 0;
    for (JsonObject panel : PANELS) {
      JsonObject place = panel.getJsonObject("gridPos");
      int left = place.getInteger("x");
      int top = place.getInteger("y");
      for (int x = left; x < left + place.getInteger("w"); x++) {
        for (int y = top; y < top + place.getInteger("h"); y++) {
          assertThat(x).isLessThan(COLUMNS);
          assertThat(taken.add(y * COLUMNS + x)).as(panel.getString("title")).isTrue();
          cells++;
          bottom = Math.max(bottom, y + 1);
        }
      }
    }
    assertThat(cells).isEqualTo(bottom * COLUMNS);
  }

  @Test
  void queries_nameMetricsAndLabelsThatThereAre() throws Exception {
    MetricTable table = MetricTable.read();
    Set<String> shown = new HashSet<>();
    for (JsonObject panel : PANELS) {
      for (JsonObject target : objects(panel.getJsonArray("targets", new JsonArray()))) {
        String expression = target.getString("expr");
        table.assertKnows(expression);
        table.rows().keySet().stream().filter(expression::contains).forEach(shown::add);
      }
    }
    Set<String> left = new HashSet<>(table.rows().keySet());
    left.removeAll(shown);
    assertThat(left)
        .as("not on the dashboard: a fault in the program, and what another one has better")
        .containsExactlyInAnyOrder("lblc_lease_double_release_total", "lblc_server_weight");
  }

  private static List<JsonObject> objects(JsonArray array) {
    List<JsonObject> all = new ArrayList<>();
    array.forEach(each -> all.add((JsonObject) each));
    return all;
  }
}
