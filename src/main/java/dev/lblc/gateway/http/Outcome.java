package dev.lblc.gateway.http;

import dev.lblc.gateway.net.AccessLine;
import dev.lblc.gateway.route.EndCounts;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How an exchange ends, for the metric and the access log: why it fails, if it does, and how long it has taken. Serves one exchange
 * after another. Confined to the exchange's event loop.
 */
final class Outcome {
  private final LongSupplier nanoTime;
  private boolean isLogged;
  private long startNanos;
  private @Nullable Failure failure;
  private @Nullable String words;

  Outcome(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Begins with an exchange; {@code mayLog} says whether its listener has an access log. */
  void begin(boolean mayLog) {
    isLogged = mayLog && AccessLine.isOn();
    startNanos = isLogged ? nanoTime.getAsLong() : 0;
    failure = null;
    words = null;
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

  /** Counts the end. */
  void count(EndCounts counts) {
    ExchangeEnds.count(counts, failure);
  }

  /**
   * Writes the line of the access log.
   *
   * @param status of the answer that the client has seen; 0: none, so the line has that of the failure
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
        status == 0 && failure != null ? failure.status() : status,
        bytes,
        nanoTime.getAsLong() - startNanos,
        service == null ? null : service.name(),
        last,
        words != null ? words : failure == null ? null : failure.reason());
  }
}
