package dev.lblc.cluster;

import dev.lblc.scheduler.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The quota of new destinations that this node may put into the map before it counts again how full the map is.
 *
 * <pre>
 * a count says how many the map holds:
 *   limit or more: full, for half a second
 *   else share = (limit - held) / 32, at least smallest = limit / 1,000, at least 1: it may have so many on their way
 * a count that is older than half a second is good for the smallest share alone
 * counted anew, while what is left is used: when half of the share is used or the count is old
 * </pre>
 *
 * The local table cannot tell: it gets the others' destinations late, and later the busier they are. What each node has on its
 * way is all that nodes do not know of each other when one counts; as shares shrink with what is left, together they go beyond
 * the limit by about a smallest share each.
 *
 * <p>Confined to the executor. The count is taken on a thread of its own, for it waits for every member.
 */
final class Quota {
  private static final int NODES_AND_MORE = 32;
  private static final int SMALLEST_SHARES = 1_000;
  private static final long HOLDS_MILLIS = 500;

  private final Supplier<Integer> count;
  private final Executor counter;
  private final Executor executor;
  private final Clock clock;
  private final Listener listener;

  private int share;
  private int left;
  private boolean full;
  private int held;
  private long holdsUntilMillis;
  private int onTheirWay;
  private boolean counting;

  /** Destinations that this node sent, and that the count being taken may miss. */
  private int uncounted;

  /** Whether one more destination may be sent. */
  enum Verdict {
    /** It may; the caller sends it and says when it has {@link #arrived}. */
    GRANTED,
    /** It is not known yet; the listener is called when to ask again. */
    UNKNOWN,
    /** It may not: the map is full. */
    EXHAUSTED
  }

  /** Is called, on the executor, when asking again may help. */
  interface Listener {
    /** The map was counted; a failure: it could not be. */
    void counted(@Nullable Throwable failure);
  }

  /**
   * Of a map.
   *
   * @param count of its entries; may wait
   * @param counter where it is taken
   * @param executor where everything else happens
   */
  Quota(
      Supplier<Integer> count,
      Executor counter,
      Executor executor,
      Clock clock,
      Listener listener) {
    this.count = count;
    this.counter = counter;
    this.executor = executor;
    this.clock = clock;
    this.listener = listener;
    this.holdsUntilMillis = clock.millis();
  }

  /** Takes one place, for a new destination. */
  Verdict take(int limit) {
    boolean isOld = isOld();
    if (full && !isOld) {
      return Verdict.EXHAUSTED;
    }
    if (isOld) {
      left = Math.min(left, smallestShare(limit));
    }
    if (onTheirWay * 2 <= share && (isOld || left * 2 <= share)) {
      count(limit);
    }
    if (left == 0) {
      return Verdict.UNKNOWN;
    }
    left--;
    onTheirWay++;
    uncounted++;
    return Verdict.GRANTED;
  }

  /** Counts how full the map is, unless it is at it; the listener hears of it. */
  void count(int limit) {
    if (!counting) {
      counting = true;
      uncounted = onTheirWay;
      CompletableFuture<Integer> unused = CompletableFuture.supplyAsync(count, counter)
          .whenComplete((held, failure) -> executor.execute(() -> counted(held, limit, failure)));
    }
  }

  /** Returns how many the map held when it was counted last; 0: it was not. */
  int held() {
    return held;
  }

  /** Returns whether that still holds; else the map is counted, and the listener called. */
  boolean isCounted(int limit) {
    boolean isOld = isOld();
    if (isOld) {
      count(limit);
    }
    return !isOld;
  }

  /** Notes that a destination that was sent is in the map, or will not be. */
  void arrived() {
    onTheirWay--;
  }

  private boolean isOld() {
    return clock.millis() - holdsUntilMillis >= 0;
  }

  private void counted(@Nullable Integer count, int limit, @Nullable Throwable failure) {
    counting = false;
    if (count != null) {
      held = count;
      int room = limit - held;
      full = room <= 0;
      share = Math.max(room / NODES_AND_MORE, smallestShare(limit));
      left = Math.max(0, Math.min(share - onTheirWay, room - uncounted));
      holdsUntilMillis = clock.millis() + HOLDS_MILLIS;
    }
    listener.counted(failure);
  }

  private static int smallestShare(int limit) {
    return Math.max(1, limit / SMALLEST_SHARES);
  }
}
