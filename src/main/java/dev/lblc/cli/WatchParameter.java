package dev.lblc.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * How a command shows snapshots of a running gateway that come each second: on a terminal in one place, else one below the other.
 * Ctrl-C ends the process.
 */
final class WatchParameter {
  /** To the upper left corner; then whatever is there is removed. */
  private static final String REDRAW = "\033[H\033[J";

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Ends after N snapshots (default: with Ctrl-C).")
  private @Nullable Integer count;

  @Option(names = "--json", description = "JSON, in one line each time.")
  private boolean isJson;

  boolean isJson() {
    return isJson;
  }

  /**
   * Shows snapshots until the gateway ends, which is an error, or there have been enough.
   *
   * @param json what is shown of a snapshot as JSON
   * @param lines what is shown for people
   */
  void show(
      AdminClient client,
      PrintWriter out,
      Function<JsonObject, Object> json,
      Function<JsonObject, List<String>> lines)
      throws CommandException {
    boolean isTerminal = Terminal.isThere() && !isJson;
    int[] shown = {0};
    client.follow("/api/v1/stream", snapshot -> {
      if (isJson) {
        out.println(json.apply(snapshot));
      } else {
        out.print(isTerminal ? REDRAW : shown[0] == 0 ? "" : System.lineSeparator());
        lines.apply(snapshot).forEach(out::println);
      }
      out.flush();
      shown[0]++;
      return count == null || shown[0] < count;
    });
    if (count == null || shown[0] < count) {
      throw new CommandException(client.base() + " has ended the connection");
    }
  }
}
