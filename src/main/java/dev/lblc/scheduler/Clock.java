package dev.lblc.scheduler;

/** A monotonic clock: its start is arbitrary, it never goes back, and a change of the wall clock does not move it. */
@FunctionalInterface
public interface Clock {
  /** Milliseconds since the clock's start. May be called from any thread. */
  long millis();
}
