package dev.lblc.gateway.count;

/**
 * What is counted of the exchanges of one service, whichever listener they came by: their ends and retries, each by a reason's number,
 * and how long they and their servers took. What a number means, the data path knows.
 *
 * <p>May be read from any thread; counting is for the thread of the loop that is named.
 */
public final class ServiceCounts {
  private final int reasons;
  private final LoopCounters counters;
  private final Durations whole;
  private final Durations toHead;

  /** Creates counters at zero for the reasons from 0 to {@code reasons - 1}. */
  public ServiceCounts(int loops, int reasons) {
    this.reasons = reasons;
    this.counters = new LoopCounters(loops, 2 * reasons + 2 * Durations.SIZE);
    this.whole = new Durations(counters, 2 * reasons);
    this.toHead = new Durations(counters, 2 * reasons + Durations.SIZE);
  }

  void ended(int loop, int reason) {
    counters.add(loop, reason, 1);
  }

  void endedAnywhere(int reason) {
    counters.addFromAnywhere(reason, 1);
  }

  void took(int loop, long nanos) {
    whole.record(loop, nanos);
  }

  void answered(int loop, long nanos) {
    toHead.record(loop, nanos);
  }

  void retried(int loop, int reason) {
    counters.add(loop, reasons + reason, 1);
  }

  /** Returns how many exchanges have ended for a reason. */
  public long ends(int reason) {
    return counters.sum(reason);
  }

  /** Returns how often another attempt was made for a reason. */
  public long retries(int reason) {
    return counters.sum(reasons + reason);
  }

  /** Returns how long exchanges took. */
  public Histogram durations() {
    return whole.histogram();
  }

  /** Returns how long servers took to the head of their answers. */
  public Histogram upstreamDurations() {
    return toHead.histogram();
  }
}
