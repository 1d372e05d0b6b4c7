package dev.lblc.gateway.http;

import dev.lblc.gateway.count.ExchangeCounts;
import dev.lblc.gateway.net.AccessLine;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How an exchange ends, for the metrics and the access log: why it fails, if it does, and how long it has taken. Serves one exchange
 * after another. Confined to the exchange's event loop.
 */
final class Outcome {
  private final LongSupplier nanoTime;
  private boolean isLogged;
  private long startNanos;
  private long tookNanos;
  private @Nullable Failure failure;
  private @Nullable String words;

  Outcome(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Begins with an exchange; {@code mayLog} says whether its listener has an access log. */
  void begin(boolean mayLog) {
    isLogged = mayLog && AccessLine.isOn();
    startNanos = nanoTime.getAsLong();
    failure = null;
    words = null;
  }

  /** Returns when the exchange began, by the monotonic clock. */
  long startNanos() {
    return startNanos;
  }

  /** Notes why the exchange fails; the first reason stays. */
  void fail(Failure why) {
    if (failure == null) {
      failure = why;
    }
  }

  /** Says in more detail than the failure's own words why the exchange fails. */
  void say(String why) {
    words = why;
  }

  /** Returns why the exchange fails; null: it does not. */
  @Nullable
  Failure failure() {
    return failure;
  }

  boolean isLogged() {
    return isLogged;
  }

  /**
   * Notes and counts the end.
   *
   * @param loop number of the event loop
   * @param status of the answer, or the one that stands for it if the client has seen none
   * @param isTimed whether the time that it took says something about requests
   */
  void end(ExchangeCounts counts, int loop, int status, boolean isTimed) {
    tookNanos = nanoTime.getAsLong() - startNanos;
    HttpCounts.ended(counts, loop, status, failure);
    if (isTimed) {
      counts.took(loop, tookNanos);
    }
  }

  /**
   * Writes the line of the access log.
   *
   * @param status as of {@link #end}, which was called before
   * @param bytes of its body
   * @param service null: no route, or a redirect
   * @param last of its leases; null: it had none
   */
  void log(
      String clientIp,
      RequestHead head,
      int status,
      long bytes,
      @Nullable LblcService service,
      @Nullable Lease last) {
    AccessLog.write(
        clientIp,
        head,
        status,
        bytes,
        tookNanos,
        service == null ? null : service.name(),
        last,
        words != null ? words : failure == null ? null : failure.reason());
  }
}
