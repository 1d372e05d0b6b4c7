package dev.lblc.plugin;

import dev.lblc.plugin.NoServerException.Cause;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What has become of those who waited in a queue. May be used from any thread. */
final class QueueCounts {
  private static final List<Double> BOUNDS =
      List.of(0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0);

  private final LongAdder[] buckets =
      Stream.generate(LongAdder::new).limit(BOUNDS.size() + 1).toArray(LongAdder[]::new);
  private final LongAdder sumMillis = new LongAdder();
  private final LongAdder full = new LongAdder();
  private final LongAdder timeouts = new LongAdder();
  private final LongAdder left = new LongAdder();

  /** Counts one that was served. */
  void waited(long millis) {
    int bucket = 0;
    while (bucket < BOUNDS.size() && millis > BOUNDS.get(bucket) * 1_000) {
      bucket++;
    }
    buckets[bucket].increment();
    sumMillis.add(millis);
  }

  /** Counts one that was refused. */
  void refused(Cause why) {
    if (why == Cause.QUEUE_FULL) {
      full.increment();
    } else if (why == Cause.QUEUE_TIMEOUT) {
      timeouts.increment();
    }
  }

  /** Counts one that gave its place up. */
  void left() {
    left.increment();
  }

  /** {@code longestMillis}: how long the first in line has waited, in milliseconds. */
  QueueStatus status(int length, int limit, long longestMillis) {
    return new QueueStatus(
        length,
        limit,
        longestMillis,
        BOUNDS,
        Arrays.stream(buckets).map(LongAdder::sum).toList(),
        sumMillis.sum() / 1_000.0,
        full.sum(),
        timeouts.sum(),
        left.sum());
  }
}
