package dev.lblc.simulation;

import java.util.Locale;
import java.util.Map;

/** Pictures of runs, as SVG: for each the load of each server and the hit ratio, second by second. */
public final class Plot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 160;
  private static final int LEFT = 60;
  private static final int GAP = 46;
  private static final int COLOURS = 360;

  private final StringBuilder svg = new StringBuilder();
  private final int servers;

  private Plot(int servers) {
    this.servers = servers;
  }

  /**
   * Draws runs below each other.
   *
   * @param runs by the names of their strategies
   * @param servers how many each has
   */
  public static String of(Map<String, Measurements> runs, int servers) {
    Plot plot = new Plot(servers);
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
    for (int second = 0; second < seen.seconds(); second++) {
      for (int server = 0; server < servers; server++) {
        most = Math.max(most, seen.load(second, server));
      }
    }
    frame(name + ": requests at each server", String.format(Locale.ROOT, "%.0f", most), top, seen);
    for (int server = 0; server < servers; server++) {
      add(
          "<polyline fill=\"none\" stroke=\"hsl(%d,70%%,45%%)\" points=\"",
          server * COLOURS / servers);
      for (int second = 0; second < seen.seconds(); second++) {
        point(seen, second, seen.load(second, server) / most, top);
      }
      add("\"/>\n");
    }
  }

  private void hits(String name, Measurements seen, int top) {
    frame(name + ": hit ratio", "100 %", top, seen);
    add("<polyline fill=\"none\" stroke=\"black\" points=\"");
    for (int second = 0; second < seen.seconds(); second++) {
      point(seen, second, seen.hit(second), top);
    }
    add("\"/>\n");
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

  private void point(Measurements seen, int second, double part, int top) {
    double x = LEFT + WIDTH * (second + 0.5) / Math.max(1, seen.seconds());
    add("%.1f,%.1f ", x, top + HEIGHT * (1 - part));
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
