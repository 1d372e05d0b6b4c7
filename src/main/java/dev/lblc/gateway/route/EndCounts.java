package dev.lblc.gateway.route;

import java.util.concurrent.atomic.LongAdder;

/**
 * How the exchanges of one service have ended: a counter for each reason. What a reason's number means, the data path knows. May
 * be used from any thread; counting takes no lock and allocates nothing.
 */
public final class EndCounts {
  private final LongAdder[] counters;

  /** Creates counters for the reasons from 0 to {@code reasons - 1}. */
  public EndCounts(int reasons) {
    counters = new LongAdder[reasons];
    for (int i = 0; i < reasons; i++) {
      counters[i] = new LongAdder();
    }
  }

  /** Counts an end. */
  public void count(int reason) {
    counters[reason].increment();
  }

  /** Returns how many ends were counted. */
  public long sum(int reason) {
    return counters[reason].sum();
  }
}
