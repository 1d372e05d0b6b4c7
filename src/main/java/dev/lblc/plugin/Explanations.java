package dev.lblc.plugin;

import dev.lblc.scheduler.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What tells a person why a server would be chosen. */
final class Explanations {
  private Explanations() {}

  /**
   * Returns a sentence, and the strategy's behind it.
   *
   * @param homes ids of the servers that the table holds for the destination; empty: the strategy keeps them elsewhere
   * @param grounds what the strategy says it goes by, in sentences; empty: nothing, and new destinations go to the least loaded server
   */
  static String text(Reason reason, @Nullable String server, List<String> homes, String grounds) {
    return grounds.isEmpty()
        ? sentence(reason, server, homes, "the least loaded server is ")
        : sentence(reason, server, homes, "it gets ") + ". " + grounds;
  }

  private static String sentence(
      Reason reason, @Nullable String server, List<String> homes, String finds) {
    String home = switch (homes.size()) {
      case 0 -> "its home";
      case 1 -> "its home " + homes.get(0);
      default -> "its set " + homes;
    };
    return switch (reason) {
      case HIT ->
        homes.size() <= 1
            ? "goes to its home " + server
            : "goes to " + server + ", the least loaded of " + home;
      case PLACED -> "has no home; " + finds + server;
      case OVERLOADED -> "leaves " + home + ", which is overloaded, for " + server;
      case UNAVAILABLE -> "leaves " + home + ", which is not available, for " + server;
      case QUIESCED ->
        "leaves " + home + ", which gets nothing new (weight 0 or drained), for " + server;
      case EXPIRED -> "its entry has expired; " + finds + server;
      case NO_DESTINATION -> "is not remembered; the least loaded server is " + server;
      case NONE -> "no server is available";
    };
  }
}
