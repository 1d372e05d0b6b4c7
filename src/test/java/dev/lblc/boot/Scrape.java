package dev.lblc.boot;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code /metrics} has answered.
 *
 * @param text all of it
 * @param values by series, such as {@code lblc_destinations{service="images"}}
 */
record Scrape(String text, Map<String, Double> values) {
  private static final Pattern LABEL = Pattern.compile("[{,]([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");

  /** Asks an admin port that wants no token. */
  static Scrape of(String admin) throws Exception {
    HttpResponse<String> answer = HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(admin + "/metrics")).build(),
            BodyHandlers.ofString());
    Map<String, Double> values = new TreeMap<>();
    for (String line : answer.body().lines().toList()) {
      if (!line.startsWith("#")) {
        int space = line.lastIndexOf(' ');
        String value = line.substring(space + 1);
        values.put(
            line.substring(0, space),
            value.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value));
      }
    }
    return new Scrape(answer.body(), values);
  }

  /** Returns the value of a series; NaN: there is none. */
  double value(String series) {
    return values.getOrDefault(series, Double.NaN);
  }

  /** Returns by how much each series is more than it was, of those whose name fits; without those that are the same. */
  Map<String, Double> since(Scrape before, Predicate<String> name) {
    Map<String, Double> all = new TreeMap<>();
    values.forEach((series, value) -> {
      double more = value - before.values.getOrDefault(series, 0.0);
      if (more != 0 && name.test(name(series))) {
        all.put(series, more);
      }
    });
    return all;
  }

  /** Returns the type of each metric, by its name as Prometheus has it. */
  Map<String, String> types() {
    Map<String, String> all = new TreeMap<>();
    text.lines().filter(line -> line.startsWith("# TYPE ")).forEach(line -> {
      String[] words = line.split(" ", -1);
      all.put(words[2], words[3]);
    });
    return all;
  }

  /** Returns the names of the labels that a metric has, but for the bound of a histogram's bucket. */
  Set<String> labels(String metric) {
    Set<String> all = new TreeSet<>();
    values.keySet().stream()
        .filter(series -> name(series).matches(Pattern.quote(metric) + "(_bucket|_sum|_count)?"))
        .forEach(series -> {
          Matcher label = LABEL.matcher(series);
          while (label.find()) {
            all.add(label.group(1));
          }
        });
    all.remove("le");
    return all;
  }

  static String name(String series) {
    int brace = series.indexOf('{');
    return brace < 0 ? series : series.substring(0, brace);
  }
}
