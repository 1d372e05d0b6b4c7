package dev.lblc.gateway.count;

/**
 * What is counted of the exchanges of one listener with one service: their number by the class of the status, and what {@link
 * ServiceCounts} has. A route looks it up when it is compiled.
 *
 * <p>May be read from any thread; counting is for the thread of the loop that is named.
 */
public final class ExchangeCounts {
  /** The classes of statuses: 1xx to 5xx. */
  public static final int CLASSES = 5;

  private final LoopCounters byClass;
  private final ServiceCounts service;

  /** Creates counters at zero, beside those of the service. */
  public ExchangeCounts(int loops, ServiceCounts service) {
    this.byClass = new LoopCounters(loops, CLASSES);
    this.service = service;
  }

  /**
   * Counts the end of an exchange.
   *
   * @param loop of the current thread
   * @param status of the answer; one of no class counts as of the nearest
   * @param reason the number of the reason
   */
  public void ended(int loop, int status, int reason) {
    byClass.add(loop, Math.min(Math.max(status / 100, 1), CLASSES) - 1, 1);
    service.ended(loop, reason);
  }

  /** Counts the end, from any thread, of what was no request yet: it has a reason and no status. */
  public void endedAnywhere(int reason) {
    service.endedAnywhere(reason);
  }

  /** Counts how long an exchange took, in nanoseconds. */
  public void took(int loop, long nanos) {
    service.took(loop, nanos);
  }

  /** Counts how long a server took from the request to the head of its answer, in nanoseconds. */
  public void answered(int loop, long nanos) {
    service.answered(loop, nanos);
  }

  /** Counts another attempt, and the number of the reason for it. */
  public void retried(int loop, int reason) {
    service.retried(loop, reason);
  }

  /** Returns how many exchanges have ended with a class of statuses: 1 for 1xx, to {@link #CLASSES}. */
  public long ends(int statusClass) {
    return byClass.sum(statusClass - 1);
  }
}
