package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

/** Waits for a state that comes about by itself. */
final class Eventually {
  private static final int PATIENCE_SECONDS = 20;

  private Eventually() {}

  /** A look at the state. */
  interface Check {
    boolean holds() throws Exception;
  }

  /** Looks until it holds; fails, with what it is, after 20 s. */
  static void holds(String what, Check check) throws Exception {
    holds(what, PATIENCE_SECONDS, check);
  }

  /** Looks until it holds; fails, with what it is, after so many seconds. */
  static void holds(String what, int seconds, Check check) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!check.holds()) {
      assertThat(System.nanoTime() - deadline).as(what).isNegative();
      TimeUnit.MILLISECONDS.sleep(10); // between two looks, not for a state
    }
  }
}
