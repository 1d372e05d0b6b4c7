package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The table of all metrics in {@code conf/README.md}, which MetricsIT compares with a scrape.
 *
 * @param rows by the name of the metric
 */
record MetricTable(Map<String, Row> rows) {
  /** Labels that Prometheus adds to each series. */
  private static final Set<String> ADDED = Set.of("instance", "job");

  /** Rows such as {@code | `name` | type | `label`, `label` | meaning |}. */
  private static final Pattern ROW =
      Pattern.compile("\\| `(lblc_\\w+)` \\| (\\w+) \\|([^|]*)\\| .+ \\|");

  private static final Pattern METRIC = Pattern.compile("\\blblc_\\w+");
  private static final Pattern SERIES = Pattern.compile("(lblc_\\w+)\\{([^}]*)\\}");
  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\"");

  /** A metric. */
  record Row(String type, Set<String> labels) {}

  static MetricTable read() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("conf", "README.md"))) {
      Matcher found = ROW.matcher(line);
      if (found.matches()) {
        Set<String> labels = Pattern.compile("`(\\w+)`")
            .matcher(found.group(3))
            .results()
            .map(label -> label.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
        rows.put(found.group(1), new Row(found.group(2), labels));
      }
    }
    return new MetricTable(rows);
  }

  /** Fails if an expression of Prometheus names a metric of the gateway that is not there, or selects by a label that it does not have. */
  void assertKnows(String expression) {
    for (MatchResult metric : METRIC.matcher(expression).results().toList()) {
      Row unused = row(metric.group());
    }
    for (MatchResult series : SERIES.matcher(expression).results().toList()) {
      assertThat(labels(series.group(1))).as(expression).containsAll(named(series.group(2)));
    }
  }

  /** Fails if a series is not of the form that it would have in Prometheus. */
  void assertIsWhole(String series) {
    Matcher parts = SERIES.matcher(series);
    assertThat(parts.matches()).as(series).isTrue();
    assertThat(named(parts.group(2)))
        .as(series)
        .containsExactlyInAnyOrderElementsOf(labels(parts.group(1)));
  }

  private static Set<String> named(String labels) {
    return LABEL.matcher(labels).results().map(label -> label.group(1)).collect(Collectors.toSet());
  }

  private Set<String> labels(String metric) {
    Set<String> labels = new TreeSet<>(row(metric).labels());
    labels.addAll(ADDED);
    if (metric.endsWith("_bucket")) {
      labels.add("le");
    }
    return labels;
  }

  private Row row(String metric) {
    Row row = rows.get(metric);
    if (row != null) {
      return row;
    }
    Row histogram = rows.get(metric.replaceFirst("_(bucket|sum|count)$", ""));
    if (histogram == null || !histogram.type().equals("histogram")) {
      throw new AssertionError(metric + " is not in the table of conf/README.md");
    }
    return histogram;
  }
}
