package dev.lblc.cli;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** The queue of a service in words, of the admin API's JSON. */
final class QueueLine {
  private static final double MILLIS_PER_SECOND = 1_000;

  private QueueLine() {}

  /** Returns who waits: {@code 12 of 200 wait, the first for 3.2 s}. */
  static String waiting(JsonObject queue) {
    long length = queue.getLong("length");
    String all = length + " of " + queue.getLong("limit") + " wait";
    return length == 0
        ? all
        : String.format(
            Locale.ROOT,
            "%s, the first for %.1f s",
            all,
            queue.getLong("longestMillis", 0L) / MILLIS_PER_SECOND);
  }

  /** Returns who waits, and what has become of those who did since the start. */
  static String whole(JsonObject queue) {
    return waiting(queue) + "; since the start " + queue.getLong("served") + " served, "
        + queue.getLong("full") + " refused at once, " + queue.getLong("timeouts")
        + " refused after the timeout, " + queue.getLong("left") + " left";
  }
}
