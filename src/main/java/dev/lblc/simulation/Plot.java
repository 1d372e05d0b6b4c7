package dev.lblc.simulation;

import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Pictures of runs, as SVG: for each the load of each server and the hit ratio, second by second. */
public final class Plot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 160;
  private static final int LEFT = 60;
  private static final int GAP = 46;
  private static final int COLOURS = 360;

  /** A line has no more points: what is seen of more seconds is the mean of some. */
  private static final int POINTS = WIDTH / 2;

  private final StringBuilder svg = new StringBuilder();

  private Plot() {}

  /**
   * Draws runs below each other.
   *
   * @param runs by the names of their strategies
   */
  public static String of(Map<String, Measurements> runs) {
    Plot plot = new Plot();
    int height = runs.size() * 2 * (HEIGHT + GAP) + GAP;
    plot.add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">\n",
        LEFT + WIDTH + 20, height);
    plot.add("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n");
    int top = GAP;
    for (Map.Entry<String, Measurements> run : runs.entrySet()) {
      plot.loads(escaped(run.getKey()), run.getValue(), top);
      plot.hits(escaped(run.getKey()), run.getValue(), top + HEIGHT + GAP);
      top += 2 * (HEIGHT + GAP);
    }
    return plot.svg.append("</svg>\n").toString();
  }

  private void loads(String name, Measurements seen, int top) {
    double most = 1;
    for (int server = 0; server < seen.servers(); server++) {
      for (double load : points(seen, server)) {
        most = Math.max(most, load);
      }
    }
    frame(name + ": requests at each server", String.format(Locale.ROOT, "%.0f", most), top, seen);
    for (int server = 0; server < seen.servers(); server++) {
      add(
          "<polyline fill=\"none\" stroke=\"hsl(%d,70%%,45%%)\" points=\"",
          server * COLOURS / seen.servers());
      line(points(seen, server), most, top);
    }
  }

  private void hits(String name, Measurements seen, int top) {
    frame(name + ": hit ratio", "100 %", top, seen);
    add("<polyline fill=\"none\" stroke=\"black\" points=\"");
    line(means(seen.seconds(), seen::hit), 1, top);
  }

  private static double[] points(Measurements seen, int server) {
    return means(seen.seconds(), second -> seen.load(second, server));
  }

  /** Means of as many seconds each as a point stands for. */
  private static double[] means(int seconds, IntToDoubleFunction of) {
    int each = Math.max(1, (seconds + POINTS - 1) / POINTS);
    double[] means = new double[(seconds + each - 1) / each];
    for (int i = 0; i < means.length; i++) {
      int to = Math.min(seconds, (i + 1) * each);
      means[i] = IntStream.range(i * each, to).mapToDouble(of).average().orElse(0);
    }
    return means;
  }

  private void frame(String title, String most, int top, Measurements seen) {
    add("<text x=\"%d\" y=\"%d\">%s</text>\n", LEFT, top - 8, title);
    add(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>\n",
        LEFT, top, WIDTH, HEIGHT);
    add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", LEFT - 6, top + 10, most);
    add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>\n", LEFT - 6, top + HEIGHT);
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d s</text>\n",
        LEFT + WIDTH, top + HEIGHT + 14, seen.seconds());
  }

  private void line(double[] points, double most, int top) {
    for (int i = 0; i < points.length; i++) {
      double x = LEFT + WIDTH * (i + 0.5) / points.length;
      add("%.1f,%.1f ", x, top + HEIGHT * (1 - points[i] / most));
    }
    add("\"/>\n");
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
