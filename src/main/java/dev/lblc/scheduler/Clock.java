package dev.lblc.scheduler;

import dev.lblc.PublicApi;

/** A monotonic clock: its start is arbitrary, it never goes back, and a change of the wall clock does not move it. */
@PublicApi
@FunctionalInterface
public interface Clock {
  /** Milliseconds since the clock's start. May be called from any thread. */
  long millis();
}
