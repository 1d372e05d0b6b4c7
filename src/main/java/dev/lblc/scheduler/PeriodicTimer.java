package dev.lblc.scheduler;

import java.time.Duration;

/** A source of periodic calls. */
@FunctionalInterface
public interface PeriodicTimer {
  /**
   * Runs a task again and again, first after one period; runs of one task never overlap.
   *
   * @return stops it: a run that has begun goes on, and no later one starts
   */
  Runnable every(Duration period, Runnable task);
}
