package dev.lblc.load;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Waits for a state by looking again and again. */
final class Eventually {
  private Eventually() {}

  /**
   * Returns once the assertions hold; the last look begins when the time is over.
   *
   * @return how long that took, in milliseconds
   * @throws AssertionError of the last look, if they did not hold within that time
   */
  static long eventually(String what, Duration within, ThrowingCallable assertions) {
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
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(20); // between two looks, not for a state
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
