package dev.lblc.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Waits for a state that comes about by itself, by looking again and again. */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Eventually() {}

  /** A look at the state. */
  public interface Check {
    boolean holds() throws Exception;
  }

  /** Looks until it holds; fails, with what it is, after 20 s. */
  public static void holds(String what, Check check) throws Exception {
    holds(what, PATIENCE, check);
  }

  /** Looks until it holds; fails, with what it is, when the time is over, or at once if a look fails. */
  public static void holds(String what, Duration within, Check check) throws Exception {
    long start = System.nanoTime();
    while (!check.holds()) {
      long nanos = System.nanoTime() - start;
      assertThat(Duration.ofNanos(nanos)).as(what).isLessThan(within);
      pause(TimeUnit.NANOSECONDS.toMillis(nanos));
    }
  }

  /**
   * Looks until the assertions pass; the last look begins when the time is over.
   *
   * @return how long that took, in milliseconds
   * @throws AssertionError of the last look, if they did not pass within that time
   */
  public static long passes(String what, Duration within, ThrowingCallable assertions)
      throws InterruptedException {
    long start = System.nanoTime();
    while (true) {
      boolean isLast = System.nanoTime() - start >= within.toNanos();
      Throwable failure = Assertions.catchThrowable(assertions);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      if (failure == null) {
        return millis;
      }
      if (isLast) {
        throw new AssertionError(
            what + ": not within " + within + ": " + failure.getMessage(), failure);
      }
      pause(millis);
    }
  }

  /** Between two looks, not for a state. What takes long is looked at less often: a look costs its share of the processors. */
  private static void pause(long waitedMillis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(Math.max(5, Math.min(100, waitedMillis / 10)));
  }
}
