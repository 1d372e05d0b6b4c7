package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules of {@code conf/alerts.yml}: by Prometheus's own checker, and against the metrics that there are. */
final class AlertsTest {
  private static final Path RULES = Path.of("conf", "alerts.yml");
  private static final Path CASES = Path.of("src/test/resources/dev/lblc/boot/alerts.test.yml");

  @Test
  void rules_arePrometheuss() throws Exception {
    Promtool.require();
    assertThat(Promtool.complaints("", "check", "rules", RULES.toString())).isEmpty();
  }

  @Test
  void rules_fireAndClearAsTheirCasesSay() throws Exception {
    Promtool.require();
    assertThat(Promtool.complaints("", "test", "rules", CASES.toString())).isEmpty();
  }

  @Test
  void rules_haveACaseEach_inWhichTheyFire() throws IOException {
    assertThat(found(CASES, "labels: 'ALERTS\\{alertname=\"(\\w+)\",alertstate=\"firing\""))
        .isEqualTo(found(RULES, "- alert: (\\w+)"));
  }

  @Test
  void rules_sayWhatHasHappenedAndWhatToDo() throws IOException {
    int rules = found(RULES, "- alert: (\\w+)").size();
    String text = Files.readString(RULES);
    for (String key : List.of("summary", "description", "action")) {
      assertThat(Pattern.compile("\n          " + key + ": \"[^\n]{20,}\"")
              .matcher(text)
              .results())
          .as(key)
          .hasSize(rules);
    }
  }

  @Test
  void rules_nameMetricsAndLabelsThatThereAre() throws IOException {
    MetricTable.read().assertKnows(Files.readString(RULES));
  }

  @Test
  void cases_haveSeriesAsScrapesHave() throws IOException {
    MetricTable table = MetricTable.read();
    Set<String> series = found(CASES, "- series: '(lblc_[^']+)'");
    assertThat(series).hasSizeGreaterThan(20).allSatisfy(table::assertIsWhole);
  }

  private static Set<String> found(Path file, String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(file))
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toSet());
  }
}
