package dev.lblc.plugin;

import dev.lblc.PublicApi;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * A snapshot of the queue of a service on this node.
 *
 * @param length how many wait
 * @param limit how many may wait
 * @param longestMillis how long the one of these that has waited for the longest has, in milliseconds; 0: nobody waits
 * @param bounds the upper ends of all buckets but the last, in seconds and upwards; a bound belongs to its bucket
 * @param counts how many were served after having waited, by how long: one for each bucket
 * @param sumSeconds how long these have waited, added up
 * @param full how many were refused because the queue was full
 * @param timeouts how many were refused because they had waited for too long
 * @param left how many gave their place up
 */
@PublicApi
public record QueueStatus(
    int length,
    int limit,
    long longestMillis,
    List<Double> bounds,
    List<Long> counts,
    double sumSeconds,
    long full,
    long timeouts,
    long left) {
  /** Copies the lists. */
  public QueueStatus {
    bounds = List.copyOf(bounds);
    counts = List.copyOf(counts);
  }

  /** As scripts see it. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("length", length)
        .put("limit", limit)
        .put("longestMillis", longestMillis)
        .put("served", counts.stream().mapToLong(Long::longValue).sum())
        .put("full", full)
        .put("timeouts", timeouts)
        .put("left", left);
  }
}
