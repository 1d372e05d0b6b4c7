package dev.lblc.scheduler;

import dev.lblc.scheduler.SchedulerOptions.EntryCounter;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The periodic check that takes unused destinations out of a table.
 *
 * <pre>
 * every 30th run: remove every entry with now >= lastUse + expiration
 * otherwise, with more than maxEntries entries:
 *   goal = min((entries - maxEntries) * 4/3, maxEntries/2)
 *   bucket by bucket, from where the last check stopped, remove what was idle for 6 minutes, until goal are removed
 * </pre>
 *
 * A bucket is finished once it was begun, so that more than the goal may go. A run that had to make room does not count
 * towards the 30.
 *
 * <p>Runs do not overlap; {@link PeriodicTimer} sees to that. The table may be used meanwhile.
 */
public final class ExpiryCheck {
  /** Every so many runs are a full check. */
  static final int RUNS_TO_FULL_CHECK = 30;

  private final DestinationTable table;
  private final Supplier<SchedulerOptions> options;
  private final Clock clock;

  private int counter = 1;
  private int rover;

  /** Of that table, with options that are asked at each run. */
  public ExpiryCheck(DestinationTable table, Supplier<SchedulerOptions> options, Clock clock) {
    this.table = table;
    this.options = options;
    this.clock = clock;
  }

  /** Runs every {@code checkInterval} from now on; the result stops it. */
  public Runnable start(PeriodicTimer timer) {
    return timer.every(options.get().checkInterval(), () -> run(entry -> {}));
  }

  /** One run; tells what it removed, in order. */
  void run(Consumer<Entry> removed) {
    if (counter % RUNS_TO_FULL_CHECK == 0) {
      removeIdle(options.get().expiration(), Long.MAX_VALUE, removed);
      counter = 1;
      return;
    }
    int max = options.get().maxEntries();
    long entries = entries();
    if (entries <= max) {
      counter++;
      return;
    }
    removeIdle(SchedulerOptions.IDLE, goal(entries, max), removed);
  }

  /** How many entries a partial check of a table over its size is to remove. */
  static long goal(long entries, int maxEntries) {
    return Math.min((entries - maxEntries) * 4 / 3, maxEntries / 2);
  }

  /** The number of entries as the option counts them. */
  long entries() {
    long drift = options.get().entryCounter() == EntryCounter.DRIFTING ? table.replacements() : 0;
    return table.size() + drift;
  }

  int counter() {
    return counter;
  }

  int rover() {
    return rover;
  }

  private void removeIdle(Duration idle, long goal, Consumer<Entry> removed) {
    long limit = idle.toMillis();
    long now = clock.millis();
    Predicate<Entry> isIdle = entry -> now - entry.lastUse() >= limit;
    long left = goal;
    for (int i = 0; i < DestinationTable.BUCKETS; i++) {
      rover = (rover + 1) % DestinationTable.BUCKETS;
      left -= table.removeIf(rover, isIdle, removed);
      if (left <= 0) {
        return;
      }
    }
  }
}
