package dev.lblc.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * When the kernel's expiry timer ran in a recording. That says so only where it was watched; it runs every 61.44 s, so that
 * one known run dates all others since the scheduler was created.
 */
public final class KernelTimer {
  private static final long PERIOD_MILLIS = 61_440;
  private static final long FIRST_RUN_AFTER_MILLIS = 60_000;

  private KernelTimer() {}

  /** The runs in milliseconds, for a scheduler created at {@code start}, as long as these rows go. */
  public static List<Long> runs(long start, List<JsonObject> rows) {
    long end = rows.stream()
        .mapToLong(row -> millis(row.getDouble("t_end", row.getDouble("t"))))
        .max()
        .orElse(start);
    long known = rows.stream()
        .flatMap(row -> row.getString("op").equals("full_check")
            ? Stream.of(row.getDouble("t"))
            : row.getJsonArray("ticks", new JsonArray()).stream()
                .map(tick -> ((JsonArray) tick).getDouble(0)))
        .mapToLong(KernelTimer::millis)
        .findFirst()
        .orElse(start + PERIOD_MILLIS);
    long first = known - (known - start - FIRST_RUN_AFTER_MILLIS) / PERIOD_MILLIS * PERIOD_MILLIS;
    List<Long> runs = new ArrayList<>();
    for (long at = first; at <= end; at += PERIOD_MILLIS) {
      runs.add(at);
    }
    return runs;
  }

  /** A time of a recording in milliseconds. */
  public static long millis(double seconds) {
    return Math.round(seconds * 1_000);
  }
}
