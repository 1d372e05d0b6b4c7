package dev.lblc.cli;

import dev.lblc.simulation.Figures;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a simulation has found, as text and as JSON. */
final class SimulationReport {
  private static final String[] HEADINGS = {
    "strategy",
    "time",
    "hit",
    "imbalance",
    "99 %",
    "mean ms",
    "p99 ms",
    "errors",
    "moves/request",
    "entries"
  };

  private final List<String[]> rows = new ArrayList<>();

  SimulationReport() {
    rows.add(HEADINGS);
  }

  /**
   * Adds what was seen with a strategy, by the names of stretches of time.
   *
   * @param entries how many destinations its table had at the end
   */
  void add(String strategy, Map<String, Figures> seen, int entries) {
    seen.forEach((stretch, figures) -> rows.add(new String[] {
      strategy,
      stretch,
      text("%.2f %%", 100 * figures.hit()),
      figures.imbalance() > 0
          ? text("%.3f", figures.imbalance())
          : "-", // there was no whole second
      text("%.2f", figures.imbalance99()),
      text("%.2f", figures.meanMillis()),
      text("%.1f", figures.p99Millis()),
      Long.toString(figures.errors()),
      text("%.6f", figures.movesPerRequest()),
      Integer.toString(entries)
    }));
  }

  /** Returns the table, line by line. */
  List<String> lines() {
    return Columns.format(rows, column -> column < 2);
  }

  /** Returns figures as JSON has them. */
  static JsonObject json(Figures figures) {
    return new JsonObject()
        .put("hit", rounded(figures.hit(), 5))
        .put("imbalance", rounded(figures.imbalance(), 4))
        .put("imbalance99", rounded(figures.imbalance99(), 4))
        .put("meanMs", rounded(figures.meanMillis(), 3))
        .put("p99Ms", rounded(figures.p99Millis(), 2))
        .put("errors", figures.errors())
        .put("movesPerRequest", rounded(figures.movesPerRequest(), 8));
  }

  private static double rounded(double number, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(number * scale) / scale;
  }

  private static String text(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }
}
